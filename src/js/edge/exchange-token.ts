import { Options } from '../options.js'
import type { VerifiedToken } from '../verified-token.js'
import { readEndpoint, readOrigins } from './origins.js'
import { type Identity, type PropagationMode, propagationMode, refused } from './propagate.js'
import { scopeNames } from './scope-rule.js'

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
  /** Whether http is accepted for 127.0.0.0/8, [::1] and localhost. Default: false. */
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
  const given = new Options(options, 'exchangeToken')
  void [given, readEndpoint, readOrigins, scopeNames, refused, propagationMode]
  throw new TypeError(`not written yet ${typeof (undefined as unknown as Identity)}`)
}
