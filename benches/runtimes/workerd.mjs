// workerd, timed from outside: the clocks inside stand still while a request is worked on.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { build } from 'esbuild'
import { environment, output } from '../../scripts/command.mjs'
import { compiledModules, installedWasm, writeWorkerdConfig } from '../../scripts/workerd.mjs'
import { quantile, WARM_SHARE, WARM_UP_ROUNDS } from '../support/interleave.mjs'
import { startsInWorkerd } from './starts.mjs'

const SLICE_US = 25_000

// Each request makes so many calls of one cell; the cells are made, and proven, by the first request for their table.
const ENTRY = `
import fixtures from './fixtures.json'
import * as jotgate from './peers/jotgate.mjs'
import * as web from './peers/web.mjs'
import { cellsFor } from './support/cells.mjs'
import { callsOf } from './support/interleave.mjs'

const tables = new Map()

async function answer(url) {
  const [task, name, index, calls] = url.searchParams.getAll('q')
  const table = task + ' ' + name
  if (!tables.has(table)) tables.set(table, await cellsFor(task, fixtures[name], [jotgate, web]))
  const { cells, absent } = tables.get(table)
  if (index === undefined) return { names: cells.map(({ name }) => name), absent }
  await callsOf(cells[index], cells[index].tokens, Number(calls))
  return null
}

export default { fetch: async (request) => Response.json(await answer(new URL(request.url))) }
`

export const workerd = {
  starts: (folder, fixture) => startsInWorkerd(folder, fixture),
  name: async () => output('workerd', ['--version']) ?? 'workerd',
  async run(folder, file) {
    const { tables, fixtures, slices } = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(join(folder, 'fixtures.json'), JSON.stringify(fixtures))
    const { ask, stop } = await start(folder)
    try {
      const measured = []
      for (const { task, alg, fixture } of tables) {
        console.error(`  ${task} ${alg}`)
        measured.push({ task, alg, ...(await table(ask, task, fixture, slices, fixtures[fixture].tokens.length)) })
      }
      return measured
    } finally {
      await stop()
    }
  },
}

async function table(ask, task, fixture, slices, tokens) {
  const { names, absent } = await ask(task, fixture)
  const cells = names.map((name, index) => ({
    name,
    walls: [],
    empty: [],
    time: (calls) => timed(() => ask(task, fixture, index, calls)),
  }))
  for (const cell of cells) {
    await cell.time(64)
    const warm = (await cell.time(256)) / 256
    cell.calls = Math.max(1, Math.round(SLICE_US / warm))
    await cell.time(Math.max(cell.calls * 12, WARM_UP_ROUNDS * tokens))
  }
  for (let round = 0; round < slices; round++) {
    for (const { time, calls, walls, empty } of cells) {
      await time(Math.ceil(calls * WARM_SHARE))
      walls.push(await time(calls))
      empty.push(await time(0))
    }
  }
  // A request alone takes little beside a slice, and is subtracted at its fastest: a slow one would make the slice too short.
  const rows = cells.map(({ name, calls, walls, empty }) => {
    const [p10, median] = [0.1, 0.5].map((share) => (quantile(walls, share) - quantile(empty, 0.1)) / calls)
    return { name, p10, median }
  })
  return { absent, rows }
}

/** Microseconds. */
async function timed(work) {
  const started = performance.now()
  await work()
  return 1000 * (performance.now() - started)
}

async function start(folder) {
  const out = join(folder, 'workerd')
  mkdirSync(out, { recursive: true })
  await build({
    stdin: { contents: ENTRY, resolveDir: folder },
    outfile: join(out, 'worker.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd'],
    plugins: [compiledModules],
  })
  const port = await freePort()
  const config = writeWorkerdConfig(out, { wasm: installedWasm(folder), address: `127.0.0.1:${port}` })
  const child = spawn('workerd', ['serve', config], {
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = once(child, 'exit')
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ask = (...q) => fetchJson(agent, port, q)
  await untilReachable(port, child)
  return {
    ask,
    async stop() {
      agent.destroy()
      child.kill()
      await ended
    },
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

async function untilReachable(port, child) {
  for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt++) {
    const reached = await new Promise((resolve) => {
      get({ host: '127.0.0.1', port, path: '/favicon.ico' }, (response) => resolve(response.resume() && true)).on(
        'error',
        () => resolve(false),
      )
    })
    if (reached) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('workerd has not come up.')
}

function fetchJson(agent, port, q) {
  const path = `/?${new URLSearchParams(q.map((value) => ['q', String(value)]))}`
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent }, async (response) => {
      let text = ''
      for await (const chunk of response.setEncoding('utf8')) text += chunk
      if (response.statusCode === 200) resolve(JSON.parse(text))
      else reject(new Error(`workerd answered ${response.statusCode}: ${text.slice(0, 500)}`))
    }).on('error', reject)
  })
}
