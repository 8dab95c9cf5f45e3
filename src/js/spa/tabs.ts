import type { Channel, Environment, Locks } from './environment.js'
import { isNewer, isNumber, isRecord, type Position } from './session-state.js'

/** A message of another tab. Its members are not checked yet. */
export interface Message {
  type: string
  [member: string]: unknown
}

// How long a tab without Web Locks listens for others before it goes ahead.
const LISTENING = 100

/** A promise that is settled from outside. */
interface Deferred {
  promise: Promise<void>
  resolve: () => void
}

function deferred(): Deferred {
  let resolve = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

/**
 * The tabs (and workers) of one session: one works at a time, all can be told something, and it is known what those alive
 * have.
 *
 * What a living tab has, it tells by a lock that it shares, named by the state's position. The browser lets go of it when
 * the tab dies, and knows of it in order with the lock on the work, which messages are not: a tab that gets to work sees
 * for certain whether a newer state is still to come.
 */
export class Tabs {
  readonly #environment: Environment
  readonly #name: string
  readonly #hear: (message: Message) => void
  readonly #patience: number
  readonly #id: string
  #channel: Channel | undefined
  #mark: Deferred | undefined
  #suspended: Deferred | undefined
  /** Requests of the lock that have not been granted. */
  readonly #waiting = new Set<AbortController>()
  /** Without Web Locks: the tabs that are at work, and until when that is believed. */
  readonly #claims = new Map<string, number>()
  #queue: Promise<unknown> = Promise.resolve()

  /** @param patience after how many milliseconds a tab at work counts as frozen */
  constructor(environment: Environment, session: string, patience: number, hear: (message: Message) => void) {
    this.#environment = environment
    this.#name = `jotgate:${session}`
    this.#patience = patience
    this.#hear = hear
    this.#id = environment.random().toString(36).slice(2)
    this.#open()
  }

  /** Whether others, if there are any, can be told and asked. */
  get connected(): boolean {
    return this.#channel !== undefined
  }

  /** Whether others, if there are any, can be known of. */
  get locks(): Locks | undefined {
    return this.#environment.locks
  }

  post(message: Message): void {
    try {
      this.#channel?.postMessage(message)
    } catch {
      // Closed by a page that is going away.
    }
  }

  /** Holds the mark of `position` instead of the one before; resolves once it is there. */
  mark(position?: Position): Promise<void> {
    const before = this.#mark
    const { locks } = this
    const mark = deferred()
    this.#mark = mark
    return new Promise((resolve) => {
      const settle = () => {
        before?.resolve()
        resolve()
      }
      if (!locks || !position || this.#suspended) return settle()
      const name = `${this.#name}:${position.epoch}/${position.generation}`
      const hold = () => {
        settle()
        return mark.promise
      }
      // Where it is not allowed (a sandboxed frame), there is no mark.
      locks.request(name, { mode: 'shared' }, hold).catch(settle)
    })
  }

  /** The newest position that a living tab has, this one included. */
  async newest(): Promise<Position | undefined> {
    let newest: Position | undefined
    for (const { name } of await this.#held()) {
      if (!name?.startsWith(`${this.#name}:`)) continue
      const [epoch, generation] = name
        .slice(this.#name.length + 1)
        .split('/')
        .map(Number)
      if (!isNumber(epoch) || !isNumber(generation)) continue
      const position = { epoch, generation }
      if (!newest || isNewer(position, newest)) newest = position
    }
    return newest
  }

  /** Works while no other tab of the session does. `lost` is aborted when another one has lost its patience. */
  async exclusively<Result>(work: (lost: AbortSignal) => Promise<Result>): Promise<Result> {
    const lost = new AbortController()
    for (;;) {
      await this.#suspended?.promise
      const locks = this.locks
      if (!locks) return this.#inTurn(() => work(lost.signal))
      const waiting = new AbortController()
      const holder = await this.#holder()
      if (this.#suspended) continue
      let granted = false
      const start = () => {
        granted = true
        done()
        return work(lost.signal)
      }
      const timer = this.#environment.setTimeout(() => waiting.abort(), this.#patience)
      const done = () => {
        this.#environment.clearTimeout(timer)
        this.#waiting.delete(waiting)
      }
      this.#waiting.add(waiting)
      try {
        return await locks.request(this.#name, { signal: waiting.signal }, start)
      } catch (thrown) {
        done()
        if (granted) {
          // The work's own failure, or the lock was taken away.
          lost.abort()
          throw thrown
        }
        if (!waiting.signal.aborted) return this.#inTurn(() => work(lost.signal))
        if (this.#suspended) continue
        const stolen = await this.#steal(locks, holder, () => work(lost.signal))
        if (stolen) return stolen.result
      }
    }
  }

  /** The page is about to be frozen, or to be kept for its return: nobody may wait for it, and it may not wait itself. */
  suspend(): void {
    if (this.#suspended) return
    this.#suspended = deferred()
    this.#channel?.close()
    this.#channel = undefined
    void this.mark()
    for (const waiting of this.#waiting) waiting.abort()
  }

  /** The page is back; whether it was away. */
  resume(): boolean {
    const suspended = this.#suspended
    if (!suspended) return false
    this.#suspended = undefined
    this.#open()
    suspended.resolve()
    return true
  }

  close(): void {
    this.#channel?.close()
    this.#channel = undefined
    void this.mark()
  }

  #open(): void {
    try {
      this.#channel = this.#environment.openChannel?.(this.#name)
    } catch {
      // Not allowed here: each tab is on its own.
    }
    if (!this.#channel) return
    this.#channel.onmessage = ({ data }) => {
      if (!isRecord(data) || typeof data.type !== 'string') return
      const { type, from } = data
      if (type === 'claim') this.#claims.set(String(from), this.#environment.monotonic() + this.#patience)
      else if (type === 'release') this.#claims.delete(String(from))
      else this.#hear(data as Message)
    }
  }

  async #held(): Promise<{ name?: string; clientId?: string }[]> {
    return (await this.locks?.query().catch(() => undefined))?.held ?? []
  }

  async #holder(): Promise<string | undefined> {
    return (await this.#held()).find(({ name }) => name === this.#name)?.clientId
  }

  /** Takes the lock from the tab that has held it all the time that this one waited; one tab at a time may try. */
  #steal<Result>(
    locks: Locks,
    holder: string | undefined,
    work: () => Promise<Result>,
  ): Promise<{ result: Result } | undefined> {
    return locks
      .request(`${this.#name}:steal`, {}, async () => {
        if (holder === undefined || (await this.#holder()) !== holder) return undefined
        const taken = deferred()
        const result = locks.request(this.#name, { steal: true }, () => {
          taken.resolve()
          return work()
        })
        result.catch(() => taken.resolve())
        await taken.promise
        return { result }
      })
      .then(async (taken) => taken && { result: await taken.result })
  }

  /** Without Web Locks: after those who have claimed the work, as far as they were heard in time. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#queue.then(async () => {
      for (;;) {
        const free = this.#claimants().length === 0
        if (free) this.post({ type: 'claim', from: this.#id })
        await this.#pause(LISTENING * (1 + this.#environment.random()))
        if (!free) continue
        // Of those who claim at once, one is first by its name.
        if (this.#claimants().every((id) => id > this.#id)) break
        this.post({ type: 'release', from: this.#id })
      }
      try {
        return await work()
      } finally {
        this.post({ type: 'release', from: this.#id })
      }
    })
    this.#queue = turn.catch(() => {})
    return turn
  }

  #claimants(): string[] {
    const now = this.#environment.monotonic()
    return [...this.#claims].filter(([, until]) => until > now).map(([id]) => id)
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#environment.setTimeout(resolve, ms))
  }
}
