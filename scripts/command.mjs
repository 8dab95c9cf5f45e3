// Runs programs for the scripts, with the project's own tools ahead of the machine's.
import { execFileSync, spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
export const cargoTools = join(root, '.tools')

const path = [
  join(cargoTools, 'bin'),
  join(root, 'node_modules', 'node', 'bin'),
  join(root, 'node_modules', '.bin'),
  process.env.PATH,
].join(delimiter)

export const environment = {
  ...process.env,
  PATH: path,
  NODE20: join(root, 'node_modules', 'node20', 'bin', 'node'),
  WRANGLER_SEND_METRICS: 'false',
  DENO_NO_UPDATE_CHECK: '1',
}

// Something to tell the person at the keyboard, who has no use for a stack trace.
export class Failure extends Error {
  name = 'Failure'
}

// Where a program is on the PATH of the scripts, or undefined.
export function which(program) {
  for (const folder of environment.PATH.split(delimiter)) {
    const candidate = join(folder, program)
    try {
      accessSync(candidate, constants.X_OK)
      return candidate
    } catch {}
  }
}

// What a program prints, trimmed; undefined where it cannot be started or fails.
export function output(program, args, input = '') {
  try {
    const options = { env: environment, cwd: root, encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'ignore'] }
    return execFileSync(program, args, options).trim()
  } catch {}
}

// Runs a program with its output on the terminal; rejects when it fails.
export function run(program, args, { env = {}, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...environment, ...env },
      cwd,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) resolve()
      else reject(new Failure(`${program} ${args.join(' ')}: ${signal ?? `exit code ${code}`}`))
    })
  })
}
