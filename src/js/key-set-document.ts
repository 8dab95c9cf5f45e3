import { JOSEError, JWKSTimeout } from './errors.js'
import { createClock } from './key-set-clock.js'
import { get, unavailable } from './key-set-fetch.js'
import { type FetchImplementation, type RemoteSettings, readKeySetUrl } from './key-set-options.js'
import type { Snapshot } from './key-set-source.js'
import { BEAT, type Decision, DocumentState, type Held, type Watch } from './key-set-state.js'
import { type Entry, readEntry, storeName, writeEntry } from './key-set-store.js'

/** What the outside world is to a document. */
export interface Host {
  /** Milliseconds that never run backwards. */
  now(): number
  /** Milliseconds since 1970-01-01T00:00:00Z, by whatever clock there is. */
  date(): number
  /** From 0 to 1. */
  random(): number
  setTimer(run: () => void, delay: number): unknown
  clearTimer(timer: unknown): void
  fetch: FetchImplementation
}

/** What a document is, and how to know a good one. */
export interface DocumentOptions {
  /** Where it is. A function is asked before each fetch, by the request that is to fetch; what it throws is passed on. */
  url: string | (() => Promise<string>)
  settings: RemoteSettings
  /** Throws an error of `errors` for a text that is not acceptable. */
  validate: (text: string) => void
  /** Told of each document that arrives, and when its source gave it, in ms since 1970-01-01T00:00:00Z. */
  arrived?: (text: string, uat: number) => void
  host?: Host
}

/** Why a document is fetched: it is not fresh, somebody asked for it, or a key of this name was not in it. */
type Wish = { for: 'freshness' | 'reload' } | { for: 'key'; name: string }

interface Found extends Entry {
  /** Whether it came out of the store. */
  stored: boolean
}

// Looks grow apart as the wait grows long, so that what they add to it stays an eighth.
const FIRST_LOOK = 2
const LONGEST_LOOK = 100

/** The part of the time limit that a store may take before it is passed over. */
const STORE_SHARE = 0.25

// Clocks of two machines differ by seconds; an entry from farther ahead was written by a wrong one.
const SKEW = 60_000

const YEAR = 31_536_000_000

/** A remote document: fetched when needed, by one request for all, and kept by the rules of `DocumentState`. */
export class RemoteDocument {
  readonly #url: DocumentOptions['url']
  readonly #settings: RemoteSettings
  readonly #validate: (text: string) => void
  readonly #arrived: DocumentOptions['arrived']
  readonly #host: Host
  readonly #state: DocumentState
  /** When the source gave what is held. */
  #uat = Number.NEGATIVE_INFINITY
  #error: JOSEError | undefined

  constructor({ url, settings, validate, arrived, host = platformHost() }: DocumentOptions) {
    this.#url = url
    this.#settings = settings
    this.#validate = validate
    this.#arrived = arrived
    this.#host = host
    const { cooldown, staleWhileRevalidate, staleIfError, maxAge } = settings
    this.#state = new DocumentState({ cooldown, staleWhileRevalidate, staleIfError, longestMiss: maxAge })
  }

  /** Starts from a document that its source gave at `uat`, if that is a good one. */
  seed(text: string, uat: number): void {
    if (typeof this.#url !== 'string') return
    this.#adopt({ url: this.#url, text, etag: undefined, uat, lifetime: this.#settings.maxAge })
  }

  get fresh(): boolean {
    return this.#state.fresh(this.#host.now())
  }

  get coolingDown(): boolean {
    return this.#state.coolingDown(this.#host.now())
  }

  get reloading(): boolean {
    return this.#state.leading(this.#host.now())
  }

  /** The last good document, whatever its age. */
  get last(): Snapshot | undefined {
    return this.#state.held
  }

  /** As `KeySource.current`. */
  current(): Snapshot | undefined {
    return this.#state.usable(this.#host.now())
  }

  /** As `KeySource.due`. */
  due(): boolean {
    return this.#state.decide(this.#host.now(), this.#state.events) !== 'use'
  }

  /** As `KeySource.ready`. */
  async ready(): Promise<Snapshot> {
    const since = this.#state.events
    const held = await this.#until((now, watch) => this.#state.decide(now, since, watch), { for: 'freshness' })
    if (held) return held
    throw this.#failure()
  }

  /** As `KeySource.missed`, for whatever names the key. */
  async missed(name: string, used: number): Promise<Snapshot | undefined> {
    const since = this.#state.events
    try {
      const decide = (now: number, watch: Watch) => this.#state.decideMiss(now, since, used, name, watch)
      return await this.#until(decide, { for: 'key', name })
    } catch {
      return undefined
    }
  }

  /** Fetches, whatever is there; joins a fetch in flight. */
  async reload(): Promise<void> {
    const since = this.#state.events
    const decide = (now: number, watch: Watch) => this.#state.decideReload(now, since, watch)
    if (!(await this.#until(decide, { for: 'reload' }))) throw this.#failure()
  }

  /**
   * Does what is decided, until it is decided. A request awaits only what it started itself: in Workers, another one's
   * promise may never settle.
   */
  async #until(decide: (now: number, watch: Watch) => Decision, wish: Wish): Promise<Held | undefined> {
    const begun = this.#host.now()
    const deadline = begun + this.#settings.timeout
    const watch: Watch = { round: 0, beat: 0, suspectedAt: 0, suspectedIn: 0 }
    let own: Promise<void> | undefined
    for (; ; watch.round += 1) {
      const now = this.#host.now()
      const decision = decide(now, watch)
      if (decision === 'use') return this.#state.held
      if (decision === 'fail') return undefined
      if (decision === 'refresh') {
        this.#keepAlive(this.#refresh(wish))
        return this.#state.held
      }
      if (now >= deadline) return this.#fallback(now, wish, new JWKSTimeout('the keys did not come in time'))
      if (decision === 'fetch') {
        let url: string
        try {
          url = typeof this.#url === 'string' ? this.#url : await this.#askUrl(this.#url)
        } catch (error) {
          return this.#fallback(this.#host.now(), wish, error)
        }
        // While the URL was found out, another request may have gone ahead.
        if (decide(this.#host.now(), watch) !== 'fetch') continue
        own = this.#lead(url, wish).then(() => {
          own = undefined
        })
      }
      const look = Math.min(Math.max((now - begun) / 8, FIRST_LOOK), LONGEST_LOOK, deadline - now)
      await this.#pause(look, own)
    }
  }

  /** A stale document is better than an error, where the rules allow it. */
  #fallback(now: number, wish: Wish, error: unknown): Held {
    const held = wish.for === 'freshness' ? this.#state.usableAfterFailure(now) : undefined
    if (held) return held
    throw error
  }

  async #refresh(wish: Wish): Promise<void> {
    try {
      const url = typeof this.#url === 'string' ? this.#url : await this.#askUrl(this.#url)
      // While the URL was found out, others may have begun, and even ended.
      const decision = this.#state.decide(this.#host.now(), this.#state.events)
      if (decision === 'refresh' || decision === 'fetch') await this.#lead(url, wish)
    } catch {
      // Whoever needs the URL more urgently is told.
    }
  }

  async #askUrl(ask: () => Promise<string>): Promise<string> {
    const url = await ask()
    try {
      return readKeySetUrl(url, this.#settings.loopback, 'the key set')
    } catch (cause) {
      throw unavailable('was not made, as its URL is not acceptable', cause)
    }
  }

  /** Fetches for everybody, and shows that it is alive. Never rejects. */
  #lead(url: string, wish: Wish): Promise<void> {
    const flight = this.#state.depart(this.#host.now())
    const flown = this.#fly(flight, url, wish)
    this.#keepAlive(flown)
    return flown
  }

  async #fly(flight: number, url: string, wish: Wish): Promise<void> {
    const controller = new AbortController()
    let beating: unknown
    let limit: unknown
    try {
      const beat = () => {
        if (this.#state.renew(flight, this.#host.now())) beating = this.#host.setTimer(beat, BEAT)
      }
      beating = this.#host.setTimer(beat, BEAT)
      const late = new Promise<never>((_, reject) => {
        limit = this.#host.setTimer(
          () => reject(new JWKSTimeout('the keys did not come in time')),
          this.#settings.timeout,
        )
      })
      // Not by the signal alone: an implementation of somebody else's may not mind it.
      const found = await Promise.race([this.#find(url, wish, controller.signal), late])
      this.#state.arrive(flight, this.#host.now(), found, found.lifetime, this.#ageOf(found))
      this.#took(found, wish)
    } catch (thrown) {
      const error = thrown instanceof JOSEError ? thrown : unavailable('failed', thrown)
      this.#error = error
      const stale = this.#state.fail(flight, this.#host.now(), this.#host.random())
      if (stale) this.#quietly(() => this.#settings.onStale?.(again(error)))
    } finally {
      this.#host.clearTimer(beating)
      this.#host.clearTimer(limit)
      // Ends a body that nobody reads to its end.
      controller.abort()
    }
  }

  async #find(url: string, wish: Wish, signal: AbortSignal): Promise<Found> {
    if (wish.for === 'freshness') {
      const entry = await this.#stored(url)
      if (entry && !signal.aborted && entry.uat > this.#uat) {
        if (this.#ageOf(entry) < entry.lifetime) return { ...entry, stored: true }
        // Stale, but it may do until the fetch is done, and its entity tag may spare the body.
        this.#adopt(entry)
      }
    }
    const held = this.#state.held?.url === url ? this.#state.held : undefined
    const { headers, maxSize, minAge, maxAge } = this.#settings
    const answer = await get({
      url,
      headers,
      etag: held?.etag,
      signal,
      maxSize,
      fetch: this.#settings.fetch ?? this.#host.fetch,
    })
    const text = answer.text ?? held?.text ?? ''
    if (text !== held?.text) this.#validate(text)
    const lifetime = Math.min(Math.max(answer.freshness ?? maxAge, minAge), maxAge)
    return { url, text, etag: answer.etag, uat: this.#host.date(), lifetime, stored: false }
  }

  /** Does what follows from a new document. */
  #took(found: Found, wish: Wish): void {
    this.#uat = found.uat
    if (wish.for === 'key') this.#state.looked(this.#host.now(), wish.name)
    this.#quietly(() => this.#arrived?.(found.text, found.uat))
    const { store, staleIfError, staleWhileRevalidate } = this.#settings
    if (!store || found.stored) return
    const lifetime = Math.min(found.lifetime + Math.max(staleIfError, staleWhileRevalidate), YEAR)
    this.#quietly(() =>
      this.#within(this.#settings.timeout, store.put(storeName(found.url), writeEntry(found), { lifetime })),
    )
  }

  /** What the store has, if it answers soon and with something good. */
  async #stored(url: string): Promise<Entry | undefined> {
    const { store, maxAge, maxSize, timeout } = this.#settings
    if (!store) return undefined
    try {
      const entry = readEntry(await this.#within(timeout * STORE_SHARE, store.get(storeName(url))), url)
      if (!entry || entry.text.length > maxSize) return undefined
      if (entry.text !== this.#state.held?.text) this.#validate(entry.text)
      return { ...entry, lifetime: Math.min(entry.lifetime, maxAge) }
    } catch {
      return undefined
    }
  }

  #adopt(entry: Entry): void {
    this.#state.adopt(this.#host.now(), entry, entry.lifetime, this.#ageOf(entry))
    this.#uat = entry.uat
  }

  #ageOf({ uat, lifetime }: Entry): number {
    const age = this.#host.date() - uat
    // From the future: nobody knows how old it is.
    return age < -SKEW ? lifetime : Math.max(age, 0)
  }

  /** An error of its own for each request, as requests attach their tokens to errors. */
  #failure(): JOSEError {
    return this.#error ? again(this.#error) : unavailable('failed')
  }

  /** What is promised, or `undefined` if that takes too long. */
  async #within<Value>(limit: number, promise: Promise<Value>): Promise<Value | undefined> {
    let timer: unknown
    const late = new Promise<undefined>((resolve) => {
      timer = this.#host.setTimer(() => resolve(undefined), limit)
    })
    try {
      return await Promise.race([promise, late])
    } finally {
      this.#host.clearTimer(timer)
    }
  }

  /** Runs code of somebody else's, whose failure is not ours. */
  #quietly(run: () => unknown): void {
    this.#keepAlive(new Promise((resolve) => resolve(run())).catch(() => {}))
  }

  #keepAlive(promise: Promise<unknown>): void {
    try {
      this.#settings.waitUntil?.(promise)
    } catch {
      // Outside of a request there is nothing to keep alive.
    }
  }

  /** Until the time has passed or what this request itself started is done. */
  #pause(delay: number, own: Promise<void> | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#host.setTimer(resolve, delay)
      own?.then(() => {
        this.#host.clearTimer(timer)
        resolve()
      })
    })
  }
}

function again(error: JOSEError): JOSEError {
  const Class = error.constructor as typeof JOSEError
  return new Class(error.message, { ...(error.rfc && { rfc: error.rfc }), cause: error.cause })
}

function platformHost(): Host {
  return {
    now: createClock(
      () => Date.now(),
      () => performance.now(),
    ),
    date: () => Date.now(),
    random: () => Math.random(),
    setTimer: (run, delay) => setTimeout(run, delay),
    clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
    fetch: (url, init) => fetch(url, init as RequestInit),
  }
}
