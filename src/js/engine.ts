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
const PARTS = 14

const encoder = /* @__PURE__ */ new TextEncoder()
// The core has checked the bytes, so there is nothing to repair; to have them checked once more costs as much again.
const decoder = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true })

/** One WebAssembly instance: made at the first use, replaced after a trap. */
export class Engine<Glue extends Boundary> {
  readonly #instantiate: () => Glue
  #glue: Glue | undefined
  #room = new Uint8Array()
  #parts = new Uint32Array()
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
      this.generation += 1
    }
    return this.#glue
  }

  /** Puts text as UTF-8 where the module reads it; its length in bytes. */
  write(text: string): number {
    const { read, written } = encoder.encodeInto(text, this.#reserve(text.length))
    return read < text.length ? encoder.encodeInto(text, this.#reserve(text.length * 3)).written : written
  }

  /** A part of the last answer, valid until the next call into the module. */
  bytes(part: number): Uint8Array<ArrayBuffer> {
    const start = this.part(part)
    return new Uint8Array(this.#parts.buffer, start, this.part(part + 1))
  }

  /** A number of the last answer, by its place in the list of `parts` in src/wasm/memory.rs. */
  part(index: number): number {
    // Growing the memory detaches every view, which empties it. To ask the memory for its buffer costs more.
    if (this.#parts.length === 0) {
      const glue = this.glue
      this.#parts = new Uint32Array(glue.memory.buffer as ArrayBuffer, glue.parts() >>> 0, PARTS)
    }
    return this.#parts[index] ?? 0
  }

  text(part: number): string {
    return decoder.decode(this.bytes(part))
  }

  /** Runs calls into the module. */
  run<Result>(calls: (glue: Glue) => Result): Result {
    const glue = this.glue
    try {
      return calls(glue)
    } catch (thrown) {
      throw this.failure(thrown)
    }
  }

  /**
   * What is to be thrown for what a call into the module threw: the status numbers and texts that are thrown on purpose;
   * anything else is a trap or an exhausted stack, after which the module's memory is not to be trusted.
   */
  failure(thrown: unknown): unknown {
    const expected = typeof thrown === 'string' || (typeof thrown === 'number' && (thrown & 255) !== INTERNAL)
    if (expected) return thrown
    this.#glue = undefined
    this.#room = new Uint8Array()
    this.#parts = new Uint32Array()
    return new JotgateInternal('jotgate failed, so the token was not accepted; please report this', { cause: thrown })
  }

  #reserve(capacity: number): Uint8Array<ArrayBuffer> {
    // Detached, it is empty as well.
    if (this.#room.length < capacity || this.#room.length === 0) {
      const glue = this.glue
      const room = Math.max(capacity, this.#room.length, 4096)
      const pointer = glue.buffer(room) >>> 0
      this.#room = new Uint8Array(glue.memory.buffer as ArrayBuffer, pointer, room)
    }
    return this.#room
  }
}
