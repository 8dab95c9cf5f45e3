import type { Snapshot } from './key-set-source.js'

/** What the state decides by; all in milliseconds. */
export interface Rules {
  cooldown: number
  staleWhileRevalidate: number
  staleIfError: number
  /** The longest time that a key stays remembered as missing. */
  longestMiss: number
}

/** A document that was fetched, or came out of a store. */
export interface Held extends Snapshot {
  /** Where it came from. */
  readonly url: string
  /** Its entity tag, RFC 9110 §8.8.3. */
  readonly etag: string | undefined
}

/** `refresh`: use what is there, and fetch behind. `fetch`: nothing usable, be the one who fetches. */
export type Decision = 'use' | 'refresh' | 'fetch' | 'wait' | 'fail'

/** What one request that waits has seen of the one that fetches. */
export interface Watch {
  /** How often its timers have run. */
  round: number
  /** The last sign of life, when its silence became suspicious, and in which round. */
  beat: number
  suspectedAt: number
  suspectedIn: number
}

interface Flight {
  number: number
  beat: number
  leaseUntil: number
}

/** How often the one who fetches shows that it is still alive. */
export const BEAT = 100
// A request that is cancelled takes its timers along. Three beats missed are suspicious. A beat that is only late has been due
// for longer than the timers that whoever waits sets from then on, and so comes before those run: two rounds of them in
// silence are proof, however busy the thread is.
const LEASE = 300
const GRACE = 200
const ROUNDS = 2
// Who does not wait has no rounds, and no hurry either.
const PATIENCE = 2000

const FIRST_RETRY = 1000
const LONGEST_RETRY = 30_000
// With nothing to use, each second without keys is a second of refused requests.
const LONGEST_RETRY_WITHOUT = 5000

const MISSES_KEPT = 100
const LONGEST_NAME = 256

/**
 * What is known of one remote document, and what follows from it: use it, fetch it, wait or fail. No I/O, no clock, no
 * randomness: each is a parameter, and times are milliseconds of one clock that never runs backwards.
 */
export class DocumentState {
  readonly #rules: Rules
  #held: Held | undefined
  #freshUntil = Number.NEGATIVE_INFINITY
  /** When the source last said what it holds, be it through a store. */
  #fetchedAt = Number.NEGATIVE_INFINITY
  /** Counts what happened, as two things may happen at one time: in Workers, time stands still between I/O. */
  #events = 0
  #arrivedAt = 0
  #failedAt = 0
  #flight: Flight | undefined
  #departed = 0
  #beats = 0
  #arrived = 0
  #failures = 0
  #retryAt = Number.NEGATIVE_INFINITY
  #missFetchedAt = Number.NEGATIVE_INFINITY
  readonly #misses = new Map<string, { until: number; wait: number }>()

  constructor(rules: Rules) {
    this.#rules = rules
  }

  get held(): Held | undefined {
    return this.#held
  }

  fresh(now: number): boolean {
    return now < this.#freshUntil
  }

  coolingDown(now: number): boolean {
    return now < this.#fetchedAt + this.#rules.cooldown
  }

  /** The document as far as it may be used now. */
  usable(now: number): Held | undefined {
    const { staleIfError, staleWhileRevalidate } = this.#rules
    const grace = this.#failures > 0 ? staleIfError : staleWhileRevalidate
    return this.fresh(now) || now < this.#freshUntil + grace ? this.#held : undefined
  }

  /** Whether the document would do if no fetch succeeds. */
  usableAfterFailure(now: number): Held | undefined {
    return this.fresh(now) || now < this.#freshUntil + this.#rules.staleIfError ? this.#held : undefined
  }

  /** A mark for `since` below: what happens from here on answers to a request that begins here. */
  get events(): number {
    return this.#events
  }

  /** What a request does that began at `since`. */
  decide(now: number, since: number, watch?: Watch): Decision {
    // However short its life: what arrived after the question is an answer to it.
    if (this.#held && (this.fresh(now) || this.#arrivedAt > since)) return 'use'
    if (this.usable(now)) return this.leading(now) || now < this.#retryAt ? 'use' : 'refresh'
    if (this.leading(now, watch)) return 'wait'
    return now < this.#retryAt || this.#failedAt > since ? 'fail' : 'fetch'
  }

  /** What a request does that began at `since` and wants a document fetched after that, whatever its age. */
  decideReload(now: number, since: number, watch?: Watch): 'use' | 'fetch' | 'wait' | 'fail' {
    if (this.#arrivedAt > since) return 'use'
    if (this.leading(now, watch)) return 'wait'
    return this.#failedAt > since ? 'fail' : 'fetch'
  }

  /** What a request does that began at `since` and found no key of this name in the version `used`. */
  decideMiss(now: number, since: number, used: number, name: string, watch?: Watch): 'use' | 'fetch' | 'wait' | 'fail' {
    if (!this.#held) return 'fail'
    if (this.#held.version !== used) return this.usable(now) || this.#arrivedAt > since ? 'use' : 'fail'
    if (this.leading(now, watch)) return 'wait'
    const coolingDown = now < this.#missFetchedAt + this.#rules.cooldown
    const known = now < (this.#misses.get(name)?.until ?? Number.NEGATIVE_INFINITY)
    return coolingDown || known || now < this.#retryAt || Math.max(this.#arrivedAt, this.#failedAt) > since
      ? 'fail'
      : 'fetch'
  }

  /** Whether somebody is fetching, as far as can be told: by what `watch` has seen, or else by patience. */
  leading(now: number, watch?: Watch): boolean {
    const flight = this.#flight
    if (!flight) return false
    if (now < flight.leaseUntil) return true
    if (!watch) return now < flight.leaseUntil + PATIENCE
    if (watch.beat !== flight.beat) {
      watch.beat = flight.beat
      watch.suspectedAt = now
      watch.suspectedIn = watch.round
    }
    return now < watch.suspectedAt + GRACE || watch.round < watch.suspectedIn + ROUNDS
  }

  /** Begins to fetch; the flight's number. */
  depart(now: number): number {
    this.#departed += 1
    this.#beats += 1
    this.#flight = { number: this.#departed, beat: this.#beats, leaseUntil: now + LEASE }
    return this.#departed
  }

  /** Whether the flight is still the one that others wait for. */
  renew(number: number, now: number): boolean {
    if (this.#flight?.number !== number) return false
    this.#beats += 1
    this.#flight.beat = this.#beats
    this.#flight.leaseUntil = now + LEASE
    return true
  }

  /**
   * The flight has brought a document, `age` ago, that stays fresh for `lifetime` from then on. A flight that was overtaken
   * by a later one brings nothing.
   */
  arrive(number: number, now: number, found: Omit<Held, 'version'>, lifetime: number, age = 0): void {
    if (this.#flight?.number === number) this.#flight = undefined
    if (number < this.#arrived) return
    this.#arrived = number
    this.adopt(now, found, lifetime, age)
    this.#events += 1
    this.#arrivedAt = this.#events
    this.#failures = 0
    this.#retryAt = Number.NEGATIVE_INFINITY
  }

  /** Takes a document that is better than none; what is in flight goes on. */
  adopt(now: number, found: Omit<Held, 'version'>, lifetime: number, age: number): void {
    const before = this.#held
    if (before?.text !== found.text) this.#misses.clear()
    if (before?.text !== found.text || before.url !== found.url || before.etag !== found.etag) {
      const version = (before?.version ?? 0) + (before?.text === found.text ? 0 : 1)
      this.#held = { ...found, version }
    }
    this.#fetchedAt = now - age
    this.#freshUntil = now - age + lifetime
  }

  /** The flight has brought nothing. `chance` is from 0 to 1. Says whether a stale document stays in use. */
  fail(number: number, now: number, chance: number): boolean {
    if (this.#flight?.number === number) this.#flight = undefined
    // Another has taken over, or has been faster.
    if (number < this.#departed || number < this.#arrived) return false
    this.#failures += 1
    this.#events += 1
    this.#failedAt = this.#events
    const longest = Math.min(this.#rules.cooldown, this.usable(now) ? LONGEST_RETRY : LONGEST_RETRY_WITHOUT)
    const delay = Math.min(FIRST_RETRY * 2 ** (this.#failures - 1), Math.max(FIRST_RETRY, longest))
    // Half of it at least: two fetches a second are the most.
    this.#retryAt = now + delay * (0.5 + chance / 2)
    return !this.fresh(now) && this.usable(now) !== undefined
  }

  /** The fetch for a missing key has succeeded, whether or not it brought one. */
  looked(now: number, name: string): void {
    this.#missFetchedAt = now
    const { cooldown, longestMiss } = this.#rules
    const wait = Math.min((this.#misses.get(name)?.wait ?? cooldown / 2) * 2, Math.max(cooldown, longestMiss))
    this.#misses.delete(name)
    if (name.length > LONGEST_NAME) return
    const [oldest] = this.#misses.keys()
    if (oldest !== undefined && this.#misses.size >= MISSES_KEPT) this.#misses.delete(oldest)
    this.#misses.set(name, { until: now + wait, wait })
  }
}
