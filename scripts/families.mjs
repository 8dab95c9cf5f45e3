// What each family of algorithms costs in the verify module: the table of docs/size.md. Takes some minutes.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { buildModule } from './build.mjs'
import { root } from './command.mjs'
import { setUpBuild } from './setup.mjs'

const DEFAULT = ['rsa', 'es256', 'es384', 'es512', 'es256k', 'eddsa', 'hmac']

await setUpBuild()
const all = await sizes(DEFAULT)
console.log('bytes', 'raw', 'gzip', 'brotli')
console.log('all', ...all)
console.log('no algorithm', ...(await sizes([])))
for (const family of DEFAULT) {
  const others = await sizes(DEFAULT.filter((other) => other !== family))
  console.log(family, ...all.map((size, column) => size - others[column]))
}
const more = await sizes([...DEFAULT, 'ml-dsa'])
console.log('ml-dsa', ...more.map((size, column) => size - all[column]))

async function sizes(families) {
  const folder = join(root, 'target', 'families')
  await buildModule('verify', folder, [
    '--no-default-features',
    ...families.flatMap((family) => ['--features', `jotgate/${family}`]),
  ])
  const wasm = readFileSync(join(folder, 'verify_bg.wasm'))
  return [wasm.length, gzipSync(wasm, { level: 9 }).length, brotliCompressSync(wasm).length]
}
