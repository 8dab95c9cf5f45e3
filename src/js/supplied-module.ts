/** A `WebAssembly.Module`. Its own type has no members either, and not every type library has it. */
export type WasmModule = object

/** What {@link initialize} takes: a compiled module, its bytes, where to fetch it, or a response with it. */
export type WasmSource = WasmModule | ArrayBuffer | ArrayBufferView | URL | string | Response

let supplied: WebAssembly.Module | undefined

/**
 * Supplies the WebAssembly module that `jotgate/slim` comes without: the file `jotgate/wasm`.
 *
 * Await it once before the first verification. Later calls do nothing.
 *
 * @param source a `WebAssembly.Module`, its bytes, a URL to `fetch` it from (Node's `fetch` takes no `file:` URL: pass the bytes there),
 *   a `Response`, or a promise of one of these
 * @throws TypeError when `source` is none of these, or the response is not a success
 * @throws WebAssembly.CompileError when the bytes are not WebAssembly
 */
export async function initialize(source: WasmSource | PromiseLike<WasmSource>): Promise<void> {
  if (supplied === undefined) supplied = await compiled(await source)
}

/** The module that was supplied, for the first verification. */
export function load(): WasmModule {
  if (supplied === undefined) {
    throw new TypeError('jotgate/slim has no WebAssembly yet: await initialize(source) before the first verification')
  }
  return supplied
}

async function compiled(source: WasmSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return WebAssembly.compile(source as BufferSource)
  if (typeof source === 'string' || source instanceof URL) return compiled(await fetch(source))
  if (typeof Response === 'function' && source instanceof Response) {
    if (!source.ok) throw new TypeError(`the WebAssembly file could not be fetched: status ${source.status}`)
    // Not compileStreaming: it refuses any other Content-Type than application/wasm.
    return WebAssembly.compile(await source.arrayBuffer())
  }
  throw new TypeError('initialize() takes a WebAssembly.Module, bytes, a URL, or a Response')
}
