// The gates of gate-worker.mjs in real workerd, asked over real HTTP.
import { readdirSync, readFileSync } from 'node:fs'
import { Agent, request as httpRequest } from 'node:http'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { compiledModules } from '../../scripts/workerd.mjs'
import { packedInstall } from '../packed.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const GATES = readFileSync(join(here, 'gate-worker.mjs'), 'utf8')
const installed = join(packedInstall(), 'node_modules')
const COMPATIBILITY_DATE = '2026-11-01'

// What stands before the gates. A client that goes away makes the edge cancel its request; workerd by itself notices that no
// more than this worker does, so this one gives the request up when it is told to.
const FRONT = `export default {
  async fetch(request, env) {
    const cancel = request.headers.get('x-cancel')
    const controller = new AbortController()
    if (cancel !== null) setTimeout(() => controller.abort(), Number(cancel))
    try {
      const gates = env['GATES' + (request.headers.get('x-isolate') ?? 0)]
      return await gates.fetch(request.url, { headers: request.headers, signal: controller.signal })
    } catch (error) {
      if (!controller.signal.aborted) throw error
      return new Response('cancelled')
    }
  },
}`

async function bundled(source) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: here },
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['workerd'],
    // The worker's own import, for its KV; jotgate needs nothing external.
    external: ['cloudflare:workers'],
    nodePaths: [installed],
    plugins: [compiledModules, packedJotgate],
  })
  return outputFiles[0].text
}

// Never another jotgate than the packed one.
const packedJotgate = {
  name: 'packed-jotgate',
  setup({ onResolve }) {
    onResolve({ filter: /^jotgate$/ }, () => ({ path: join(installed, 'jotgate', 'dist', 'workerd', 'index.js') }))
  },
}

/**
 * Starts a workerd. `folder`: where its Cache API and its KV outlive it; `isolates`: how many hold gates; `source`: another
 * worker than that of the gates.
 */
export async function startWorkerd(options = {}) {
  const { folder, isolates = 1, compatibilityDate = COMPATIBILITY_DATE, source = GATES } = options
  const script = await bundled(source)
  const wasm = join(installed, 'jotgate', 'dist', 'wasm')
  const modules = readdirSync(wasm).filter((file) => file.endsWith('.wasm'))
  const names = Array.from({ length: isolates }, (_, index) => `gates${index}`)
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      // Else miniflare asks a host on the Internet where this machine is.
      cf: false,
      telemetry: { enabled: false },
      log: new Log(LogLevel.NONE),
      resourcePersistencePath: folder,
      workers: [
        {
          name: 'front',
          modules: [{ type: 'ESModule', path: 'front.js', contents: FRONT }],
          compatibilityDate: COMPATIBILITY_DATE,
          serviceBindings: Object.fromEntries(names.map((name) => [name.toUpperCase(), name])),
          unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
        },
        ...names.map((name) => ({
          name,
          modules: [
            { type: 'ESModule', path: 'worker.js', contents: script },
            ...modules.map((file) => ({ type: 'CompiledWasm', path: file, contents: readFileSync(join(wasm, file)) })),
          ],
          compatibilityDate,
          kvNamespaces: { KEYS: 'keys' },
        })),
      ],
    }),
  )
  const origin = await miniflare.unsafeGetDirectURL()
  const agent = new Agent({ keepAlive: true, maxSockets: 1000 })
  return {
    origin,
    /** Asks a gate; `accepted`, or the error's code. `cancel`: the milliseconds after which the request is cancelled. */
    ask(gate, token, { cancel, isolate } = {}) {
      return new Promise((resolve, reject) => {
        const headers = {
          'x-gate': JSON.stringify(gate),
          'x-token': token,
          ...(cancel && { 'x-cancel': cancel }),
          ...(isolate && { 'x-isolate': isolate }),
        }
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
