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

/** RSA's public operation in the module with fused multiply-adds, which starts at the first key: the `verify` module calls, see src/wasm/rsa_fma.rs. */
export class RsaFma {
  /** Null where the engine has not what it takes, or the module has failed. */
  #exports: Exports | null | undefined
  readonly #outside: WebAssembly.Memory
  /** An integer in the `verify` module's memory, and where it goes through in the module's own. */
  #theirs = new Uint8Array()
  #ours = new Uint8Array()

  /** @param outside the `verify` module's memory */
  constructor(outside: WebAssembly.Memory) {
    this.#outside = outside
  }

  addKey(n: Uint8Array, e: number): number {
    if (this.#exports === undefined) this.#exports = started()
    return this.#attempt((exports) => {
      this.#room(exports, n.length).set(n)
      return exports.add_key(n.length, e)
    }, -1)
  }

  /** Exchanges the `length` octets at `pointer` outside for their power. */
  apply(key: number, pointer: number, length: number): boolean {
    return this.#attempt((exports) => {
      const theirs = this.#place(pointer >>> 0, length)
      this.#room(exports, length).set(theirs)
      if (exports.apply(key, length) !== 1) return false
      theirs.set(this.#room(exports, length))
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

  // Views are kept, as making them takes longer than copying. Growing the memory detaches them, which empties them.

  #place(pointer: number, length: number): Uint8Array {
    if (this.#theirs.byteOffset !== pointer || this.#theirs.length !== length)
      this.#theirs = new Uint8Array(this.#outside.buffer as ArrayBuffer, pointer, length)
    return this.#theirs
  }

  #room({ memory, buffer }: Exports, length: number): Uint8Array {
    if (this.#ours.length !== length) this.#ours = new Uint8Array(memory.buffer as ArrayBuffer, buffer() >>> 0, length)
    return this.#ours
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
