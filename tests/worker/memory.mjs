// How much memory workerd takes, seen from outside.
import { execFileSync } from 'node:child_process'

/** The workerd processes that this process has started, and their resident memory in megabytes. */
export function workerds() {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,comm='], { encoding: 'utf8' }).trim().split('\n')
  const found = new Map()
  for (const line of lines) {
    const [pid, parent, kilobytes, command] = line.trim().split(/\s+/)
    if (Number(parent) === process.pid && command.includes('workerd')) found.set(Number(pid), Number(kilobytes) / 1024)
  }
  return found
}

/** Starts workers by `start`, and answers what it answers, and how much memory their process takes, in megabytes. */
export async function withProcess(start) {
  const before = workerds()
  const started = await start()
  const pid = [...workerds().keys()].find((each) => !before.has(each))
  return { ...started, resident: () => workerds().get(pid) }
}
