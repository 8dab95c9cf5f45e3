import { join } from 'node:path'
import { build } from 'esbuild'
import { compiledModules, installedWasm, writeWorkerdConfig } from '../../scripts/workerd.mjs'
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
  const ours = Object.fromEntries(own.map((name) => [`${name}.wasm`, join('..', `${name}.wasm`)]))
  writeWorkerdConfig(bundled, { wasm: { ...installedWasm(folder), ...ours } })
  return outcomeOf('workerd', ['test', '--verbose', 'config.capnp'], bundled)
}
