// Times cells by turns in short slices, so that whatever the machine does meets all of them alike.

const SLICE_MS = 4
// Long enough for a key's largest tables, and where each token has a key of its own for the first table of each.
const WARM_UP_MS = 400
export const WARM_UP_ROUNDS = 4
// Of a slice, that much ahead of it and not timed, else each cell would pay for what the one before has driven out of the processor's caches.
export const WARM_SHARE = 0.25

/**
 * @param {object[]} cells each with `tokens` and `call(token)`; `awaited` when that answers a promise, `fresh` when every call gets a string of its own
 * @param {number} slices of each cell
 * @param {() => number} [cpuTime] microseconds of CPU that this process has used; left out where nobody tells
 * @returns for each cell, in microseconds per call, the tenth of its slices that was fastest (p10), the median, and p10 of the CPU time
 */
export async function interleave(cells, slices, cpuTime) {
  const running = []
  for (const cell of cells) {
    await slice(cell, 20)
    const { wall } = await slice(cell, 20)
    const calls = Math.min(20_000, Math.ceil((1000 * WARM_UP_MS) / Math.max(1, wall)))
    const warm = await slice(cell, Math.max(WARM_UP_ROUNDS * cell.tokens.length, calls))
    running.push({
      cell,
      calls: Math.max(1, Math.round((1000 * SLICE_MS) / Math.max(0.05, warm.wall))),
      walls: [],
      cpus: [],
    })
  }
  for (let round = 0; round < slices; round++) {
    for (const { cell, calls, walls, cpus } of running) {
      await slice(cell, Math.ceil(calls * WARM_SHARE))
      const { wall, cpu } = await slice(cell, calls, cpuTime)
      walls.push(wall)
      if (cpu !== undefined) cpus.push(cpu)
    }
  }
  return running.map(({ cell: { name }, walls, cpus }) => ({
    name,
    p10: quantile(walls, 0.1),
    median: quantile(walls, 0.5),
    ...(cpus.length > 0 && { cpu: quantile(cpus, 0.1) }),
  }))
}

/** Microseconds per call. */
async function slice(cell, calls, cpuTime) {
  const given = cell.fresh ? copies(cell.tokens, calls) : cell.tokens
  const cpu = cpuTime?.()
  const started = performance.now()
  await callsOf(cell, given, calls)
  const wall = (1000 * (performance.now() - started)) / calls
  return { wall, cpu: cpuTime && (cpuTime() - cpu) / calls }
}

/** So many calls of a cell; goes on with the token after that of the last call. */
export async function callsOf(cell, tokens, calls) {
  const { call, awaited, next = 0 } = cell
  const end = next + calls
  if (awaited) for (let at = next; at < end; at++) await call(tokens[at % tokens.length])
  else for (let at = next; at < end; at++) call(tokens[at % tokens.length])
  cell.next = end % tokens.length
}

/** As tokens come off the wire: strings that no engine has hashed or compared before. */
function copies(tokens, count) {
  const decoder = new TextDecoder()
  const encoded = tokens.map((token) => new TextEncoder().encode(token))
  return Array.from({ length: count }, (_, i) => decoder.decode(encoded[i % encoded.length]))
}

export function quantile(values, share) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)]
}
