// Node, Deno and Bun: one process each, that times itself.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { environment } from '../../scripts/command.mjs'
import { startsInNode } from './starts.mjs'

const execute = promisify(execFile)
const PROGRAM = 'support/here.mjs'

const commands = {
  node24: ['Node', 'node', [PROGRAM]],
  node20: ['Node', environment.NODE20, [PROGRAM]],
  deno: ['Deno', 'deno', ['run', '--allow-all', '--no-lock', '--node-modules-dir=manual', PROGRAM]],
  bun: ['Bun', 'bun', ['run', '--no-install', PROGRAM]],
}

const inProcess = ([title, program, args]) => ({
  async name() {
    const { stdout } = await execute(program, ['--version'], { env: environment })
    return `${title} ${/\d+\.\d+\.\d+/.exec(stdout)[0]}`
  },
  async run(folder, file) {
    const limits = { maxBuffer: 64 * 1024 * 1024 }
    const running = execute(program, [...args, file], { cwd: folder, env: environment, ...limits })
    running.child.stderr.pipe(process.stderr)
    const { stdout } = await running
    return JSON.parse(/^OUTCOME (.*)$/m.exec(stdout)[1])
  },
})

export const processes = Object.fromEntries(
  Object.entries(commands).map(([name, command]) => [name, inProcess(command)]),
)
processes.node24.starts = startsInNode
