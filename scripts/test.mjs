// Proves everything, from a fresh clone: `npm test`. A part of a step's name as argument runs only the steps that have it: `npm test -- runtimes`.
import { spawn } from 'node:child_process'
import { build } from './build.mjs'
import { environment, Failure, root } from './command.mjs'
import { countsOf } from './counts.mjs'
import { setUpBareMetal, setUpBrowser, setUpLint } from './setup.mjs'
import { steps } from './steps.mjs'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

const wanted = process.argv.slice(2)
const chosen = steps.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
if (chosen.length === 0)
  throw new Failure(`No step is called so. There are: ${steps.map(({ name }) => name).join(', ')}`)

header('set-up and build')
await setUpLint()
await setUpBareMetal()
await setUpBrowser()
await build()

const results = []
for (const step of chosen) {
  header(step.name)
  results.push(await runStep(step))
}

header('summary')
for (const { name, passed, failed, seconds, note } of results) {
  const verdict = failed === 0 ? 'ok    ' : 'FAILED'
  console.log(
    `${verdict} ${name.padEnd(42)} ${String(passed).padStart(7)} passed ${String(failed).padStart(4)} failed ${seconds.toFixed(0).padStart(5)} s${note ? `  ${note}` : ''}`,
  )
}
const sum = (member) => results.reduce((total, result) => total + result[member], 0)
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`)
process.exit(sum('failed') === 0 ? 0 : 1)

async function runStep({ name, command, env = {}, counted = true, minutes = 10 }) {
  const started = performance.now()
  const { text, problem } = await transcript(command(), env, minutes)
  const seconds = (performance.now() - started) / 1000
  const counts = counted ? countsOf(text) : { passed: problem ? 0 : 1, failed: 0 }
  const note = problem ?? (counts.passed + counts.failed === 0 ? 'ran no test' : undefined)
  if (note) counts.failed ||= 1
  return { name, ...counts, seconds, note }
}

// Shows what a program prints while it runs, and keeps it. A program that hangs is ended with all its children.
function transcript([program, ...args], env, minutes) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...environment, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    const end = () => process.kill(-child.pid, 'SIGKILL')
    const interrupted = () => {
      end()
      process.exit(130)
    }
    let text = ''
    let problem
    const limit = setTimeout(() => {
      problem = `no end after ${minutes} minutes`
      end()
    }, minutes * 60_000)
    for (const signal of SIGNALS) process.on(signal, interrupted)
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      from.setEncoding('utf8').on('data', (chunk) => {
        text += chunk
        to.write(chunk)
      })
    }
    const settle = (outcome) => {
      clearTimeout(limit)
      for (const signal of SIGNALS) process.off(signal, interrupted)
      resolve({ text, problem: problem ?? outcome })
    }
    child.on('error', (error) => settle(error.message))
    child.on('close', (code, signal) => settle(code === 0 ? undefined : (signal ?? `exit code ${code}`)))
  })
}

function header(title) {
  console.log(`\n=== ${title}`)
}
