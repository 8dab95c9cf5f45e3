// The program of a process that only makes the module ready: prints how long compiling and instantiating took, in milliseconds.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const wasm = join(createRequire(import.meta.url).resolve('jotgate/package.json'), '..', 'dist', 'wasm')
const { instantiate } = await import(pathToFileURL(join(wasm, 'verify.js')).href)
const octets = readFileSync(join(wasm, 'verify_bg.wasm'))
const started = performance.now()
instantiate(new WebAssembly.Module(octets))
console.log(`OUTCOME ${performance.now() - started}`)
