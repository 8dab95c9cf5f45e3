// Builds, then times jotgate beside its peers: `npm run bench -- --runtime workerd --only ES256,decode`.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from '../benches/runtimes/chromium.mjs'
import { processes } from '../benches/runtimes/processes.mjs'
import { workerd } from '../benches/runtimes/workerd.mjs'
import { ALGORITHMS, newFixtures } from '../benches/support/fixtures.mjs'
import { tablesOf } from '../benches/support/report.mjs'
import { stage } from '../benches/support/stage.mjs'
import { commit, machine, versions } from '../benches/support/versions.mjs'
import { build } from './build.mjs'
import { Failure, root } from './command.mjs'

const runtimes = { ...processes, workerd, chromium }
const { values } = parseArgs({
  options: {
    runtime: { type: 'string', default: 'node24' },
    only: { type: 'string', default: [...ALGORITHMS, 'cache', 'decode'].join(',') },
    slices: { type: 'string', default: '60' },
    write: { type: 'boolean', default: false },
  },
})
const chosen =
  values.runtime === 'all' ? Object.keys(runtimes) : listed('--runtime', values.runtime, Object.keys(runtimes))
const wanted = listed('--only', values.only, [...ALGORITHMS, 'cache', 'decode'])
const slices = Number(values.slices)
if (!Number.isInteger(slices) || slices < 1) throw new Failure(`--slices takes a count, not "${values.slices}".`)

const tables = wanted.map((name) =>
  ALGORITHMS.includes(name) ? { task: 'verify', alg: name } : { task: name, alg: 'ES256' },
)

await build()
const folder = stage()
const fixtures = await newFixtures([...new Set(tables.map(({ alg }) => alg))])
const file = join(folder, 'run.json')
mkdirSync(folder, { recursive: true })
writeFileSync(file, JSON.stringify({ tables, fixtures, slices }))

const parts = [
  [
    `${new Date().toISOString().slice(0, 10)}, commit ${commit()}; ${machine()}; ${versions().join(', ')}.`,
    '',
    `Microseconds per token: of ${slices} slices by turns, the fastest tenth (p10) and the median, and p10 of the CPU time of the whole process. The last column compares p10 with the first line: above 1 is slower than jotgate.`,
    '',
  ].join('\n'),
]
console.log(parts[0])
for (const name of chosen) {
  const runtime = runtimes[name]
  const section = [`### ${await runtime.name()}\n`]
  console.log(section[0])
  section.push(...tablesOf({ measured: await runtime.run(folder, file), fixtures }))
  console.log(section.slice(1).join('\n'))
  parts.push(section.join('\n'))
}
if (values.write) writeReport(`${parts.join('\n').trimEnd()}\n`)

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

function writeReport(text) {
  const heading = [
    '# Results',
    '',
    'Written by `npm run bench -- --runtime all --write`, not by hand; [how it is measured](../docs/benchmarks.md).',
    '',
    '',
  ]
  writeFileSync(join(root, 'benches', 'README.md'), heading.join('\n') + text)
  console.log('Written to benches/README.md.')
}
