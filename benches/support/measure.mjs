// All tables of one run, wherever that runs.
import { cellsFor } from './cells.mjs'
import { interleave } from './interleave.mjs'

/**
 * @param {object} run
 * @param {{ task: string, alg: string, fixture: string }[]} run.tables
 * @param {Record<string, object>} run.fixtures by name
 * @param {number} run.slices
 * @param {object[]} peers modules of benches/peers
 * @param {() => number} [cpuTime]
 */
export async function measure({ tables, fixtures, slices }, peers, cpuTime) {
  const measured = []
  for (const { task, alg, fixture } of tables) {
    console.error(`  ${task} ${alg}`)
    const { cells, absent } = await cellsFor(task, fixtures[fixture], peers)
    measured.push({ task, alg, absent, rows: await interleave(cells, slices, cpuTime) })
  }
  return measured
}
