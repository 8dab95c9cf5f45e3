// Workers in workerd, on loopback: each from its own wrangler.jsonc, as `wrangler deploy` would read it, with the package as it is built here.
import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import * as esbuild from 'esbuild'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { unstable_readConfig as readConfig, unstable_getMiniflareWorkerOptions as workerOptionsOf } from 'wrangler'
import { root } from './command.mjs'

/**
 * @typedef {object} Worker
 * @property {string} config the path of its wrangler.jsonc
 * @property {Record<string, unknown>} [vars] variables in place of those in that file
 * @property {import('esbuild').Plugin[]} [plugins] what else happens to its code before it runs
 *
 * @param {object} options
 * @param {Worker[]} options.workers the first one answers on the port
 * @param {number} [options.port] 0, the default, takes a free one
 * @param {string} [options.folder] where KV and Cache API keep what they hold; without, they forget it
 * @param {(line: string) => void} [options.log] told what the workers write to their console
 * @returns {Promise<{ url: string, miniflare: Miniflare, close(): Promise<void> }>}
 */
export async function startWorkers({ workers, port = 0, folder, log = () => {} }) {
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      // Else miniflare asks a host on the Internet where this machine is.
      cf: false,
      telemetry: { enabled: false },
      log: new Log(LogLevel.ERROR),
      handleStructuredLogs: ({ message }) => log(message),
      resourcePersistencePath: folder,
      workers: await Promise.all(workers.map((worker, index) => workerOf(worker, index === 0 && port))),
    }),
  )
  try {
    const { href } = await miniflare.unsafeGetDirectURL()
    return { url: href, miniflare, close: () => miniflare.dispose() }
  } catch (error) {
    await miniflare.dispose().catch(() => {})
    throw error
  }
}

/**
 * The example in www/worker, and the service behind it.
 *
 * @param {object} options its variables, `plugins` for it, and the options of `startWorkers`
 * @param {string} options.issuer
 * @param {string} options.audience
 * @param {string[]} options.pages origins
 * @param {Worker['plugins']} [options.plugins]
 */
export function startExample({ issuer, audience, pages, plugins, ...options }) {
  const example = join(root, 'www', 'worker')
  const vars = { ISSUER: issuer, AUDIENCE: audience, PAGES: pages }
  const workers = [
    { config: join(example, 'wrangler.jsonc'), vars, plugins },
    { config: join(example, 'notes', 'wrangler.jsonc') },
  ]
  return startWorkers({ workers, ...options })
}

/** @param {Worker} worker */
async function workerOf({ config, vars = {}, plugins = [] }, port) {
  const read = readConfig({ config })
  const { name, main } = read
  const { workerOptions } = workerOptionsOf(read)
  const bindings = { ...workerOptions.bindings, ...vars }
  // Straight from the network, as at the edge, and not through the worker that miniflare puts before all others.
  const unsafeDirectSockets = port === false ? [] : [{ host: '127.0.0.1', port }]
  return {
    ...workerOptions,
    name,
    bindings,
    modules: await bundle(main, plugins),
    modulesRoot: dirname(main),
    unsafeDirectSockets,
  }
}

/** What wrangler uploads: one script, and the WebAssembly as modules of their own. */
async function bundle(main, plugins) {
  const modules = new Map()
  const compiledModules = {
    name: 'compiled modules',
    setup(build) {
      build.onResolve({ filter: /^jotgate(\/|$)/ }, ({ path, kind, pluginData }) =>
        pluginData === 'of the package'
          ? undefined
          : build.resolve(path, { kind, resolveDir: join(root, 'pkg'), pluginData: 'of the package' }),
      )
      build.onResolve({ filter: /\.wasm$/ }, async ({ path, resolveDir }) => {
        const file = join(resolveDir, path)
        const name = basename(file)
        modules.set(name, { type: 'CompiledWasm', path: join(dirname(main), name), contents: await readFile(file) })
        return { path: `./${name}`, external: true }
      })
    },
  }
  const { outputFiles } = await esbuild.build({
    entryPoints: [main],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*'],
    plugins: [...plugins, compiledModules],
  })
  return [{ type: 'ESModule', path: main, contents: outputFiles[0].text }, ...modules.values()]
}
