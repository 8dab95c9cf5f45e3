import { JotgateInternal } from './errors.js'

/** What both WebAssembly modules offer. */
interface Boundary {
  readonly memory: WebAssembly.Memory
  buffer(capacity: number): number
  parts(): number
}

// The kind of error that the module itself cannot explain.
const INTERNAL = 31

// How many numbers the module keeps.
const PARTS = 13

const encoder = /* @__PURE__ */ new TextEncoder()
// The core has checked the bytes; a decoder that repairs could only make two readers disagree.
const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** One WebAssembly instance: made at the first use, replaced after a trap. */
export class Engine<Glue extends Boundary> {
  readonly #instantiate: () => Glue
  #glue: Glue | undefined
  #room: Uint8Array = new Uint8Array()
  #parts: Uint32Array = new Uint32Array()
  /** Counts instances: what was made in an earlier one is to be made again. */
  generation = 0

  constructor(instantiate: () => Glue) {
    this.#instantiate = instantiate
  }

  get glue(): Glue {
    if (this.#glue === undefined) {
      try {
        this.#glue = this.#instantiate()
      } catch (thrown) {
        // A TypeError is the caller's to mend: `jotgate/slim` was not initialized.
        if (thrown instanceof TypeError) throw thrown
        throw new JotgateInternal('WebAssembly could not be started', { cause: thrown })
      }
      this.#room = new Uint8Array()
      this.#parts = new Uint32Array()
      this.generation += 1
    }
    return this.#glue
  }

  /** Puts text as UTF-8 where the module reads it; its length in bytes. */
  write(text: string): number {
    let { read, written } = encoder.encodeInto(text, this.#reserve(text.length))
    if (read < text.length) ({ written } = encoder.encodeInto(text, this.#reserve(text.length * 3)))
    return written
  }

  /** A part of the last answer, valid until the next call into the module. */
  bytes(part: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.glue.memory.buffer as ArrayBuffer, this.part(part), this.part(part + 1))
  }

  /** A number of the last answer, by its place in the list of `parts` in src/wasm/memory.rs. */
  part(index: number): number {
    const glue = this.glue
    if (this.#parts.buffer !== glue.memory.buffer) {
      this.#parts = new Uint32Array(glue.memory.buffer, glue.parts() >>> 0, PARTS)
    }
    return this.#parts[index] ?? 0
  }

  text(part: number): string {
    return decoder.decode(this.bytes(part))
  }

  /**
   * Runs calls into the module. The status numbers and texts that are thrown on purpose pass; anything else is a trap or
   * an exhausted stack, after which the module's memory is not to be trusted.
   */
  run<Result>(calls: (glue: Glue) => Result): Result {
    const glue = this.glue
    try {
      return calls(glue)
    } catch (thrown) {
      const expected = typeof thrown === 'string' || (typeof thrown === 'number' && (thrown & 255) !== INTERNAL)
      if (expected) throw thrown
      this.#glue = undefined
      throw new JotgateInternal('jotgate failed, so the token was not accepted; please report this', { cause: thrown })
    }
  }

  #reserve(capacity: number): Uint8Array {
    const glue = this.glue
    // Growing the memory detaches every view.
    if (this.#room.length < capacity || this.#room.buffer !== glue.memory.buffer) {
      const room = Math.max(capacity, this.#room.length, 4096)
      const pointer = glue.buffer(room) >>> 0
      this.#room = new Uint8Array(glue.memory.buffer, pointer, room)
    }
    return this.#room
  }
}
