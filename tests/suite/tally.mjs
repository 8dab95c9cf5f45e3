/** Counts what passed and keeps what failed. Every runtime makes the same tests, so that the counts can be compared. */
export class Tally {
  passed = 0
  /** @type {{ name: string, problem: string }[]} */
  failures = []
  /** How many tests found, per algorithm, that this runtime's WebCrypto lacks it, and asserted that refusal instead. */
  lacking = {}
  #group = ''

  group(name) {
    this.#group = name
  }

  async test(name, run) {
    try {
      await run()
      this.passed += 1
    } catch (error) {
      this.failures.push({ name: `${this.#group}: ${name}`, problem: String(error?.message ?? error) })
    }
  }

  lacks(alg) {
    this.lacking[alg] = (this.lacking[alg] ?? 0) + 1
  }
}

export function assert(condition, problem) {
  if (!condition) throw new Error(problem)
}

/** Compares plain data by value and everything else by identity. */
export function equal(actual, expected, what = 'the value') {
  if (!same(actual, expected)) throw new Error(`${what} is ${show(actual)}, expected was ${show(expected)}`)
}

function same(one, other) {
  if (Object.is(one, other)) return true
  if (!isData(one) || !isData(other) || Array.isArray(one) !== Array.isArray(other)) return false
  const names = Reflect.ownKeys(one)
  return names.length === Reflect.ownKeys(other).length && names.every((name) => same(one[name], other[name]))
}

function isData(value) {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === Object.prototype || prototype === null
}

function show(value) {
  try {
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
    return text.length > 300 ? `${text.slice(0, 300)}…` : text
  } catch {
    return Object.prototype.toString.call(value)
  }
}
