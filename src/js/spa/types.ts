import type { JotgateRefreshFailed } from '../errors.js'
import type { PlatformFetch, PlatformSignal, ResponseLike, SignalLike } from './platform.js'

/**
 * What a token endpoint answers, RFC 6749 §5.1. Members beyond these are not kept.
 */
export interface TokenResponse {
  /** The access token; a JWT or opaque. Visible ASCII, RFC 6749 §A.12. */
  access_token: string
  /** `Bearer`, in any case of letters; anything else is refused (RFC 6749 §7.1). Default: `Bearer`. */
  token_type?: string
  /** Seconds from the answer to the expiry. Without it, and without a readable `exp`, the token is used until refused. */
  expires_in?: number
  /** The next refresh token; without it the last one stays (RFC 6749 §6). Kept for {@link RefreshRequest.current}. */
  refresh_token?: string
  /** The granted scopes, separated by spaces, RFC 6749 §3.3. */
  scope?: string
  /**
   * The server's time of the answer: the text of its `Date` header, a `Date`, or seconds. Not part of RFC 6749: it tells
   * how wrong the local clock is. A `refresh` that returns the `Response` itself need not care.
   */
  date?: Date | string | number | null
  [member: string]: unknown
}

/**
 * Why a refresh is made: there was no token (`none`), its planned moment has come (`scheduled`), a call of `getToken`
 * needs one that is valid longer (`validity`) or a new one (`forced`), a resource server refused it (`rejected`).
 */
export type RefreshReason = 'none' | 'scheduled' | 'validity' | 'forced' | 'rejected'

/** What `refresh` is told. */
export interface RefreshRequest {
  /** Hand it to `fetch`: aborted by `signOut` and after `refreshTimeout`. Never by a caller of `getToken` that gave up. */
  readonly signal: PlatformSignal
  readonly reason: RefreshReason
  /** What the session has, whichever tab or manager got it; `undefined` at the start. */
  readonly current: CurrentTokens | undefined
}

/** The tokens as they are now, in the words of RFC 6749 §5.1. */
export interface CurrentTokens {
  /** This manager's access token, perhaps expired. */
  readonly access_token?: string
  /** The session's newest refresh token, unless it lives in a cookie. */
  readonly refresh_token?: string
  readonly scope?: string
}

/** Options of {@link createTokenManager}. Times of tokens are seconds, durations of calls are milliseconds. */
export interface TokenManagerOptions {
  /**
   * Asks for the next token: the application's own call of the token endpoint, or of its backend. Called in one tab at a
   * time. Return the `Response` as it is (then `Date`, `Retry-After` and RFC 6749 §5.2 errors are understood), or a token
   * response. To fail, throw: an `error` member with an OAuth error code, `status`, `response` or `retryAfter` (seconds)
   * are looked at, as oauth4webapi and oidc-client-ts have them; the thrown value itself goes nowhere, since it may hold
   * a token.
   */
  refresh: (request: RefreshRequest) => PromiseLike<TokenResponse | ResponseLike> | TokenResponse | ResponseLike
  /**
   * The session, that is the refresh token, that this manager belongs to: its managers, in all tabs of the origin, refresh
   * one at a time, share tokens, and sign out together. Default: `default`.
   */
  session?: string
  /** Which access token of the session this is, where it has several (audiences, scopes). Default: `access`. */
  name?: string
  /**
   * How long before the expiry to refresh: seconds if 1 or more (at most half the lifetime), a share of the lifetime if
   * less. Default: 60 seconds, at most a quarter of the lifetime.
   */
  before?: number
  /** Up to which share of `before` the moment is moved forward by chance, 0 to 1. Default: 0.5. */
  jitter?: number
  /** How many seconds lie between two refreshes at least, whatever happens. Default: 1. */
  minInterval?: number
  /** How long a call of `refresh` may take, in milliseconds. Default: 30000. */
  refreshTimeout?: number
  /** Whether to refresh ahead of the expiry while the page is visible. Without, only when asked. Default: true. */
  autoRefresh?: boolean
  /**
   * The origins that `fetch` sends the token to, exactly: `https://api.example`. `http` only on loopback. Default: none.
   */
  origins?: readonly string[]
  /** Where the session's tokens outlive the page. Default: nowhere, they are in memory only. Read docs/xss.md first. */
  storage?: TokenStorage
}

/**
 * A place for a session's tokens, as text. Errors that it throws are ignored: memory goes on.
 *
 * ```js
 * const storage = {
 *   get: (key) => sessionStorage.getItem(key),
 *   set: (key, text) => sessionStorage.setItem(key, text),
 *   remove: (key) => sessionStorage.removeItem(key),
 * }
 * ```
 */
export interface TokenStorage {
  get(key: string): string | null | undefined | PromiseLike<string | null | undefined>
  set(key: string, text: string): unknown
  remove(key: string): unknown
}

/** Options of {@link TokenManager.getToken}. */
export interface GetTokenOptions {
  /** Seconds that the token must still be valid, at most half its lifetime. Default: 5. */
  minValidity?: number
  /** Asks for another token than the present one, if the last one is older than `minInterval`. Default: false. */
  forceRefresh?: boolean
  /** Never calls `refresh`; may wait for other tabs and the storage at the start. Default: false. */
  cacheOnly?: boolean
  /** Ends the waiting, with its reason. The refresh goes on for the others. */
  signal?: SignalLike
}

/** What is known about the token; never its text. Frozen; the same object until something changes. */
export interface TokenState {
  /**
   * `none` (never had one), `valid`, `expiring` (valid, the planned refresh has come), `expired`, `signedout`.
   */
  readonly status: 'none' | 'valid' | 'expiring' | 'expired' | 'signedout'
  /** `waiting` for another refresh of the session, in whichever tab; `asking` the application's `refresh`; or false. */
  readonly refreshing: false | 'waiting' | 'asking'
  /** When the token was received, in seconds by the server's clock. */
  readonly issuedAt: number | undefined
  /** When it is to be refreshed, in seconds by the server's clock, jitter included. */
  readonly refreshAt: number | undefined
  /** When it expires, in seconds by the server's clock; `undefined` also when nobody knows. */
  readonly expiresAt: number | undefined
  /** The granted scopes, as far as the token response or the token's `scope` claim names them. */
  readonly scopes: readonly string[]
  /** The server's clock minus the local one, in seconds, as measured. */
  readonly skew: number
  /** Refreshes that have failed in a row. */
  readonly failures: number
}

/** The details of each event, by its name. Times are seconds by the server's clock. None holds token text. */
export interface TokenEventDetails {
  /** There is a new token, from this tab or another one. */
  refreshed: {
    readonly name: string
    /** `this`: this tab refreshed or signed in. `other`: another tab did, or the storage had it. */
    readonly by: 'this' | 'other'
    /** Why it was asked for; `undefined` when another tab did, or at `signIn`. */
    readonly reason: RefreshReason | undefined
    readonly issuedAt: number
    readonly expiresAt: number | undefined
  }
  /** The planned refresh has come; once for each token, also in a hidden tab, which then waits until it is needed. */
  expiring: { readonly name: string; readonly expiresAt: number; readonly expiresIn: number }
  /** The token has expired and there is no other; once for each token. */
  expired: { readonly name: string; readonly expiresAt: number }
  /** A refresh has failed in this tab. */
  refreshfailed: {
    readonly name: string
    readonly error: JotgateRefreshFailed
    /** How many have failed in a row. */
    readonly failures: number
    /** Seconds until the next attempt is allowed. */
    readonly retryIn: number
  }
  /** The session has ended: `signOut` was called, or the refresh token is no longer good. */
  signedout: { readonly by: 'this' | 'other'; readonly reason: SignOutReason }
}

/** Who ended the session: the application, or the provider (RFC 6749 §5.2 `invalid_grant`; `login_required`). */
export type SignOutReason = 'signOut' | 'invalid_grant' | 'login_required'

/** An event of a manager; at runtime a `CustomEvent`. */
export interface TokenEvent<Name extends keyof TokenEventDetails = keyof TokenEventDetails> {
  readonly type: Name
  readonly detail: TokenEventDetails[Name]
}

type TokenEventListener<Name extends keyof TokenEventDetails> =
  | ((event: TokenEvent<Name>) => void)
  | { handleEvent(event: TokenEvent<Name>): void }

interface Events {
  addEventListener<Name extends keyof TokenEventDetails>(
    name: Name,
    listener: TokenEventListener<Name> | null,
    options?: boolean | { once?: boolean; signal?: PlatformSignal },
  ): void
  removeEventListener<Name extends keyof TokenEventDetails>(name: Name, listener: TokenEventListener<Name> | null): void
}

// As a mapped type, since `Symbol.dispose` is not in every consumer's library.
type DisposeSymbol = SymbolConstructor extends { readonly dispose: infer Own extends symbol } ? Own : never

/** One access token, kept fresh. At runtime also an `EventTarget`. All functions work unbound. */
export interface TokenManager extends Events, Record<DisposeSymbol, () => void> {
  /**
   * The token, valid for at least `minValidity` seconds; if need be after one refresh, shared by all who ask. If that
   * fails while the present token is still valid, the present one.
   *
   * ```js
   * const token = await manager.getToken()
   * ```
   *
   * @returns with `cacheOnly`, `undefined` where a refresh would be needed
   * @throws errors.JotgateRefreshFailed there is no valid token, and the refresh failed or has to wait after failing
   * @throws errors.JotgateSignedOut the session has ended
   * @throws the signal's reason
   * @throws TypeError wrong options
   */
  getToken(options?: GetTokenOptions & { cacheOnly?: false }): Promise<string>
  getToken(options: GetTokenOptions): Promise<string | undefined>
  /** The present token if it has not expired, at once. Asks nobody. */
  getTokenSync(): string | undefined
  /**
   * Starts a session: with the token response of a sign-in, or without one by a refresh, where the refresh token is in a
   * cookie. All tabs get it. What was there before is forgotten.
   *
   * ```js
   * await manager.signIn(await fetch(tokenEndpoint, { method: 'POST', body: authorizationCodeGrant }))
   * ```
   *
   * @throws errors.JotgateRefreshFailed the response is an error or no token response
   */
  signIn(response?: TokenResponse | ResponseLike): Promise<void>
  /** Ends the session here and in all tabs: forgets every token, aborts what is on its way. Revokes nothing by itself. */
  signOut(): void
  /**
   * `fetch`, with `Authorization: Bearer` for the listed origins and only for them. Redirects are followed here, where the
   * platform shows them, without the token when they leave the listed origins; browsers do not show them: there a
   * redirect is an error unless `redirect: 'follow'` is asked for. After a 401 with `invalid_token` one refresh and one
   * repetition, if the body can be sent again. A request that has an `Authorization` header passes as it is.
   *
   * ```js
   * const response = await manager.fetch('https://api.example/orders')
   * ```
   *
   * @throws errors.JotgateInsufficientScope for a 403 with `insufficient_scope` (RFC 6750 §3.1); `missingScopes` lists them
   * @throws the errors of getToken and of fetch
   */
  readonly fetch: PlatformFetch
  /** What is known about the token. */
  readonly state: TokenState
  /** The same, for React's `useSyncExternalStore(manager.subscribe, manager.getSnapshot, manager.getSnapshot)`. */
  readonly getSnapshot: () => TokenState
  /** Calls `listener` after each change of the state, until the returned function is called. */
  readonly subscribe: (listener: () => void) => () => void
  /**
   * Stops timers, listeners and sharing. A refresh on its way is finished for the other tabs. The tokens are forgotten
   * with the last manager of the session. Also as `Symbol.dispose`, where that exists.
   */
  dispose(): void
}
