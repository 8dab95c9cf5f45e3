// Runs a program that prints the suite's outcome as one line, and reads that line.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { environment } from '../../scripts/command.mjs'

const run = promisify(execFile)
const MARK = /^OUTCOME (\{.*\})$/m

export async function outcomeOf(program, args, cwd) {
  const limits = { timeout: 300_000, maxBuffer: 64 * 1024 * 1024 }
  const { stdout, stderr } = await run(program, args, { cwd, env: environment, ...limits }).catch((error) => error)
  const line = MARK.exec(`${stdout}\n${stderr}`)
  if (!line)
    throw new Error(
      `${program} has printed no outcome.\n${String(stdout).slice(-2000)}\n${String(stderr).slice(-4000)}`,
    )
  return JSON.parse(line[1])
}
