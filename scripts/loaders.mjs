// What each platform does its own way: the files in which the trees of pkg/dist differ.

// How it comes by a WebAssembly.Module: the text of `decode-loader.js`, `verify-loader.js` and `rsa-fma-loader.js`. The module of the last does not
// validate in every engine, and may be missing.

export const RSA_FMA = 'rsa-fma'

// Bytes in the script itself: no fetch, no bundler plugin, no file system. Hexadecimal, because compression still finds the repeated bytes in it:
// gzipped it is 17 % smaller than base64 (229 against 274 kB, verify), brotli 21 %, and it takes no longer to decode.
function inline(module, bytes) {
  const made = 'new WebAssembly.Module(bytes)'
  return `const hex =
  '${bytes.toString('hex')}'

function decoded() {
  if (typeof Uint8Array.fromHex === 'function') return Uint8Array.fromHex(hex)
  // Node.js before 25: the loop below would take longer than everything else at the start.
  if (globalThis.Buffer) return globalThis.Buffer.from(hex, 'hex')
  const bytes = new Uint8Array(hex.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = (digit(2 * i) << 4) | digit(2 * i + 1)
  return bytes
}

// 0-9 are 0x30 to 0x39 in ASCII, a-f are 0x61 to 0x66.
function digit(index) {
  const code = hex.charCodeAt(index)
  return (code & 15) + 9 * (code >> 6)
}

export function load() {
  const bytes = decoded()
  return ${module === RSA_FMA ? `WebAssembly.validate(bytes) ? ${made} : undefined` : made}
}
`
}

const absent = `export function load() {}
`

// These platforms forbid compiling from bytes; their bundlers turn the import into a compiled WebAssembly.Module.
function imported(specifier) {
  return `import module from '${specifier}'

export function load() {
  return module
}
`
}

// How it keeps a request alive for work behind its response: the text of `wait-until.js`.
export function waitUntil(platform) {
  if (platform !== 'workerd') return 'export const waitUntil = undefined\n'
  return `// A name that no bundler looks up: only the runtime has this module, and older ones lack it.
const module = 'cloudflare:workers'
let found

export function waitUntil(promise) {
  if (found) return found(promise)
  // Each request asks for itself: none may await what another has begun.
  import(/* webpackIgnore: true */ /* @vite-ignore */ module)
    .then(({ waitUntil = () => {} }) => {
      found = waitUntil
      found(promise)
    })
    .catch(() => {})
}
`
}

const SLIM = { verify: `export { load } from './supplied-module.js'\n`, [RSA_FMA]: absent }

export const platforms = {
  default: inline,
  workerd: (module) => imported(`../wasm/${module}_bg.wasm`),
  // Developed for in Node 20, where importing what does not validate fails everything.
  'edge-light': (module) => (module === RSA_FMA ? absent : imported(`../wasm/${module}_bg.wasm?module`)),
  slim: (module, bytes) => SLIM[module] ?? inline(module, bytes),
}
