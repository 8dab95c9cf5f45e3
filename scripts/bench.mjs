// Builds, then times jotgate beside its peers: `npm run bench -- --runtime workerd --only ES256,decode`.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from '../benches/runtimes/chromium.mjs'
import { processes } from '../benches/runtimes/processes.mjs'
import { workerd } from '../benches/runtimes/workerd.mjs'
import { ALGORITHMS, newFixtures, newTenants } from '../benches/support/fixtures.mjs'
import { goalsOf, sectionOf } from '../benches/support/report.mjs'
import { stage } from '../benches/support/stage.mjs'
import { commit, machine, versions } from '../benches/support/versions.mjs'
import { build } from './build.mjs'
import { Failure, root } from './command.mjs'

const runtimes = { ...processes, workerd, chromium }
const TASKS = ['tenants', 'cache', 'decode', 'start']
const TABLES = [...ALGORITHMS, ...TASKS]
const { values } = parseArgs({
  options: {
    runtime: { type: 'string', default: 'node24' },
    only: { type: 'string' },
    slices: { type: 'string', default: '60' },
    runs: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
})
const chosen =
  values.runtime === 'all' ? Object.keys(runtimes) : listed('--runtime', values.runtime, Object.keys(runtimes))
const wanted = values.only === undefined ? TABLES : listed('--only', values.only, TABLES)
const [slices, runs] = ['slices', 'runs'].map((flag) => {
  if (!/^[1-9]\d*$/.test(values[flag])) throw new Failure(`--${flag} takes a count, not "${values[flag]}".`)
  return Number(values[flag])
})
if (values.write && values.only !== undefined)
  throw new Failure('--write takes all tables of a runtime: without --only.')

const tables = wanted
  .filter((name) => name !== 'start')
  .map((name) => (ALGORITHMS.includes(name) ? { task: 'verify', alg: name } : { task: name, alg: 'ES256' }))

await build()
const folder = stage()
const fixtures = await newFixtures([...new Set(['ES256', ...tables.map(({ alg }) => alg)])])
const inputs = tables.map(({ task, alg }) => ({ task, alg, fixture: task === 'tenants' ? 'tenants' : alg }))
const file = join(folder, 'run.json')
mkdirSync(folder, { recursive: true })
const tenants = wanted.includes('tenants') ? { tenants: await newTenants('ES256') } : {}
writeFileSync(file, JSON.stringify({ tables: inputs, fixtures: { ...fixtures, ...tenants }, slices }))

const about = `${new Date().toISOString().slice(0, 10)}, commit ${commit()}; ${machine()}; ${slices} slices; ${versions().join(', ')}.`
const results = {}
for (let run = 1; run <= runs; run++) {
  for (const key of chosen) {
    const name = await runtimes[key].name()
    console.error(`${name}${runs > 1 ? `, run ${run} of ${runs}` : ''}:`)
    const measured = await measuredIn(runtimes[key])
    if (measured.length === 0) continue
    results[key] ??= { name, about, runs: [] }
    results[key].runs.push(measured)
    console.log(sectionOf(results[key]))
  }
}
console.log(`### Goals\n\n${goalsOf(results)}`)
if (values.write) writeReport()

async function measuredIn({ run, starts }) {
  const started = performance.now()
  const measured = tables.length > 0 ? await run(folder, file) : []
  for (const table of measured) table.bytes = fixtures[table.alg].tokens[0].length
  if (starts && wanted.includes('start')) {
    console.error('  start')
    measured.push({ task: 'start', alg: 'ES256', absent: [], rows: await starts(folder, fixtures.ES256) })
  }
  console.error(`  ${Math.round((performance.now() - started) / 1000)} s`)
  return measured
}

function listed(flag, text, known) {
  const names = text.split(',')
  for (const name of names) {
    if (!known.includes(name))
      throw new Failure(
        `${flag} takes some of ${known.join(', ')}${flag === '--runtime' ? ', or all' : ''}; not "${name}".`,
      )
  }
  return names
}

/** What was measured in other runtimes before stays. */
function writeReport() {
  const kept = join(root, 'benches', 'results.json')
  const before = existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : {}
  const all = Object.fromEntries(
    Object.keys(runtimes).flatMap((key) => {
      const result = results[key] ?? before[key]
      return result ? [[key, result]] : []
    }),
  )
  const rounded = (_name, value) => (typeof value === 'number' ? Math.round(value * 1000) / 1000 : value)
  writeFileSync(kept, `${JSON.stringify(all, rounded, 1)}\n`)
  const text = [
    '# Results',
    'Written by `npm run bench -- --runtime all --runs 3 --write`, not by hand; [how it is measured](../docs/benchmarks.md).',
    'Per token, of some slices by turns, the fastest tenth (p10) and the median, and p10 of the CPU time of the whole process. The last column compares p10 with the first line: above 1 is slower than jotgate.',
    '## Goals',
    'Each compares p10 within one table: how many times as long the other takes. One figure for each run; met if all of them are. In brackets what would be better still.',
    goalsOf(all).trimEnd(),
    '## Tables',
    'Of the last run.',
    ...Object.values(all).map((result) => sectionOf(result).trimEnd()),
  ]
  writeFileSync(join(root, 'benches', 'README.md'), `${text.join('\n\n')}\n`)
  console.log('Written to benches/README.md.')
}
