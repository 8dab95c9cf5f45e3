// Cold starts, by turns: a new process of Node, or a new workerd with nothing but the one worker, for each.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { environment } from '../../scripts/command.mjs'
import { compiledModules, installedWasm, writeWorkerdConfig } from '../../scripts/workerd.mjs'
import { quantile } from '../support/interleave.mjs'

const ROUNDS = 24
const execute = promisify(execFile)

const AWAITED = {
  'jotgate verifySync': 'jotgate',
  'jotgate verify, awaited': 'jotgate-awaited',
  'jose, awaited': 'jose',
  'hono/jwt, awaited': 'hono',
  'aws-jwt-verify, awaited': 'aws-jwt-verify',
}
const IN_NODE = { ...AWAITED, 'fast-jwt': 'fast-jwt', jsonwebtoken: 'jsonwebtoken' }

/** From the first import to a token's claims, in a new process; and the module's part of that. */
export async function startsInNode(folder, fixture) {
  const file = join(folder, 'cold.json')
  writeFileSync(file, JSON.stringify(fixture))
  const run = async (program, ...args) => {
    const options = { cwd: folder, env: environment }
    const { stdout } = await execute('node', [join('cold', `${program}.mjs`), ...args], options)
    return Number(/^OUTCOME (.*)$/m.exec(stdout)[1])
  }
  const peers = Object.entries(IN_NODE).map(([name, peer]) => [name, () => run('here', file, peer)])
  return byTurns([...peers, ['(jotgate: compile and instantiate)', () => run('module')]])
}

/** From spawning workerd to the first response, for which a token was verified; and the same of a worker that verifies nothing. */
export async function startsInWorkerd(folder, fixture) {
  const peers = Object.entries({ ...AWAITED, '(no verifying)': undefined })
  const starts = []
  for (const [index, [name, peer]] of peers.entries()) {
    const config = await bundled(folder, `cold-${index}`, fixture, peer)
    starts.push([name, () => firstResponse(config)])
  }
  return byTurns(starts)
}

async function byTurns(starts) {
  const taken = starts.map(() => [])
  // The first round fills the caches of the machine.
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [index, [, start]] of starts.entries()) {
      const milliseconds = await start()
      if (round > 0) taken[index].push(milliseconds)
    }
  }
  return starts.map(([name], index) => ({
    name,
    p10: 1000 * quantile(taken[index], 0.1),
    median: 1000 * quantile(taken[index], 0.5),
  }))
}

async function bundled(folder, name, fixture, peer) {
  const out = join(folder, name)
  mkdirSync(out, { recursive: true })
  const { tokens, ...rest } = fixture
  const contents = peer
    ? `import { verified } from './cold/${peer}.mjs'
const fixture = ${JSON.stringify(rest)}
export default { fetch: async () => new Response((await verified(fixture, ${JSON.stringify(tokens[0])})).sub) }`
    : `export default { fetch: () => new Response('user-0') }`
  const { metafile } = await build({
    stdin: { contents, resolveDir: folder },
    outfile: join(out, 'worker.js'),
    bundle: true,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd'],
    plugins: [compiledModules],
  })
  const needed = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path.slice(2)))
  const wasm = Object.entries(installedWasm(folder)).filter(([file]) => needed.includes(file))
  return writeWorkerdConfig(out, { wasm: Object.fromEntries(wasm), address: '127.0.0.1:0' })
}

async function firstResponse(config) {
  const started = performance.now()
  // It tells the port when it listens.
  const stdio = ['ignore', 'ignore', 'inherit', 'pipe']
  const child = spawn('workerd', ['serve', '--control-fd=3', config], { env: environment, stdio })
  const ended = once(child, 'exit')
  try {
    const [told] = await Promise.race([once(child.stdio[3], 'data'), ended])
    const { port } = JSON.parse(String(told).split('\n')[0])
    const sub = await new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, path: '/', agent: false }, async (response) => {
        let text = ''
        for await (const chunk of response.setEncoding('utf8')) text += chunk
        resolve(text)
      }).on('error', reject)
    })
    if (sub !== 'user-0') throw new Error(`The first response was: ${sub.slice(0, 200)}`)
    return performance.now() - started
  } finally {
    child.kill('SIGKILL')
    await ended
  }
}
