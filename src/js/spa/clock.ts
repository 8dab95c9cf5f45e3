import { engine } from '../decode-engine.js'
import type { Environment } from './environment.js'

// Less may be the clock being adjusted, or coarse.
const JUMP = 1

/** The server's clock, as well as it is known here. Seconds. */
export class Clock {
  /** The server's clock minus the local one. */
  skew = 0
  /** Whether it was set since the last measuring, such that a sleep may have gone unseen. */
  unsure = false
  readonly #environment: Environment
  readonly #leapt: () => void
  #lead: number

  /** @param leapt called, later, when the clock has leapt */
  constructor(environment: Environment, leapt: () => void) {
    this.#environment = environment
    this.#leapt = leapt
    this.#lead = this.#leadNow()
  }

  now(): number {
    const lead = this.#leadNow()
    const jump = lead - this.#lead
    this.#lead = lead
    // A leap ahead may as well be a sleep in which the monotonic clock stood still: it counts as time that has passed. If it
    // was not, the refresh that follows measures the difference. Back, nothing but somebody who sets the clock moves it:
    // the server's time has gone on as before, and perhaps through a sleep as well.
    if (jump < -JUMP) {
      this.skew -= jump
      this.unsure = true
    }
    if (Math.abs(jump) > JUMP) queueMicrotask(this.#leapt)
    return this.#environment.now() / 1000 + this.skew
  }

  /** Takes an answer that tells the server's time, cut off to seconds, and that took `seconds`. */
  measure(server: number, seconds: number): void {
    const answered = this.now() - this.skew
    this.set(engine.run((glue) => glue.measure_skew(this.skew, server, answered - seconds, answered)))
  }

  /** Takes over what was measured, here or by another tab. */
  set(skew: number): void {
    this.skew = skew
    this.unsure = false
  }

  #leadNow(): number {
    return (this.#environment.now() - this.#environment.monotonic()) / 1000
  }
}
