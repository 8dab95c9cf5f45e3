// The guarded API of www/worker under load, with faults at the key endpoint, beside one that does the same with jose: `npm run load`, two and a half
// minutes. Exits with an error for a wrong verdict, a 5xx, or memory that grows without end.
import { parseArgs } from 'node:util'
import { quantile } from '../tests/worker/generator.mjs'
import { PERIODS, runColdStarts, runLoad } from '../tests/worker/load.mjs'
import { build } from './build.mjs'
import { Failure } from './command.mjs'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '10' } } })

await build()
const DELAY = 20
console.log(
  `cold start, the provider ${DELAY} ms away: ms until workerd is ready, to the first response, to the second`,
)
for (const [name, { start, first, second }] of Object.entries(await runColdStarts({ rounds: 9, delay: DELAY }))) {
  console.log(`${name.padEnd(32)} ${[start, first, second].map((time) => time.toFixed(1).padStart(8)).join('')}`)
}
console.log()
const contestants = await runLoad({
  periods: PERIODS,
  seconds: Number(values.seconds),
  log: (period) => console.log(`• ${period}`),
})

for (const { name, tallies, megabytes, before, keyServer } of contestants) {
  console.log(`\n${name.padEnd(12)} requests/s   p50 ms   p99 ms   cpu ms   requests    wrong      5xx`)
  for (const [index, period] of PERIODS.entries()) console.log(line(period, tallies[index]))
  console.log(line('together', sum(tallies)))
  const quarter = Math.ceil(megabytes.length / 4)
  const quarters = [0, 1, 2, 3].map((n) => Math.max(...megabytes.slice(n * quarter, (n + 1) * quarter)).toFixed(0))
  console.log(`fetches of the key set: ${keyServer.fetches}`)
  console.log(
    `memory: ${before.megabytes.toFixed(0)} MB at the start, then by quarters of the run at most ${quarters.join(', ')} MB`,
  )
  for (const [answer, count] of sum(tallies).wrong) console.log(`wrong: ${count} × ${answer}`)
}

function line(name, { answers, seconds, milliseconds, cpuSeconds, wrong, failures }) {
  const cells = [
    answers / seconds,
    quantile(milliseconds, 0.5),
    quantile(milliseconds, 0.99),
    // Of workerd, with the service behind, for each request.
    (cpuSeconds / answers) * 1000,
    answers,
    total(wrong),
    failures,
  ]
  const [rate, p50, p99, cpu, ...counts] = cells
  return [
    name.padEnd(12),
    rate.toFixed(0).padStart(10),
    p50.toFixed(2).padStart(8),
    p99.toFixed(2).padStart(8),
    cpu.toFixed(2).padStart(8),
    ...counts.map((count) => String(count).padStart(8)),
  ].join(' ')
}

function total(wrong) {
  return [...wrong.values()].reduce((all, count) => all + count, 0)
}

function sum(tallies) {
  const all = { answers: 0, seconds: 0, milliseconds: [], wrong: new Map(), failures: 0, cpuSeconds: 0 }
  for (const each of tallies) {
    all.answers += each.answers
    all.seconds += each.seconds
    all.failures += each.failures
    all.cpuSeconds += each.cpuSeconds
    all.milliseconds = all.milliseconds.concat(each.milliseconds)
    for (const [answer, count] of each.wrong) all.wrong.set(answer, (all.wrong.get(answer) ?? 0) + count)
  }
  return all
}

const [ours] = contestants
const { wrong, failures } = sum(ours.tallies)
if (total(wrong) + failures > 0) throw new Failure('There were wrong verdicts, or answers with a 5xx.')
// workerd itself takes some ten thousand requests until it takes no more, also for a Worker that does nothing.
const latest = ours.megabytes.slice(-Math.ceil(ours.megabytes.length / 4))
const earlier = ours.megabytes.slice(-2 * latest.length, -latest.length)
if (Math.max(...latest) > 1.25 * Math.max(...earlier)) throw new Failure('The memory is still growing.')
