// What each family of algorithms costs in the verify module, and what of that its accelerator: the tables of docs/size.md. Takes some minutes.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { buildModule } from './build.mjs'
import { root } from './command.mjs'
import { setUpBuild } from './setup.mjs'

const FAMILIES = ['rsa', 'es256', 'es384', 'es512', 'es256k', 'eddsa', 'hmac']
const ACCELERATED = ['rsa', 'es256', 'es384', 'eddsa']

await setUpBuild()
const all = await sizes([...FAMILIES, 'accel'])
const stock = await sizes(FAMILIES)
console.log('bytes', 'raw', 'gzip', 'brotli')
console.log('all', ...all)
console.log('no algorithm', ...(await sizes([])))
console.log('all accelerators', ...less(all, stock))
for (const family of FAMILIES) {
  const others = FAMILIES.filter((other) => other !== family)
  const cost = less(all, await sizes([...others, 'accel']))
  console.log(family, ...cost)
  if (ACCELERATED.includes(family))
    console.log(`${family}, its accelerator`, ...less(cost, less(stock, await sizes(others))))
}
console.log('ml-dsa', ...less(await sizes([...FAMILIES, 'ml-dsa', 'accel']), all))

function less(sizes, others) {
  return sizes.map((size, column) => size - others[column])
}

async function sizes(features) {
  const folder = join(root, 'target', 'families')
  await buildModule('verify', folder, [
    '--no-default-features',
    ...features.flatMap((feature) => ['--features', `jotgate/${feature}`]),
  ])
  const wasm = readFileSync(join(folder, 'verify_bg.wasm'))
  return [wasm.length, gzipSync(wasm, { level: 9 }).length, brotliCompressSync(wasm).length]
}
