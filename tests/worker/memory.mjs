// What workerd takes of the machine, seen from outside.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** The workerd processes that this process, or another one, has started: their resident memory, and the processor's time that they have used. */
export function workerds(starter = process.pid) {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,time=,comm='], { encoding: 'utf8' }).trim().split('\n')
  const found = new Map()
  for (const line of lines) {
    const [pid, parent, kilobytes, time, command] = line.trim().split(/\s+/)
    if (Number(parent) !== starter || !command.includes('workerd')) continue
    found.set(Number(pid), { megabytes: Number(kilobytes) / 1024, cpuSeconds: exactly(pid) ?? secondsOf(time) })
  }
  return found
}

/** Whether there is such a process, and it is more than an entry that nobody has collected. */
export function isRunning(pid) {
  try {
    return !execFileSync('ps', ['-p', String(pid), '-o', 'stat='], { encoding: 'utf8' }).startsWith('Z')
  } catch {
    return false
  }
}

// `ps` rounds to seconds on Linux; there, the kernel counts in hundredths: proc(5), utime and stime.
function exactly(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {}
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
