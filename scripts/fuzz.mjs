// Fuzzes the readers of outside data: `npm run fuzz` each target for ten minutes, `npm run fuzz -- TARGET --seconds 60`,
// or a fixed number of runs that is the same every time: `npm run fuzz -- --runs 20000`.
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Failure, root, run } from './command.mjs'
import { setUpFuzz } from './setup.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '600' }, runs: { type: 'string' } },
})
const all = readdirSync(join(root, 'fuzz', 'fuzz_targets')).map((file) => file.replace(/\.rs$/, ''))
const targets = positionals.length > 0 ? positionals : all
for (const target of targets) {
  if (!all.includes(target)) throw new Failure(`There is no fuzz target ${target}, there are: ${all.join(', ')}`)
}

await setUpFuzz()
// The short run in the tests writes the seeds down, from the vectors.
await run('cargo', ['test', '--locked', '--test', 'fuzz_smoke', 'the_seeds_are_written_down'])
// Nothing in this crate is unsafe: no sanitizer is needed, and so no nightly compiler.
const cargoFuzz = ['--sanitizer', 'none', '--target-dir', join('target', 'fuzz')]
await run('cargo', ['fuzz', 'build', ...cargoFuzz])

const limit = values.runs ? [`-runs=${values.runs}`, '-seed=1'] : [`-max_total_time=${values.seconds}`]
let failed = 0
for (const target of targets) {
  console.log(`• fuzz ${target}`)
  // What a run finds goes to the first folder: kept for the next long run, apart from it for a repeatable one.
  const corpus = join(root, 'target', 'fuzz', values.runs ? 'repeatable' : 'corpus', target)
  if (values.runs) rmSync(corpus, { recursive: true, force: true })
  mkdirSync(corpus, { recursive: true })
  const seeds = join(root, 'target', 'tmp', 'seeds', target)
  const folders = [corpus, seeds].filter(existsSync)
  await run('cargo', [
    'fuzz',
    'run',
    ...cargoFuzz,
    target,
    ...folders,
    '--',
    ...limit,
    '-print_final_stats=1',
    '-verbosity=0',
  ]).catch(() => {
    failed += 1
  })
}
console.log(`${targets.length - failed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
