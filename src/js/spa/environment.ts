/** As much of Web Locks as is used. */
export interface Locks {
  request<Result>(
    name: string,
    options: { mode?: 'exclusive' | 'shared'; steal?: boolean; signal?: AbortSignal },
    callback: () => PromiseLike<Result> | Result,
  ): Promise<Result>
  query(): Promise<{ held?: { name?: string; clientId?: string }[] }>
}

/** As much of a BroadcastChannel as is used. */
export interface Channel {
  onmessage: ((event: { data: unknown }) => void) | null
  postMessage(message: unknown): void
  close(): void
}

/** As much of an `EventTarget` as is used. */
export interface Events {
  addEventListener(name: string, listener: () => void, options: { signal: AbortSignal }): void
}

/** Everything that a manager has from its platform. */
export interface Environment {
  /** Milliseconds since 1970; anybody may set this clock. */
  now(): number
  /** Milliseconds; nobody sets this clock, but it may stand still while the machine sleeps. */
  monotonic(): number
  /** 0 to 1. */
  random(): number
  /** `idle`: nobody waits for it. */
  setTimeout(callback: () => void, ms: number, idle?: boolean): unknown
  clearTimeout(timer: unknown): void
  fetch: typeof fetch
  /** What relative URLs are relative to; undefined where they are not known. */
  readonly base: string | undefined
  readonly locks: Locks | undefined
  readonly openChannel: ((name: string) => Channel) | undefined
  /** The page; undefined in a worker. */
  readonly document: (Events & { readonly visibilityState: string }) | undefined
  /** The window or the worker's scope. */
  readonly scope: Events | undefined
}

interface Global extends Partial<Events> {
  navigator?: { locks?: Locks }
  location?: { href?: string }
  document?: Environment['document']
}

/** The platform's own. Read at each use, since what is not there yet at the import may come. */
export const platform: Environment = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  random: () => Math.random(),
  setTimeout: (callback, ms, idle) => {
    const timer: unknown = setTimeout(callback, ms)
    // In Node it would keep the process alive.
    if (idle) (timer as { unref?: () => void }).unref?.()
    return timer
  },
  clearTimeout: (timer) => clearTimeout(timer as number),
  fetch: (...call) => fetch(...call),
  get base() {
    return (globalThis as Global).location?.href
  },
  get locks() {
    return (globalThis as Global).navigator?.locks
  },
  get openChannel() {
    return typeof BroadcastChannel === 'function' ? openChannel : undefined
  },
  get document() {
    return (globalThis as Global).document
  },
  get scope() {
    return 'addEventListener' in globalThis ? (globalThis as Global as Events) : undefined
  },
}

function openChannel(name: string): Channel {
  const channel = new BroadcastChannel(name) as Channel & { unref?: () => void }
  channel.unref?.()
  return channel
}
