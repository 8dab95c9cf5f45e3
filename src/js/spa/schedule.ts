import { engine } from '../decode-engine.js'

/** When to refresh a token, as the core has it; seconds by the server's clock. */
export interface Plan {
  issuedAt: number
  expiresAt: number
  /** Not a number: the core's default. */
  before: number
  jitter: number
  now: number
  /** Drawn once for each token: drawn at each look, the earliest would win. */
  chance: number
  /** Seconds that must pass in any case. */
  rest: number
}

/** The moment, never before `now`. */
export function planned({ issuedAt, expiresAt, before, jitter, now, chance, rest }: Plan): number {
  return engine.run((glue) => glue.next_refresh(issuedAt, expiresAt, before, jitter, 0, now, 0, chance, rest))
}

/** The last call of `refresh` for a token, successful or not. */
export interface Attempt {
  /** Failures in a row, this one included. */
  failures: number
  /** Seconds, or not a number. */
  retryAfter: number
  /** When it ended, by the monotonic clock, in milliseconds. */
  at: number
  chance: number
}

/** How many seconds still have to pass after an attempt. */
export function rest({ failures, retryAfter, at, chance }: Attempt, minInterval: number, monotonic: number): number {
  return engine.run((glue) => glue.rest(failures, retryAfter, minInterval, (monotonic - at) / 1000, chance))
}
