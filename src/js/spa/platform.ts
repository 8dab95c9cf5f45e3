// A consumer's type libraries may have these or not; where they do, theirs are meant.

/** As much of an `AbortSignal` as is looked at. */
export interface SignalLike {
  readonly aborted: boolean
  readonly reason?: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** As much of a `Response` as is looked at. */
export interface ResponseLike {
  readonly ok: boolean
  readonly status: number
  readonly headers: { get(name: string): string | null }
  json(): PromiseLike<unknown>
}

/** The platform's `AbortSignal`. */
export type PlatformSignal = typeof globalThis extends { AbortSignal: { prototype: infer Own } } ? Own : SignalLike

/** The platform's `fetch`. */
export type PlatformFetch = typeof globalThis extends { fetch: infer Own }
  ? Own
  : (input: string, init?: object) => Promise<ResponseLike>
