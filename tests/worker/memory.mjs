// What workerd takes of the machine, seen from outside.
import { execFileSync } from 'node:child_process'

/** The workerd processes that this process has started: their resident memory, and the processor's time that they have used. */
export function workerds() {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,time=,comm='], { encoding: 'utf8' }).trim().split('\n')
  const found = new Map()
  for (const line of lines) {
    const [pid, parent, kilobytes, time, command] = line.trim().split(/\s+/)
    if (Number(parent) !== process.pid || !command.includes('workerd')) continue
    found.set(Number(pid), { megabytes: Number(kilobytes) / 1024, cpuSeconds: secondsOf(time) })
  }
  return found
}

// [[days-]hours:]minutes:seconds
function secondsOf(time) {
  const [clock, days = 0] = time.split('-').reverse()
  return clock.split(':').reduce((total, part) => total * 60 + Number(part), 0) + days * 86_400
}

/** Starts workers by `start`, and answers what it answers, and what their process takes. */
export async function withProcess(start) {
  const before = workerds()
  const started = await start()
  const pid = [...workerds().keys()].find((each) => !before.has(each))
  return { ...started, usage: () => workerds().get(pid) }
}
