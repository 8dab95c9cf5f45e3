import { engine } from './decode-engine.js'
import { JWTClaimValidationFailed } from './errors.js'
import { readingError } from './reading-error.js'
import type { JWTHeader, JWTPayload } from './types.js'

export type { JWTHeader, JWTPayload } from './types.js'

// The core's own limit, asked for before the token is copied (RFC 8725 §3.12).
const MAX_TOKEN_SIZE = 16_384

/**
 * Reads a token's claims **without verifying anything**: for display and for timers, never for access.
 *
 * ```js
 * const { sub, exp } = decodeJwt(token)
 * ```
 *
 * @param token a compact JWS (RFC 7515 §7.1) of at most 16384 bytes
 * @returns the claims set (RFC 7519 §4); times in seconds, types not checked
 * @throws errors.JWSInvalid the token is no string, or no three segments of strict base64url (RFC 7515 §2)
 * @throws errors.JWTInvalid the claims set is no JSON object, or names a member twice (RFC 7519 §4)
 * @throws errors.JOSENotSupported the token is encrypted (RFC 7516)
 * @throws errors.JotgateTokenTooLarge the token is longer than 16384 bytes
 */
export function decodeJwt<Payload = JWTPayload>(token: string): Payload & JWTPayload {
  return read(token, 'payload') as Payload & JWTPayload
}

/**
 * Reads a token's header **without verifying anything**.
 *
 * ```js
 * const { alg, kid } = decodeProtectedHeader(token)
 * ```
 *
 * @param token a compact JWS (RFC 7515 §7.1) of at most 16384 bytes
 * @returns the JOSE header (RFC 7515 §4)
 * @throws errors.JWSInvalid the token or its header is not strict (RFC 7515 §2, §4)
 * @throws errors.JOSENotSupported the token is encrypted (RFC 7516)
 * @throws errors.JotgateTokenTooLarge the token is longer than 16384 bytes
 */
export function decodeProtectedHeader(token: string): JWTHeader {
  return read(token, 'header') as JWTHeader
}

/** A token's times. All in seconds; moments since 1970-01-01T00:00:00Z (NumericDate, RFC 7519 §2). */
export interface TokenTimes {
  /** `iat`, RFC 7519 §4.1.6. */
  issuedAt?: number
  /** `nbf`, RFC 7519 §4.1.5. */
  notBefore?: number
  /** `exp`, RFC 7519 §4.1.4. */
  expiresAt?: number
  /** Seconds from now to `exp`, negative once expired; `Infinity` without `exp`. */
  expiresIn: number
  /** Whether `exp` has come: at `exp` itself, the token is expired. */
  expired: boolean
}

/** Options of {@link tokenTimes}. */
export interface TokenTimesOptions {
  /** The moment to look from, in seconds. Default: the system clock. */
  now?: number
  /**
   * The server's present time, which wins over `now` and over a wrong local clock: a `Date`, the text of a response's
   * `Date` header (RFC 9110 §6.6.1), or seconds.
   */
  serverDate?: Date | string | number
}

/**
 * A token's times, **without verifying anything**.
 *
 * ```js
 * const { expiresIn, expired } = tokenTimes(token, { serverDate: response.headers.get('date') ?? undefined })
 * ```
 *
 * @throws errors.JWTClaimValidationFailed `exp`, `nbf` or `iat` is no finite number (RFC 7519 §2)
 * @throws TypeError `now` or `serverDate` is no moment
 * @throws the errors of {@link decodeJwt}
 */
export function tokenTimes(token: string, options: TokenTimesOptions = {}): TokenTimes {
  const { now, serverDate } = reading('the options', () => ({ now: options.now, serverDate: options.serverDate }))
  const present = serverDate === undefined ? moment(now, 'now') : secondsOf(serverDate)
  const claims = decodeJwt(token)
  const times: TokenTimes = { expiresIn: Number.POSITIVE_INFINITY, expired: false }
  const issuedAt = numericDate(claims, 'iat')
  const notBefore = numericDate(claims, 'nbf')
  const expiresAt = numericDate(claims, 'exp')
  if (issuedAt !== undefined) times.issuedAt = issuedAt
  if (notBefore !== undefined) times.notBefore = notBefore
  if (expiresAt !== undefined) {
    times.expiresAt = expiresAt
    times.expiresIn = expiresAt - present
    times.expired = present >= expiresAt
  }
  return times
}

/** Options of {@link nextRefresh}. */
export interface NextRefreshOptions {
  /**
   * How long before `exp`: seconds if 1 or more (at most half the lifetime), a share of the lifetime if less.
   * Default: 60 seconds, at most a quarter of the lifetime.
   */
  before?: number
  /** Up to which share of `before` the moment is moved forward by chance, 0 to 1, so that clients do not all come at once. Default: 0. */
  jitter?: number
  /** How many seconds a token is used at least, counted from its `iat`. Default: 0. */
  minInterval?: number
  /** The local clock, in seconds. Default: the system clock. */
  now?: number
  /** Server time minus local time, in seconds. Default: 0. */
  skew?: number
}

/** When to ask for the next token. */
export interface NextRefresh {
  /** The moment, in seconds of the local clock. */
  at: number
  /** Milliseconds from now, fit for `setTimeout`: 0 to 2147483647, so ask again after a wait of 24.8 days. */
  inMs: number
  /** `scheduled` ahead; `due` already; `expired` already; `min-interval` ahead, put off by `minInterval`. */
  reason: 'scheduled' | 'due' | 'expired' | 'min-interval'
}

/**
 * When to refresh a token, **without verifying anything**.
 *
 * ```js
 * const { inMs } = nextRefresh(token)
 * setTimeout(refresh, inMs)
 * ```
 *
 * @param token a token, or its `exp` and perhaps `iat`, in seconds
 * @throws errors.JWTClaimValidationFailed `exp` is missing, or `exp` or `iat` is no finite number (RFC 7519 §4.1.4)
 * @throws TypeError an option is no finite number of its range
 * @throws the errors of {@link decodeJwt}
 */
export function nextRefresh(
  token: string | { exp: number; iat?: number },
  options: NextRefreshOptions = {},
): NextRefresh {
  const given = reading('the options', () => {
    const { now, before, jitter, minInterval, skew } = options
    return { now, before, jitter, minInterval, skew }
  })
  const now = moment(given.now, 'now')
  const before = number(given.before, 'before', 0, Number.NaN)
  const jitter = number(given.jitter, 'jitter', 0, 0)
  if (jitter > 1) throw new TypeError('option "jitter" must be a number from 0 to 1')
  const minInterval = number(given.minInterval, 'minInterval', 0, 0)
  const skew = number(given.skew, 'skew', Number.NEGATIVE_INFINITY, 0)
  const claims =
    typeof token === 'object' && token !== null
      ? reading('the claims', () => ({ exp: token.exp, iat: token.iat }))
      : decodeJwt(token)
  const exp = numericDate(claims, 'exp')
  if (exp === undefined)
    throw new JWTClaimValidationFailed('the required "exp" claim is missing', { claim: 'exp', reason: 'missing' })
  const iat = numericDate(claims, 'iat') ?? Number.NaN
  return engine.run((glue) => {
    const at = glue.next_refresh(iat, exp, before, jitter, minInterval, now, skew, Math.random(), 0)
    const reason = (['scheduled', 'due', 'expired', 'min-interval'] as const)[glue.refresh_reason()] ?? 'due'
    // A longer wait would make setTimeout fire at once.
    return { at, inMs: Math.min(Math.max(0, Math.round((at - now) * 1000)), 2_147_483_647), reason }
  })
}

function read(token: unknown, what: 'header' | 'payload'): unknown {
  if (typeof token !== 'string') throw readingError('NotAString')
  if (token.length > MAX_TOKEN_SIZE) throw readingError('TokenTooLarge')
  const { glue } = engine
  try {
    const length = engine.write(token)
    const status = what === 'header' ? glue.decode_header(length) : glue.decode(length)
    if (status !== 0) throw status
    return JSON.parse(engine.text(what === 'header' ? 0 : 2))
  } catch (thrown) {
    const failure = engine.failure(thrown)
    throw typeof failure === 'number' ? readingError(failure & 255) : failure
  }
}

/** Reads what the caller handed over, whose getters may throw. */
function reading<Result>(name: string, read: () => Result): Result {
  try {
    return read()
  } catch (cause) {
    throw new TypeError(`${name} could not be read`, { cause })
  }
}

function numericDate(claims: { [claim: string]: unknown }, claim: 'iat' | 'nbf' | 'exp'): number | undefined {
  const value: unknown = claims[claim]
  if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) return value
  throw new JWTClaimValidationFailed(`the "${claim}" claim has the wrong type`, {
    claim,
    reason: 'invalid',
    rfc: 'RFC 7519 §2',
  })
}

function moment(value: unknown, name: string): number {
  return number(value, name, Number.NEGATIVE_INFINITY, Date.now() / 1000)
}

function number(value: unknown, name: string, least: number, fallback: number): number {
  if (value === undefined) return fallback
  if (typeof value === 'number' && Number.isFinite(value) && value >= least) return value
  throw new TypeError(`option "${name}" must be a finite number${least === 0 ? ', not negative' : ''}`)
}

function secondsOf(date: unknown): number {
  // Not what else `new Date` takes: null, the value of a header that is not there, would be the year 1970.
  const known = typeof date === 'string' || date instanceof Date
  const seconds = typeof date === 'number' ? date : known ? new Date(date).getTime() / 1000 : Number.NaN
  if (Number.isFinite(seconds)) return seconds
  throw new TypeError('option "serverDate" must be a Date, the text of a Date header, or seconds')
}
