import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { compiledModules, writeWorkerdConfig } from '../../scripts/workerd.mjs'
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
  const packed = join('node_modules', 'jotgate', 'dist', 'wasm')
  const shipped = readdirSync(join(folder, packed)).filter((file) => file.endsWith('.wasm'))
  const wasm = Object.fromEntries([
    ...shipped.map((file) => [file, join('..', packed, file)]),
    ...own.map((name) => [`${name}.wasm`, join('..', `${name}.wasm`)]),
  ])
  writeWorkerdConfig(bundled, { wasm })
  return outcomeOf('workerd', ['test', '--verbose', 'config.capnp'], bundled)
}
