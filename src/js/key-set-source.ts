/** A text that was fetched and found good, and is good to use now. The same object as long as nothing changed. */
export interface Snapshot {
  /** The document as it came: for a key set, a JWK Set (RFC 7517 §5). */
  readonly text: string
  /** Another number whenever the text is another. */
  readonly version: number
}

/** A key set that may change. It never decides about a token. */
export interface KeySource {
  /** What is usable now without I/O: fresh, or stale within `staleWhileRevalidate` or `staleIfError`. */
  current(): Snapshot | undefined
  /** Whether `ready` has anything to do: nothing is usable, or a stale set should be fetched anew behind. Cheap, no I/O. */
  due(): boolean
  /**
   * What is usable, at once if `current()` has it (and starts the refresh behind it if that is due), else after the one
   * fetch in flight, waiting on timers of its own. Use what it resolves with: with `cacheMaxAge: 0`, `current()` may
   * already be `undefined` again.
   *
   * Rejects with an error of `errors`, a new one for each call.
   */
  ready(): Promise<Snapshot>
  /**
   * A token asked for a key that `used`, the set's version that the caller looked into, lacks. Resolves with a newer
   * version where there is one after at most one fetch (cooldown, memory of misses and back-off permitting), else with
   * `undefined`. Never rejects.
   */
  missed(kid: string | undefined, alg: string, used: number): Promise<Snapshot | undefined>
}

/** The key functions of `createRemoteJWKSet`: handed on as a key, such a function stands for its source. */
export const keySources: WeakMap<object, KeySource> = /* @__PURE__ */ new WeakMap()
