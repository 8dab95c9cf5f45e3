// The program of a process that only makes the module ready: prints how long compiling and instantiating took, in milliseconds.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { instantiate } from './verify.js'

const octets = readFileSync(createRequire(import.meta.url).resolve('jotgate/wasm'))
const started = performance.now()
instantiate(new WebAssembly.Module(octets))
console.log(`OUTCOME ${performance.now() - started}`)
