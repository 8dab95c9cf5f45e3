/** Reads an options object once, such that what was checked is what is used, whatever its getters do later. */
export class Options {
  readonly #source: object
  /** The function or part that the options are for; opens each message. */
  readonly #owner: string
  readonly #values = new Map<string, unknown>()

  constructor(source: unknown, owner: string) {
    this.#owner = owner
    if (typeof source !== 'object' || source === null || Array.isArray(source)) {
      throw new TypeError(`${owner}: the options must be an object`)
    }
    this.#source = source
  }

  /** Refuses every option that is not in `known`: a misspelt `audiences` must not switch a check off. */
  allowOnly(known: readonly string[]): void {
    let names: string[]
    try {
      names = Object.keys(this.#source)
    } catch (cause) {
      throw new TypeError(`${this.#owner}: the options could not be read`, { cause })
    }
    for (const name of names) {
      if (known.includes(name)) continue
      const near = known.find((candidate) => distance(candidate.toLowerCase(), name.toLowerCase()) <= 2)
      throw new TypeError(`${this.#owner}: unknown option "${name}"${near ? `, did you mean "${near}"?` : ''}`)
    }
  }

  /** Whether the option was given at all, be it as undefined. What hangs on `Object.prototype` was given by nobody. */
  has(name: string): boolean {
    try {
      for (let holder: object | null = this.#source; holder && holder !== Object.prototype; ) {
        if (Object.hasOwn(holder, name)) return true
        holder = Object.getPrototypeOf(holder) as object | null
      }
      return false
    } catch (cause) {
      this.fail(name, 'could not be read', cause)
    }
  }

  /** The option's value; undefined when it was not given. */
  read(name: string): unknown {
    if (this.#values.has(name)) return this.#values.get(name)
    let value: unknown
    try {
      if (this.has(name)) value = (this.#source as Record<string, unknown>)[name]
    } catch (cause) {
      this.fail(name, 'could not be read', cause)
    }
    this.#values.set(name, value)
    return value
  }

  /** Refuses an option that was given as undefined: it would silently widen what somebody meant to narrow. */
  refuseUndefined(name: string): void {
    if (this.has(name) && this.read(name) === undefined) {
      this.fail(name, 'was given as undefined; give a value, or leave it out')
    }
  }

  fail(name: string, problem: string, cause?: unknown): never {
    throw new TypeError(`${this.#owner}: option "${name}" ${problem}`, cause === undefined ? undefined : { cause })
  }

  string(name: string): string | undefined {
    const value = this.read(name)
    return value === undefined ? undefined : this.#text(name, value)
  }

  /** A list of strings; a single string is a list of one where `single` allows it. */
  strings(name: string, { single, empty }: { single: boolean; empty: boolean }): string[] | undefined {
    const value = this.read(name)
    if (value === undefined) return undefined
    if (single && typeof value === 'string') return [this.#text(name, value)]
    const list = this.list(
      name,
      value,
      single ? 'must be a string or an array of strings' : 'must be an array of strings',
    )
    if (list.length === 0 && !empty) this.fail(name, 'must not be empty')
    return list.map((member, index) => this.#text(`${name}[${index}]`, member))
  }

  /** The members of an array, read once; a hole is a mistake. */
  list(name: string, value: unknown, problem: string): unknown[] {
    const members: unknown[] = []
    try {
      if (!Array.isArray(value)) this.fail(name, problem)
      for (let index = 0; index < value.length; index += 1) {
        const member: unknown = value[index]
        if (member === undefined) this.fail(`${name}[${index}]`, 'is undefined')
        members.push(member)
      }
    } catch (thrown) {
      if (thrown instanceof TypeError && thrown.message.startsWith(this.#owner)) throw thrown
      this.fail(name, 'could not be read', thrown)
    }
    return members
  }

  boolean(name: string): boolean | undefined {
    const value = this.read(name)
    if (value !== undefined && typeof value !== 'boolean') this.fail(name, 'must be true or false')
    return value
  }

  /** Seconds, from a number or a period text. */
  period(name: string): number | undefined {
    const value = this.read(name)
    if (value === undefined) return undefined
    const seconds = typeof value === 'string' ? secondsOf(value) : value
    if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 0) {
      this.fail(name, 'must be a finite number of seconds, not negative, or a period such as "5 minutes"')
    }
    return seconds
  }

  /** Seconds of a Date. */
  date(name: string): number | undefined {
    const value = this.read(name)
    if (value === undefined) return undefined
    let seconds = Number.NaN
    try {
      // The intrinsic, so that a subclass cannot answer differently each time.
      seconds = Date.prototype.getTime.call(value) / 1000
    } catch {}
    if (!Number.isFinite(seconds)) this.fail(name, 'must be a valid Date')
    return seconds
  }

  integer(name: string, least: number, greatest: number): number | undefined {
    const value = this.read(name)
    if (value === undefined) return undefined
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > greatest) {
      this.fail(name, `must be an integer from ${least} to ${greatest}`)
    }
    return value
  }

  /** Milliseconds, as jose has its durations; `Infinity` is one. */
  duration(name: string): number | undefined {
    const value = this.read(name)
    if (value === undefined) return undefined
    if (typeof value !== 'number' || !(value >= 0)) {
      this.fail(name, 'must be a number of milliseconds, not negative')
    }
    return value
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const value = this.read(name)
    if (value === undefined) return undefined
    const choice = choices.find((candidate) => candidate === value)
    if (choice === undefined) this.fail(name, `must be one of ${choices.map((each) => `"${each}"`).join(', ')}`)
    return choice
  }

  callback(name: string): ((...parameters: never[]) => unknown) | undefined {
    const value = this.read(name)
    if (value !== undefined && typeof value !== 'function') this.fail(name, 'must be a function')
    return value as ((...parameters: never[]) => unknown) | undefined
  }

  /** The members of an object, read once. */
  entries(name: string, problem = 'must be an object'): [string, unknown][] | undefined {
    const value = this.read(name)
    if (value === undefined) return undefined
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.fail(name, problem)
    try {
      return Object.entries(value)
    } catch (cause) {
      this.fail(name, 'could not be read', cause)
    }
  }

  /** An object of booleans, as pairs. */
  booleans(name: string): [string, boolean][] {
    const entries = this.entries(name, 'must be an object of booleans') ?? []
    return entries.map(([key, flag]) => {
      if (typeof flag !== 'boolean') this.fail(`${name}.${key}`, 'must be true or false')
      return [this.#text(name, key), flag]
    })
  }

  #text(name: string, value: unknown): string {
    if (typeof value !== 'string') this.fail(name, 'must be a string')
    if (value === '') this.fail(name, 'must not be empty')
    // A lone surrogate becomes U+FFFD on its way into the module, where different values would then be equal.
    if (/\p{Surrogate}/u.test(value)) this.fail(name, 'must be well-formed Unicode')
    return value
  }
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_557_600 }
const period =
  /^(\d{1,15}(?:\.\d{1,15})?) ?(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|y|yrs?|years?)$/i

function secondsOf(text: string): number | undefined {
  const [, amount, unit] = period.exec(text) ?? []
  const seconds = unit && unitSeconds[unit.charAt(0).toLowerCase()]
  return seconds ? Number(amount) * seconds : undefined
}

/** Edits between two short names, as far as 2; anything farther is 3. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(change, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    previous = row
  }
  return previous[b.length] ?? 3
}
