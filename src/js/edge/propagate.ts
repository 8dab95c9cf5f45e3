import type { VerifiedToken } from '../verified-token.js'

/** How an identity goes on: what `forwardToken`, `claimHeaders` and `exchangeToken` answer. */
export interface PropagationMode {
  /** Which of the three it is. */
  readonly name: 'forward' | 'headers' | 'exchange'
}

/** Where the request goes, and how the identity goes with it. */
export interface Propagation {
  /** The whole URL of the outgoing request; its origin must be one that the mode lists. */
  to: string | URL
  /** How the identity goes on. Make it once: it checks its options and keeps exchanged tokens. */
  mode: PropagationMode
}

/**
 * The request to send downstream, in the name of a verified token: method, body and header fields of `request`, without
 * its credentials (`Authorization`, `Proxy-Authorization`, `Cookie`) and hop-by-hop fields (RFC 9110 §7.6.1). Redirects
 * are not followed, so the identity goes to `to` and nowhere else.
 *
 * ```js
 * const toOrders = forwardToken({ origins: { 'https://orders.example': 'https://orders.example' } })
 *
 * const downstream = await propagate(request, token, { to: 'https://orders.example/list', mode: toOrders })
 * return fetch(downstream)
 * ```
 *
 * @param request the request that came in; its body goes on, so it must not have been read
 * @param verified the token that a guard let pass with this request; undefined for an anonymous request, which only
 *   `claimHeaders` sends on
 * @throws TypeError for wrong options
 * @throws errors.JotgatePropagationError the identity may not go there, or could not be exchanged
 */
export async function propagate(
  request: Request,
  verified: VerifiedToken | undefined,
  { to, mode }: Propagation,
): Promise<Request> {
  void [request, verified, to, mode]
  throw new TypeError('not written yet')
}

/** What `forwardToken` is made of. */
export interface ForwardTokenOptions {
  /**
   * The origins that may see the token, each with its audience, or several of which one is enough: the token's own `aud`
   * must have it, or it is not sent (RFC 8725 §3.9). Only https, unless `allowInsecureLoopback`.
   */
  origins: { readonly [origin: string]: string | readonly string[] }
  /** Whether http is accepted for 127.0.0.1, [::1] and localhost. Default: false. */
  allowInsecureLoopback?: boolean
}

/**
 * Sends the token itself on: only to listed origins, and only a token that is meant for them. A service that accepted a
 * token that was not meant for it would be a confused deputy.
 *
 * ```js
 * const mode = forwardToken({ origins: { 'https://orders.example': 'https://orders.example' } })
 * ```
 *
 * @throws TypeError naming the option that is wrong, unknown or missing
 */
export function forwardToken(options: ForwardTokenOptions): PropagationMode {
  throw new TypeError(`not written yet ${typeof options}`)
}

/** What `claimHeaders` is made of. */
export interface ClaimHeadersOptions {
  /** The origins that the claims may go to. Only https, unless `allowInsecureLoopback`; the downstream must take such requests from nobody else. */
  origins: readonly string[]
  /**
   * Header fields, each with its claim: a name (taken as it is, dots and slashes included), or the path into nested
   * claims as an array of names.
   */
  headers: { readonly [name: string]: string | readonly string[] }
  /** Whether http is accepted for 127.0.0.1, [::1] and localhost. Default: false. */
  allowInsecureLoopback?: boolean
}

/**
 * Sends verified claims on as header fields, and no token. Inbound copies of these fields never get through: not in
 * another case, not with `_` or `.` for `-`, and not where the claim is absent.
 *
 * A text, number or boolean is sent as text; a list of those is joined with `,`. Every byte of its UTF-8 that is no visible
 * ASCII character is sent as `%XX`, and so are `%` and `,`: split at `,`, then `decodeURIComponent`. An absent or empty
 * claim, `null`, an object, and a list that holds one of these has no field. A value of more than 4096 characters, or that
 * is no well-formed Unicode, is refused.
 *
 * ```js
 * const mode = claimHeaders({
 *   origins: ['https://orders.example'],
 *   headers: { 'x-user': 'sub', 'x-roles': ['realm_access', 'roles'] },
 * })
 * ```
 *
 * @throws TypeError naming the option that is wrong, unknown or missing
 */
export function claimHeaders(options: ClaimHeadersOptions): PropagationMode {
  throw new TypeError(`not written yet ${typeof options}`)
}

/** What is asked of the token endpoint for one origin: RFC 8693 §2.1. */
export interface ExchangeTarget {
  /** The logical names of the service. `audience`. */
  audience?: string | readonly string[]
  /** The URLs of the service. `resource`, RFC 8707. */
  resource?: string | readonly string[]
  /**
   * The scopes to ask for: of a list, those that the token itself has (none of them is a refusal); a function answers
   * them for a token, where the services name their scopes differently. Default: left to the token endpoint. `scope`.
   */
  scope?: readonly string[] | ((token: VerifiedToken) => readonly string[])
}

/** What `exchangeToken` is made of. */
export interface ExchangeTokenOptions {
  /** The token endpoint: an https URL; http for loopback with `allowInsecureLoopback`. RFC 6749 §3.2. */
  tokenEndpoint: string | URL
  /** The name of this service at the token endpoint. RFC 6749 §2.2. */
  clientId: string
  /** Its secret. RFC 6749 §2.3.1. */
  clientSecret?: string
  /**
   * How the client says who it is: `client_secret_basic` (default with a secret), `client_secret_post`, `none` (default
   * without), or a function that answers a signed assertion for each request, of RFC 7523 §2.2.
   */
  clientAuthentication?: 'client_secret_basic' | 'client_secret_post' | 'none' | (() => string | Promise<string>)
  /** The origins that exchanged tokens may go to, each with what to ask for. Only https, unless `allowInsecureLoopback`. */
  origins: { readonly [origin: string]: ExchangeTarget }
  /** How long the token endpoint may take, in milliseconds, 1 to 60000. Default: 5000. */
  timeoutDuration?: number
  /** How many exchanged tokens are kept, 0 to 100000, the least recently used going first. Default: 1000. */
  cacheEntries?: number
  /** Whether http is accepted for 127.0.0.1, [::1] and localhost. Default: false. */
  allowInsecureLoopback?: boolean
}

/**
 * Exchanges the token for one that is meant for the downstream service (RFC 8693), and sends that. Exchanged tokens are
 * kept until a tenth of their lifetime, at most 30 seconds, is left; equal exchanges at the same time are one request.
 *
 * ```js
 * const mode = exchangeToken({
 *   tokenEndpoint: 'https://issuer.example/token',
 *   clientId: 'gateway',
 *   clientSecret,
 *   origins: { 'https://orders.example': { audience: 'https://orders.example', scope: ['orders:read'] } },
 * })
 * ```
 *
 * @throws TypeError naming the option that is wrong, unknown or missing
 */
export function exchangeToken(options: ExchangeTokenOptions): PropagationMode {
  throw new TypeError(`not written yet ${typeof options}`)
}
