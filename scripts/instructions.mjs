// Counts the instructions of the core's tasks in the native build, and holds them against benches/instructions/measure.json:
// the same on a busy machine, and nearly the same on another one. `--write` takes what is counted for the new measure.
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { environment, Failure, root } from './command.mjs'
import { setUpValgrind } from './setup.mjs'

const TARGET = join('target', 'instructions')
const file = join(root, 'benches', 'instructions', 'measure.json')
const measure = JSON.parse(readFileSync(file, 'utf8'))

// Another compiler, or another processor's way to copy memory, is no regression.
const TOLERANCE = 1.25

await setUpValgrind()
const program = built()
const counted = {}
for (const task of Object.keys(measure)) counted[task] = perCall(task)
if (process.argv.includes('--write')) {
  writeFileSync(file, `${JSON.stringify(counted, null, 2)}\n`)
} else {
  const slower = Object.keys(measure).filter((task) => counted[task] > measure[task] * TOLERANCE)
  for (const task of Object.keys(measure)) {
    const share = Math.round((100 * counted[task]) / measure[task])
    console.log(
      `${slower.includes(task) ? '✖' : '✔'} ${task}: ${counted[task]} instructions, ${share} % of the measure`,
    )
  }
  if (slower.length > 0) {
    throw new Failure(
      `${slower.join(', ')} takes more than ${TOLERANCE} times the instructions it took. If that is meant: node scripts/run.mjs instructions --write`,
    )
  }
}

function built() {
  const args = ['build', '--locked', '--profile', 'bench', '--package', 'jotgate-instructions']
  const options = { cwd: root, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }
  const messages = execFileSync(
    'cargo',
    [...args, '--target-dir', TARGET, '--message-format', 'json-render-diagnostics'],
    options,
  )
  const made = messages
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
  return made.findLast(({ executable }) => executable).executable
}

// Of a few calls more, so that the start, the tables and the tool itself do not count.
function perCall(task) {
  const calls = 50
  return Math.round((total(task, calls) - total(task, 0)) / calls)
}

function total(task, times) {
  const args = ['--tool=callgrind', '--callgrind-out-file=/dev/null', program, task, String(times)]
  const { status, stderr } = spawnSync('valgrind', args, { cwd: root, env: environment, encoding: 'utf8' })
  const count = /Collected : (\d+)/.exec(stderr)
  if (status !== 0 || !count) throw new Failure(`valgrind ${args.join(' ')}:\n${stderr}`)
  return Number(count[1])
}
