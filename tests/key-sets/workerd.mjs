// The gates of gate-worker.mjs in real workerd, asked over real HTTP.
import { readdirSync, readFileSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { packedInstall } from '../packed.mjs'

const folder = dirname(fileURLToPath(import.meta.url))
const installed = join(packedInstall(), 'node_modules')
const COMPATIBILITY_DATE = '2026-11-01'

// What stands before the gates. A client that goes away makes the edge cancel its request; workerd by itself notices that no
// more than this worker does, so this one gives the request up when it is told to.
const FRONT = `export default {
  async fetch(request, { GATES }) {
    const cancel = request.headers.get('x-cancel')
    const controller = new AbortController()
    if (cancel !== null) setTimeout(() => controller.abort(), Number(cancel))
    try {
      return await GATES.fetch(request.url, { headers: request.headers, signal: controller.signal })
    } catch (error) {
      if (!controller.signal.aborted) throw error
      return new Response('cancelled')
    }
  },
}`

let script

async function bundled() {
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'gate-worker.mjs')],
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['workerd'],
    // The gates' own import, for their KV; jotgate needs nothing external.
    external: ['cloudflare:workers'],
    nodePaths: [installed],
    plugins: [compiledModules],
  })
  return outputFiles[0].text
}

const compiledModules = {
  name: 'compiled-modules',
  setup({ onResolve }) {
    onResolve({ filter: /\.wasm$/ }, ({ path }) => ({ path: `./${path.split('/').at(-1)}`, external: true }))
    // Never another jotgate than the packed one.
    onResolve({ filter: /^jotgate$/ }, () => ({ path: join(installed, 'jotgate', 'dist', 'workerd', 'index.js') }))
  },
}

/** Starts a workerd; `folder`: where its Cache API and its KV outlive it. */
export async function startWorkerd({ folder } = {}) {
  script ??= await bundled()
  const wasm = join(installed, 'jotgate', 'dist', 'wasm')
  const modules = readdirSync(wasm).filter((file) => file.endsWith('.wasm'))
  const complaints = []
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      // Else miniflare asks a host on the Internet where this machine is.
      cf: false,
      telemetry: { enabled: false },
      log: new Log(LogLevel.NONE),
      handleStructuredLogs: ({ message }) => complaints.push(message),
      resourcePersistencePath: folder,
      workers: [
        {
          name: 'front',
          modules: [{ type: 'ESModule', path: 'front.js', contents: FRONT }],
          compatibilityDate: COMPATIBILITY_DATE,
          serviceBindings: { GATES: 'gates' },
          unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
        },
        {
          name: 'gates',
          modules: [
            { type: 'ESModule', path: 'worker.js', contents: script },
            ...modules.map((file) => ({ type: 'CompiledWasm', path: file, contents: readFileSync(join(wasm, file)) })),
          ],
          compatibilityDate: COMPATIBILITY_DATE,
          kvNamespaces: ['KEYS'],
        },
      ],
    }),
  )
  const origin = await miniflare.unsafeGetDirectURL()
  const agent = new Agent({ keepAlive: true, maxSockets: 1000 })
  return {
    /** What the runtime itself has printed: warnings of hung requests and promises of other requests, for example. */
    complaints,
    /** Asks a gate; `accepted`, or the error's code. `cancel`: the milliseconds after which the request is cancelled. */
    ask(gate, token, { cancel } = {}) {
      return new Promise((resolve, reject) => {
        const headers = { 'x-gate': JSON.stringify(gate), 'x-token': token, ...(cancel && { 'x-cancel': cancel }) }
        httpRequest(origin, { agent, headers }, async (response) => {
          resolve(await Array.fromAsync(response.setEncoding('utf8')).then((chunks) => chunks.join('')))
        })
          .on('error', reject)
          .end()
      })
    },
    async close() {
      agent.destroy()
      await miniflare.dispose()
    },
  }
}
