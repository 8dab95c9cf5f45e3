import { decodeJwt } from '../decode.js'
import { JotgateRefreshFailed, type RefreshProblem } from '../errors.js'
import type { Clock } from './clock.js'
import { isNumber, isRecord, isTokenText, type Token } from './session-state.js'
import type { SignOutReason } from './types.js'

/** What asking for a token came to. */
export type Outcome =
  | { kind: 'granted'; token: Token; refreshToken: string | undefined }
  /** The provider will give no more tokens for this session. */
  | { kind: 'ended'; reason: SignOutReason; error: JotgateRefreshFailed }
  | { kind: 'failed'; error: JotgateRefreshFailed; retryAfter: number; refreshToken: string | undefined }

/** What `refresh` gave, in one form. */
interface Answer {
  body: { [member: string]: unknown }
  status: number | undefined
  date: unknown
  retryAfter: unknown
  thrown: boolean
}

/** Reads what `refresh` returned: the token endpoint's response, or what a client made of it. */
export async function readAnswer(value: unknown): Promise<Answer> {
  if (!isRecord(value)) return { body: {}, status: undefined, date: undefined, retryAfter: undefined, thrown: false }
  if (typeof value.json !== 'function')
    return { body: value, status: undefined, date: value.date, retryAfter: undefined, thrown: false }
  let body: unknown
  try {
    body = await value.json()
  } catch {
    // Its message would quote the body.
  }
  return {
    body: isRecord(body) ? body : {},
    status: statusOf(value),
    date: header(value, 'date'),
    retryAfter: header(value, 'retry-after'),
    thrown: false,
  }
}

/** Reads what `refresh` threw: an OAuth error in the form that clients give it, else a network that failed. */
export function readThrown(value: unknown): Answer {
  const thrown = isRecord(value) ? value : {}
  const response = isRecord(thrown.response) ? thrown.response : {}
  return {
    body: thrown,
    status: statusOf(thrown) ?? statusOf(response),
    date: header(response, 'date'),
    retryAfter: thrown.retryAfter ?? header(response, 'retry-after'),
    thrown: true,
  }
}

/** Judges an answer that came `seconds` after it was asked for, and sets the clock by it. */
export function judge({ body, status, date, retryAfter, thrown }: Answer, clock: Clock, seconds: number): Outcome {
  // A code of RFC 6749 §5.2, never any other text of somebody else's.
  const oauthError = typeof body.error === 'string' && /^[a-z_]{1,32}$/.exec(body.error)?.[0]
  const failed = (problem: RefreshProblem, message: string) =>
    new JotgateRefreshFailed(problem, message, {
      ...(status !== undefined && { httpStatus: status }),
      ...(oauthError && { oauthError }),
    })
  const serverDate = dateOf(date)
  if (serverDate !== undefined) clock.measure(serverDate, seconds)

  if (oauthError === 'invalid_grant' || oauthError === 'login_required')
    return { kind: 'ended', reason: oauthError, error: failed('refused', 'the provider has ended the session') }
  const refused = thrown || oauthError || (status !== undefined && (status < 200 || status > 299))
  const token = refused ? undefined : readToken(body, clock, serverDate === undefined ? seconds : undefined)
  const { refresh_token: given } = body
  const refreshToken = !refused && typeof given === 'string' && given !== '' ? given : undefined
  if (token) return { kind: 'granted', token, refreshToken }

  let error: JotgateRefreshFailed
  if (status === 429) error = failed('limited', 'the provider asks for fewer requests')
  else if (status !== undefined && status > 499) error = failed('server', 'the provider is in trouble')
  else if (oauthError || (refused && status !== undefined)) error = failed('refused', 'the provider refuses a token')
  else if (thrown) error = failed('network', 'the provider could not be reached')
  else error = failed('unusable', 'the answer holds no Bearer token that is valid now')
  return { kind: 'failed', error, retryAfter: delayOf(retryAfter, clock), refreshToken }
}

/** RFC 6749 §5.1; undefined when it is no token that could be used. `seconds`: the clock is to be set by the token. */
function readToken(body: { [member: string]: unknown }, clock: Clock, seconds: number | undefined): Token | undefined {
  const { access_token: text, token_type: type = 'Bearer' } = body
  if (!isTokenText(text) || typeof type !== 'string' || type.toLowerCase() !== 'bearer') return undefined
  // Some servers send a text.
  const expiresIn = body.expires_in == null ? Number.NaN : Number(body.expires_in)
  let claims: { [claim: string]: unknown } = {}
  try {
    claims = decodeJwt(text)
  } catch {
    // An opaque token.
  }
  const exp = isNumber(claims.exp) ? claims.exp : Number.NaN
  // Some servers set `iat` back to allow for others' clocks; it was now at the earliest all the same.
  const issued = Math.max(...[exp - expiresIn, claims.iat].filter(isNumber))
  if (seconds !== undefined && isNumber(issued)) clock.measure(Math.floor(issued), seconds)
  // At the latest now it does not matter any more what was unsure: expires_in counts from here.
  clock.unsure = false
  const issuedAt = clock.now()
  const ends = [exp, issuedAt + expiresIn].filter(isNumber)
  const expiresAt = ends.length > 0 ? Math.min(...ends) : Number.POSITIVE_INFINITY
  if (expiresAt <= issuedAt) return undefined
  const scope = [body.scope, claims.scope, claims.scp].find((each) => typeof each === 'string' || Array.isArray(each))
  return { text, issuedAt, expiresAt, scope: Array.isArray(scope) ? scope.join(' ') : String(scope ?? '') }
}

function statusOf(value: { [member: string]: unknown }): number | undefined {
  const status = value.status
  return isNumber(status) && status > 99 && status < 600 ? status : undefined
}

function header(value: { [member: string]: unknown }, name: string): unknown {
  const headers = value.headers as { get?: (name: string) => unknown } | undefined
  return typeof headers?.get === 'function' ? headers.get(name) : undefined
}

/** A moment in seconds. */
function dateOf(date: unknown): number | undefined {
  const moment =
    typeof date === 'number'
      ? date
      : date instanceof Date || typeof date === 'string'
        ? +new Date(date) / 1000
        : Number.NaN
  return isNumber(moment) ? Math.floor(moment) : undefined
}

/** `Retry-After`, RFC 9110 §10.2.3: seconds or a date. Not a number where there is none. */
function delayOf(retryAfter: unknown, clock: Clock): number {
  if (typeof retryAfter === 'number') return retryAfter
  if (typeof retryAfter !== 'string') return Number.NaN
  return /^\d+$/.test(retryAfter) ? Number(retryAfter) : (dateOf(retryAfter) ?? Number.NaN) - clock.now()
}
