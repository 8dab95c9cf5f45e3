import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { outcomeOf } from './outcome.mjs'

export const name = 'workerd'

const entry = (modules) => `
import { outcome } from './main.mjs'
${modules.map((name) => `import ${name} from './${name}.wasm'`).join('\n')}

export default {
  async test() {
    console.log('OUTCOME ' + JSON.stringify(await outcome({ ${modules.join(', ')} })))
  },
}
`

/**
 * In a worker as it is deployed: bundled under the condition `workerd`, its WebAssembly compiled beforehand, no socket open.
 *
 * @param {string[]} [own] modules beside `main.mjs`, by their names without `.wasm`, for `outcome`
 */
export async function run(folder, own = []) {
  const bundled = join(folder, 'workerd')
  await build({
    stdin: { contents: entry(own), resolveDir: folder },
    outfile: join(bundled, 'worker.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd'],
    plugins: [compiledModules],
  })
  const modules = readdirSync(join(folder, 'node_modules', 'jotgate', 'dist', 'wasm')).filter((file) =>
    file.endsWith('.wasm'),
  )
  const embedded = [
    ...modules.map((file) => `(name = "${file}", wasm = embed "../node_modules/jotgate/dist/wasm/${file}")`),
    ...own.map((name) => `(name = "${name}.wasm", wasm = embed "../${name}.wasm")`),
  ]
  writeFileSync(
    join(bundled, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (services = [(name = "suite", worker = .suite)]);

const suite :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js"), ${embedded.join(', ')}],
  compatibilityDate = "2026-01-01",
);
`,
  )
  return outcomeOf('workerd', ['test', '--verbose', 'config.capnp'], bundled)
}

/** For esbuild: a worker's modules of WebAssembly stay files beside it. */
export const compiledModules = {
  name: 'compiled-modules',
  setup({ onResolve }) {
    onResolve({ filter: /\.wasm$/ }, ({ path }) => ({ path: `./${path.split('/').at(-1)}`, external: true }))
  },
}
