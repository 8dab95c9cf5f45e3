import type { CryptoKey } from './types.js'

/** The `error` of a Bearer challenge, RFC 6750 §3.1. */
export type OAuthError = 'invalid_request' | 'invalid_token' | 'insufficient_scope'

/** What is wrong with a claim: not there, of the wrong type, or of a value that the policy does not accept. */
export type ClaimReason = 'missing' | 'invalid' | 'check_failed'

/** What an error may be made with; everything beyond `cause` is set by jotgate itself. */
export interface ErrorDetails {
  cause?: unknown
  /** The RFC section that asks for the refusal. */
  rfc?: string
  claim?: string
  reason?: ClaimReason
}

/**
 * Every error about a token or a key, and the base of the others. Wrong options are a `TypeError` instead.
 *
 * No message and no member holds token text, key material or claim values, unless the option
 * `includeTokenInErrors` asked for `token` and `payload`, which then are not enumerable.
 *
 * ```js
 * try {
 *   await verifier.verify(token)
 * } catch (error) {
 *   if (!(error instanceof errors.JOSEError)) throw error
 *   return new Response(null, { status: error.status, headers: { 'www-authenticate': `Bearer error="${error.oauthError}"` } })
 * }
 * ```
 */
export class JOSEError extends Error {
  // Given outright: minifiers rename classes.
  static override readonly name: string = 'JOSEError'
  /** The stable code, `ERR_…`. */
  static readonly code: string = 'ERR_JOSE_GENERIC'
  /** The HTTP status of RFC 6750 §3.1. */
  static readonly status: 400 | 401 | 403 = 401
  /** The `error` of RFC 6750 §3.1. */
  static readonly oauthError: OAuthError = 'invalid_token'

  /** The stable code, `ERR_…`: compare this, not the message. */
  readonly code: string
  /** The HTTP status a resource server answers with, RFC 6750 §3.1. */
  readonly status: 400 | 401 | 403
  /** The `error` of the Bearer challenge, RFC 6750 §3.1. */
  readonly oauthError: OAuthError
  /** The RFC section that asks for this refusal, such as `RFC 7519 §4.1.4`. */
  declare readonly rfc?: string
  /** The refused token; only with `includeTokenInErrors`, never enumerable. */
  declare readonly token?: string
  /** The claims set, once its signature was verified; only with `includeTokenInErrors`, never enumerable. */
  declare readonly payload?: Record<string, unknown>

  constructor(message?: string, details?: ErrorDetails) {
    super(message ?? 'the token was refused', details && 'cause' in details ? { cause: details.cause } : undefined)
    this.name = new.target.name
    this.code = new.target.code
    this.status = new.target.status
    this.oauthError = new.target.oauthError
    if (details?.rfc) this.rfc = details.rfc
  }

  /** What is safe to log: no token, no claim value, no cause. */
  toJSON(): Record<string, unknown> {
    const { name, code, message, status, oauthError, rfc } = this
    return { name, code, message, status, oauthError, ...(rfc && { rfc }) }
  }
}

/** The token is no strict compact JWS, or its header is not acceptable: RFC 7515 §5.2, §7.1. */
export class JWSInvalid extends JOSEError {
  static override readonly name = 'JWSInvalid'
  static override readonly code = 'ERR_JWS_INVALID'
}

/** The claims set is not one strict JSON object: RFC 7519 §7.2. */
export class JWTInvalid extends JOSEError {
  static override readonly name = 'JWTInvalid'
  static override readonly code = 'ERR_JWT_INVALID'
}

/** The signature does not verify: RFC 7515 §5.2. */
export class JWSSignatureVerificationFailed extends JOSEError {
  static override readonly name = 'JWSSignatureVerificationFailed'
  static override readonly code = 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'
}

/** The header's `alg` is not among the allowed ones: RFC 8725 §3.1. */
export class JOSEAlgNotAllowed extends JOSEError {
  static override readonly name = 'JOSEAlgNotAllowed'
  static override readonly code = 'ERR_JOSE_ALG_NOT_ALLOWED'
}

/** Something that jotgate, or the platform, does not offer: an encrypted token, an extension, an algorithm. */
export class JOSENotSupported extends JOSEError {
  static override readonly name = 'JOSENotSupported'
  static override readonly code = 'ERR_JOSE_NOT_SUPPORTED'
}

/** A key that cannot be used, or is too weak to be: RFC 7517 §4, RFC 7518 §3. */
export class JWKInvalid extends JOSEError {
  static override readonly name = 'JWKInvalid'
  static override readonly code = 'ERR_JWK_INVALID'
}

/** A document that is no JWK Set: RFC 7517 §5. */
export class JWKSInvalid extends JOSEError {
  static override readonly name = 'JWKSInvalid'
  static override readonly code = 'ERR_JWKS_INVALID'
}

/** No key of the set fits the token's `kid` and `alg`: RFC 7517 §4. */
export class JWKSNoMatchingKey extends JOSEError {
  static override readonly name = 'JWKSNoMatchingKey'
  static override readonly code = 'ERR_JWKS_NO_MATCHING_KEY'
}

/**
 * Several keys of the set fit the token: RFC 7517 §4.5. Only the jose-shaped functions throw it; `createVerifier` tries
 * the keys itself. Iterate it to try them one by one:
 *
 * ```js
 * for await (const publicKey of error) {
 *   try { return await jwtVerify(token, publicKey, options) } catch (inner) {
 *     if (inner?.code !== 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED') throw inner
 *   }
 * }
 * ```
 */
export class JWKSMultipleMatchingKeys extends JOSEError {
  static override readonly name = 'JWKSMultipleMatchingKeys'
  static override readonly code = 'ERR_JWKS_MULTIPLE_MATCHING_KEYS'
  #candidates: () => AsyncIterableIterator<CryptoKey>

  constructor(message?: string, details?: ErrorDetails & { candidates?: () => AsyncIterableIterator<CryptoKey> }) {
    super(message, details)
    this.#candidates = details?.candidates ?? (async function* () {} as () => AsyncIterableIterator<CryptoKey>)
  }

  /** The matching keys that this platform's WebCrypto can import, in the set's order. */
  [Symbol.asyncIterator](): AsyncIterableIterator<CryptoKey> {
    return this.#candidates()
  }
}

/** A key set did not answer in time. */
export class JWKSTimeout extends JOSEError {
  static override readonly name = 'JWKSTimeout'
  static override readonly code = 'ERR_JWKS_TIMEOUT'
}

class ClaimError extends JOSEError {
  /** The claim's name, or `typ` for the header's; `unspecified` when the application's own `check` refused. */
  readonly claim: string
  /** Missing, of the wrong type, or of a value that is not acceptable. */
  readonly reason: ClaimReason

  constructor(message?: string, details?: ErrorDetails) {
    super(message, details)
    this.claim = details?.claim ?? 'unspecified'
    this.reason = details?.reason ?? 'check_failed'
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), claim: this.claim, reason: this.reason }
  }
}

/** A claim is missing, of the wrong type, or not acceptable here; `claim` and `reason` say which: RFC 7519 §4.1. */
export class JWTClaimValidationFailed extends ClaimError {
  static override readonly name = 'JWTClaimValidationFailed'
  static override readonly code = 'ERR_JWT_CLAIM_VALIDATION_FAILED'
}

/** The token has expired (`claim` is `exp`, RFC 7519 §4.1.4) or is older than `maxTokenAge` (`claim` is `iat`). */
export class JWTExpired extends ClaimError {
  static override readonly name = 'JWTExpired'
  static override readonly code = 'ERR_JWT_EXPIRED'
}

/** The token is good but lacks a scope of `requiredScopes`: RFC 6750 §3.1. */
export class JotgateInsufficientScope extends ClaimError {
  static override readonly name = 'JotgateInsufficientScope'
  static override readonly code = 'ERR_JOTGATE_INSUFFICIENT_SCOPE'
  static override readonly status = 403
  static override readonly oauthError = 'insufficient_scope'
  /** From a token manager's `fetch`: the scopes that the challenge asks for and the token is not known to have. */
  declare readonly missingScopes?: readonly string[]

  constructor(message?: string, details?: ErrorDetails & { missingScopes?: readonly string[] }) {
    super(message, details)
    if (details?.missingScopes) this.missingScopes = details.missingScopes
  }
}

/** The token is longer than `maxTokenSize` bytes; nothing of it was decoded: RFC 8725 §3.12. */
export class JotgateTokenTooLarge extends JOSEError {
  static override readonly name = 'JotgateTokenTooLarge'
  static override readonly code = 'ERR_JOTGATE_TOKEN_TOO_LARGE'
}

/** A key set, or what leads to it, could not be fetched; `cause` has what the platform said, if it said anything. */
export class JotgateKeysUnavailable extends JOSEError {
  static override readonly name = 'JotgateKeysUnavailable'
  static override readonly code = 'ERR_JOTGATE_KEYS_UNAVAILABLE'
}

/**
 * An issuer's metadata is not acceptable: of another issuer, without a usable `jwks_uri`, or with a member named twice.
 * RFC 8414 §3.3, OpenID Connect Discovery §4.3.
 */
export class JotgateDiscoveryInvalid extends JOSEError {
  static override readonly name = 'JotgateDiscoveryInvalid'
  static override readonly code = 'ERR_JOTGATE_DISCOVERY_INVALID'
}

/** `verifySync` before the keys are there: await `verify` once first. */
export class JotgateKeysNotReady extends JOSEError {
  static override readonly name = 'JotgateKeysNotReady'
  static override readonly code = 'ERR_JOTGATE_KEYS_NOT_READY'
}

/** The option `clock` gave no finite number of seconds; nothing is accepted without a clock: RFC 7519 §2. */
export class JotgateClockInvalid extends JOSEError {
  static override readonly name = 'JotgateClockInvalid'
  static override readonly code = 'ERR_JOTGATE_CLOCK_INVALID'
}

/** The WebAssembly module failed. The token was not accepted, and the next call gets a fresh instance. Please report it. */
export class JotgateInternal extends JOSEError {
  static override readonly name = 'JotgateInternal'
  static override readonly code = 'ERR_JOTGATE_INTERNAL'
}

/** A guard was sent no Bearer token. The challenge then carries no error code: RFC 6750 §3.1. */
export class JotgateTokenMissing extends JOSEError {
  static override readonly name = 'JotgateTokenMissing'
  static override readonly code = 'ERR_JOTGATE_TOKEN_MISSING'

  constructor(message = 'no Bearer token was sent', details: ErrorDetails = { rfc: 'RFC 6750 §3.1' }) {
    super(message, details)
  }
}

/** A guard was sent a token in the wrong form or place, or more than one: RFC 6750 §3.1. */
export class JotgateInvalidRequest extends JOSEError {
  static override readonly name = 'JotgateInvalidRequest'
  static override readonly code = 'ERR_JOTGATE_INVALID_REQUEST'
  static override readonly status = 400
  static override readonly oauthError = 'invalid_request'

  constructor(
    message = 'the Authorization header is not one Bearer token',
    details: ErrorDetails = { rfc: 'RFC 6750 §2.1' },
  ) {
    super(message, details)
  }
}

/** What a `JotgatePropagationError` is about. */
export type PropagationProblem = 'refused' | 'exchange-refused' | 'exchange-failed' | 'exchange-timeout'

/**
 * An identity was not passed on. The token that came in may be perfectly good, so this is no `JOSEError`.
 *
 * | `code` | `status` | what happened |
 * | --- | --- | --- |
 * | `ERR_JOTGATE_PROPAGATION_REFUSED` | 403 | the target is not listed, or the identity is not one that may go there |
 * | `ERR_JOTGATE_EXCHANGE_REFUSED` | 403 | the token endpoint gives no token for this one: RFC 8693 §2.2.2 |
 * | `ERR_JOTGATE_EXCHANGE_FAILED` | 502 | the token endpoint refuses this client, or its answer is no good |
 * | `ERR_JOTGATE_EXCHANGE_TIMEOUT` | 504 | the token endpoint did not answer in time |
 */
export class JotgatePropagationError extends Error {
  static override readonly name = 'JotgatePropagationError'
  /** The stable code, `ERR_…`: compare this, not the message. */
  readonly code: string
  /** The HTTP status that fits an answer. */
  readonly status: 403 | 502 | 504
  /** The `error` of the token endpoint, where it gave one: RFC 6749 §5.2. */
  readonly oauthError: string | undefined
  readonly #problem: PropagationProblem

  constructor(
    problem: PropagationProblem,
    message: string,
    details: { cause?: unknown; oauthError?: string | undefined } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.name
    this.#problem = problem
    this.oauthError = details.oauthError
    const [code, status] = propagationProblems[problem]
    this.code = code
    this.status = status
  }

  /** Another one like it, as each request gets an error of its own. */
  again(): JotgatePropagationError {
    const { message, cause, oauthError } = this
    return new JotgatePropagationError(this.#problem, message, { cause, oauthError })
  }

  /** What is safe to log: no token, no claim value, no cause. */
  toJSON(): Record<string, unknown> {
    const { name, code, message, status, oauthError } = this
    return { name, code, message, status, ...(oauthError && { oauthError }) }
  }
}

const propagationProblems = {
  refused: ['ERR_JOTGATE_PROPAGATION_REFUSED', 403],
  'exchange-refused': ['ERR_JOTGATE_EXCHANGE_REFUSED', 403],
  'exchange-failed': ['ERR_JOTGATE_EXCHANGE_FAILED', 502],
  'exchange-timeout': ['ERR_JOTGATE_EXCHANGE_TIMEOUT', 504],
} as const satisfies Record<PropagationProblem, readonly [code: string, status: number]>

/**
 * Why a refresh failed: no answer (`network`, `timeout`), the provider is in trouble (`server`: 5xx) or overrun (`limited`:
 * 429), it refuses (`refused`: another OAuth error, RFC 6749 §5.2), or answers with no usable token (`unusable`).
 */
export type RefreshProblem = 'network' | 'timeout' | 'server' | 'limited' | 'refused' | 'unusable'

/**
 * A token manager got no token. It has no `cause`, since what `refresh` threw or the provider answered may hold a token.
 * No `JOSEError`: it is not about a token that somebody presented.
 */
export class JotgateRefreshFailed extends Error {
  static override readonly name = 'JotgateRefreshFailed'
  /** The stable code: compare this, not the message. */
  readonly code = 'ERR_JOTGATE_REFRESH_FAILED'
  readonly problem: RefreshProblem
  /** The HTTP status of the answer, if there was one. */
  readonly httpStatus: number | undefined
  /** The `error` of the token endpoint, if it gave one: RFC 6749 §5.2. */
  readonly oauthError: string | undefined

  constructor(problem: RefreshProblem, httpStatus?: number, oauthError?: string) {
    super(refreshProblems[problem])
    this.name = new.target.name
    this.problem = problem
    this.httpStatus = httpStatus
    this.oauthError = oauthError
  }
}

const refreshProblems: Readonly<Record<RefreshProblem, string>> = {
  network: 'the provider could not be reached',
  timeout: 'the provider did not answer in time',
  server: 'the provider is in trouble',
  limited: 'the provider asks for fewer requests',
  refused: 'the provider refuses a token',
  unusable: 'the answer holds no Bearer token that is valid now',
}

/** A token manager's session has ended: sign in again. */
export class JotgateSignedOut extends Error {
  static override readonly name = 'JotgateSignedOut'
  /** The stable code: compare this, not the message. */
  readonly code = 'ERR_JOTGATE_SIGNED_OUT'

  constructor(message = 'the session has ended') {
    super(message)
    this.name = new.target.name
  }
}
