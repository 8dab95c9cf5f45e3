import { load } from './rsa-fma-loader.js'

/** What src/rsa-fma/lib.rs exports. */
interface Exports {
  readonly memory: WebAssembly.Memory
  fused(): number
  buffer(): number
  add_key(length: number, e: number): number
  remove_key(key: number): void
  apply(key: number, length: number): number
}

const ROOM = 1024

/** RSA's public operation in the module with fused multiply-adds, which starts at the first key: the `verify` module calls, see src/wasm/rsa_fma.rs. */
export class RsaFma {
  /** Null where the engine has not what it takes, or the module has failed. */
  #exports: Exports | null | undefined
  #room: Uint8Array = new Uint8Array()

  addKey(n: Uint8Array, e: number): number {
    if (this.#exports === undefined) this.#exports = started()
    return this.#attempt((exports) => {
      this.#view(exports).set(n)
      return exports.add_key(n.length, e)
    }, -1)
  }

  /** Exchanges `s` for its power. */
  apply(key: number, s: Uint8Array): boolean {
    return this.#attempt((exports) => {
      this.#view(exports).set(s)
      if (exports.apply(key, s.length) !== 1) return false
      s.set(this.#view(exports).subarray(0, s.length))
      return true
    }, false)
  }

  removeKey(key: number): void {
    this.#attempt((exports) => exports.remove_key(key), undefined)
  }

  /** After a trap nothing in the module's memory is to be trusted; the `verify` module can do without. */
  #attempt<Result>(calls: (exports: Exports) => Result, otherwise: Result): Result {
    const exports = this.#exports
    if (!exports) return otherwise
    try {
      return calls(exports)
    } catch {
      this.#exports = null
      return otherwise
    }
  }

  #view({ memory, buffer }: Exports): Uint8Array {
    // Growing the memory detaches every view.
    if (this.#room.buffer !== memory.buffer) this.#room = new Uint8Array(memory.buffer, buffer() >>> 0, ROOM)
    return this.#room
  }
}

let fused: boolean | undefined

/** Whether there are fused multiply-adds here. */
export function fuses(): boolean {
  return fused ?? started() !== null
}

function started(): Exports | null {
  fused = false
  try {
    const module = load()
    const exports = module && (new WebAssembly.Instance(module).exports as unknown as Exports)
    fused = exports?.fused() === 1
    return fused && exports ? exports : null
  } catch {
    return null
  }
}
