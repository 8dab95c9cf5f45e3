// Times several cells in one process, in short slices by turns, so that whatever the machine does meets all of them alike.

const SLICES = 60
const SLICE_MS = 4
const WARM_UP_MS = 250

/**
 * A cell has a name, its tokens, and `call(token)`; `awaited` when that answers a promise.
 *
 * @returns for each cell, in microseconds per call, the tenth part of its slices that was fastest (p10) and the median
 */
export async function interleave(cells) {
  const running = []
  for (const cell of cells) {
    await slice(cell, 20)
    const warm = await slice(cell, Math.max(20, Math.ceil(WARM_UP_MS / (await slice(cell, 20)))))
    running.push({ cell, calls: Math.max(1, Math.round(SLICE_MS / warm)), times: [] })
  }
  for (let round = 0; round < SLICES; round++) {
    for (const { cell, calls, times } of running) times.push(1000 * (await slice(cell, calls)))
  }
  return running.map(({ cell, times }) => {
    times.sort((a, b) => a - b)
    return { name: cell.name, p10: times[Math.floor(times.length / 10)], median: times[Math.floor(times.length / 2)] }
  })
}

/** Milliseconds per call. */
async function slice({ call, tokens, awaited }, calls) {
  const started = performance.now()
  if (awaited) for (let i = 0; i < calls; i++) await call(tokens[i % tokens.length])
  else for (let i = 0; i < calls; i++) call(tokens[i % tokens.length])
  return (performance.now() - started) / calls
}
