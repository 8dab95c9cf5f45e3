import { decodeJwt } from '../decode.js'
import { JotgateRefreshFailed, type RefreshProblem } from '../errors.js'
import type { Clock } from './clock.js'
import { isEnd, isNumber, isRecord, isTokenText, type Token } from './session-state.js'
import type { SignOutReason } from './types.js'

/** What asking for a token came to. */
export interface Outcome {
  readonly token: Token | undefined
  /** There may be one although there is no token of use: from now on the only one that is good. */
  readonly refreshToken: string | undefined
  /** The provider will give no more tokens for this session. */
  readonly ended: SignOutReason | undefined
  /** Why there is no token. */
  readonly error: JotgateRefreshFailed
  /** Seconds, or not a number. */
  readonly retryAfter: number
}

type Members = { readonly [member: string]: unknown }

/** What `refresh` gave or threw. */
interface Answer {
  readonly body: Members
  /** The response that the body came in, if that was handed over. */
  readonly response: Members
  readonly thrown: boolean
}

/** Reads what `refresh` returned: the token endpoint's response, or what a client made of it. */
export async function readAnswer(value: unknown): Promise<Answer> {
  const given = members(value)
  if (typeof given.json !== 'function') return { body: given, response: {}, thrown: false }
  let body: unknown
  try {
    body = await given.json()
  } catch {
    // Its message would quote the body.
  }
  return { body: members(body), response: given, thrown: false }
}

/** Reads what `refresh` threw: an OAuth error in the form that clients give it, else a network that failed. */
export function readThrown(value: unknown): Answer {
  const body = members(value)
  return { body, response: members(body.response), thrown: true }
}

/** Judges an answer that came `seconds` after it was asked for, and sets the clock by it. */
export function judge({ body, response, thrown }: Answer, clock: Clock, seconds: number): Outcome {
  const status = statusOf(response) ?? (thrown ? statusOf(body) : undefined)
  // A code of RFC 6749 §5.2, never any other text of somebody else's.
  const oauthError = /^[a-z_]{1,32}$/.exec(typeof body.error === 'string' ? body.error : '')?.[0]
  const date = dateOf(header(response, 'date') ?? body.date)
  if (date !== undefined) clock.measure(date, seconds)

  const refused = thrown || oauthError !== undefined || (status !== undefined && (status < 200 || status > 299))
  const token = refused ? undefined : readToken(body, clock, date === undefined ? seconds : undefined)
  const { refresh_token: refreshToken } = body
  let problem: RefreshProblem = 'unusable'
  if (status === 429) problem = 'limited'
  else if (status !== undefined && status > 499) problem = 'server'
  else if (refused) problem = oauthError === undefined && status === undefined ? 'network' : 'refused'
  return {
    token,
    refreshToken: !refused && refreshToken && typeof refreshToken === 'string' ? refreshToken : undefined,
    ended: isEnd(oauthError) ? oauthError : undefined,
    error: new JotgateRefreshFailed(problem, status, oauthError),
    retryAfter: delayOf(header(response, 'retry-after') ?? body.retryAfter, clock),
  }
}

/** RFC 6749 §5.1; undefined when it is no token that could be used. `seconds`: the clock is to be set by the token. */
function readToken(body: Members, clock: Clock, seconds: number | undefined): Token | undefined {
  const { access_token: text, token_type: type = 'Bearer' } = body
  if (!isTokenText(text) || !/^bearer$/i.test(String(type))) return undefined
  // Some servers send a text.
  const expiresIn = body.expires_in == null ? Number.NaN : Number(body.expires_in)
  let claims: Members = {}
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
  // Infinity where nobody knows.
  const expiresAt = Math.min(...[exp, issuedAt + expiresIn].filter(isNumber))
  if (expiresAt <= issuedAt) return undefined
  const scope = [body.scope, claims.scope, claims.scp].find((each) => typeof each === 'string' || Array.isArray(each))
  return { text, issuedAt, expiresAt, scope: Array.isArray(scope) ? scope.join(' ') : String(scope ?? '') }
}

function members(value: unknown): Members {
  return isRecord(value) ? value : {}
}

function statusOf({ status }: Members): number | undefined {
  return isNumber(status) && status > 99 && status < 600 ? status : undefined
}

function header({ headers }: Members, name: string): unknown {
  const { get } = members(headers)
  return typeof get === 'function' ? (get.call(headers, name) ?? undefined) : undefined
}

/** A moment in seconds. */
function dateOf(date: unknown): number | undefined {
  const known = typeof date === 'string' || date instanceof Date
  const moment = known ? +new Date(date) / 1000 : date
  return isNumber(moment) ? Math.floor(moment) : undefined
}

/** `Retry-After`, RFC 9110 §10.2.3: seconds or a date. Not a number where there is none. */
function delayOf(retryAfter: unknown, clock: Clock): number {
  if (isNumber(retryAfter)) return retryAfter
  if (typeof retryAfter !== 'string') return Number.NaN
  return /^\d+$/.test(retryAfter) ? Number(retryAfter) : (dateOf(retryAfter) ?? Number.NaN) - clock.now()
}
