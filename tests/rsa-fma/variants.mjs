// The built package with another module with fused multiply-adds in its place.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from '../../scripts/command.mjs'
import { RSA_FMA } from '../../scripts/loaders.mjs'
import { parts } from '../packed.mjs'

const work = join(root, 'target', 'rsa-fma')
mkdirSync(work, { recursive: true })
const own = mkdtempSync(join(work, 'run-'))
process.on('exit', () => rmSync(own, { recursive: true, force: true }))

/**
 * @param {string} name of the variant
 * @param {Buffer | null} [bytes] of the module in its place; null for none
 * @returns {Promise<object>} `jotgate`
 */
export function variant(name, bytes) {
  const folder = join(own, name)
  for (const tree of ['default', 'wasm']) cpSync(join(parts, '..', tree), join(folder, tree), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  if (bytes !== undefined) writeFileSync(join(folder, 'default', `${RSA_FMA}-loader.js`), loader(bytes))
  return import(pathToFileURL(join(folder, 'default', 'index.js')).href)
}

function loader(bytes) {
  if (bytes === null) return 'export function load() {}\n'
  return `export const load = () => new WebAssembly.Module(Buffer.from('${bytes.toString('base64')}', 'base64'))\n`
}
