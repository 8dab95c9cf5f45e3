// How each platform comes by a WebAssembly.Module: the text of `decode-loader.js` and `verify-loader.js`, the only files in which the trees of pkg/dist differ.

// Bytes in the script itself: no fetch, no bundler plugin, no file system. `Uint8Array.from(text, fn)` takes ten times as long as the loop.
function inline(_module, bytes) {
  return `const base64 =
  '${bytes.toString('base64')}'

function decoded() {
  if (typeof Uint8Array.fromBase64 === 'function') return Uint8Array.fromBase64(base64)
  const binary = atob(base64)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

export function load() {
  return new WebAssembly.Module(decoded())
}
`
}

// These platforms forbid compiling from bytes; their bundlers turn the import into a compiled WebAssembly.Module.
function imported(specifier) {
  return `import module from '${specifier}'

export function load() {
  return module
}
`
}

export const platforms = {
  default: inline,
  workerd: (module) => imported(`../wasm/${module}_bg.wasm`),
  'edge-light': (module) => imported(`../wasm/${module}_bg.wasm?module`),
  slim: (module, bytes) =>
    module === 'verify' ? `export { load } from './supplied-module.js'\n` : inline(module, bytes),
}
