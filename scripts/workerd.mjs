// Workers for workerd itself, without wrangler: one script that is bundled already, and its WebAssembly.
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Writes `config.capnp` for one worker.
 *
 * @param {string} folder where it goes
 * @param {object} worker paths are from that folder
 * @param {string[]} [worker.scripts] ES modules, the first one is the worker
 * @param {Record<string, string>} [worker.wasm] names by which these import WebAssembly modules, and the files that those are
 * @param {string} [worker.address] where it answers HTTP; without, nowhere
 * @param {string} [worker.compatibilityDate]
 * @returns {string} the path of that file
 */
export function writeWorkerdConfig(
  folder,
  { scripts = ['worker.js'], wasm = {}, address, compatibilityDate = '2026-01-01' },
) {
  const modules = [
    ...scripts.map((file) => `(name = "${file}", esModule = embed "${file}")`),
    ...Object.entries(wasm).map(([name, file]) => `(name = "${name}", wasm = embed "${file}")`),
  ]
  const sockets = address ? [`(name = "http", address = "${address}", http = (), service = "main")`] : []
  const file = join(folder, 'config.capnp')
  writeFileSync(
    file,
    `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (services = [(name = "main", worker = .main)], sockets = [${sockets.join(', ')}]);

const main :Workerd.Worker = (modules = [${modules.join(', ')}], compatibilityDate = "${compatibilityDate}");
`,
  )
  return file
}

/** The WebAssembly of the jotgate that is installed in `folder`, for a worker whose configuration is in a folder within. */
export function installedWasm(folder) {
  const wasm = join('node_modules', 'jotgate', 'dist', 'wasm')
  return Object.fromEntries(readdirSync(join(folder, wasm)).map((file) => [file, join('..', wasm, file)]))
}

/** For esbuild: a worker's modules of WebAssembly stay files beside it. */
export const compiledModules = {
  name: 'compiled-modules',
  setup({ onResolve }) {
    onResolve({ filter: /\.wasm$/ }, ({ path }) => ({ path: `./${path.split('/').at(-1)}`, external: true }))
  },
}
