import { JotgatePropagationError } from '../errors.js'
import { bodyOf } from '../key-set-fetch.js'

/** How a client says who it is: RFC 6749 §2.3.1; a function answers an assertion of RFC 7523 §2.2. */
export type ClientAuthentication =
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'none'
  | (() => string | Promise<string>)

/** A client at its token endpoint. */
export interface TokenClient {
  endpoint: string
  id: string
  secret: string
  authentication: ClientAuthentication
}

/** A token that was issued in exchange for another. */
export interface IssuedToken {
  text: string
  /** How long it is good, in seconds; 0 where that was not said. */
  expiresIn: number
}

const LONGEST_ANSWER = 65_536

// The subject token's type, RFC 8693 §3; of a JWT or not is no matter to the endpoint that issued it.
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const JWT = 'urn:ietf:params:oauth:token-type:jwt'

// What says that this client is at fault, or the endpoint, and not the token: RFC 6749 §5.2.
const notTheTokensFault = new Set(['invalid_client', 'unauthorized_client', 'unsupported_grant_type'])

/**
 * Asks for a token in exchange for another: RFC 8693 §2.
 *
 * @param wishes `audience`, `resource` and `scope`, as pairs
 * @throws JotgatePropagationError
 */
export async function requestExchange(
  client: TokenClient,
  subjectToken: string,
  wishes: [name: string, value: string][],
  signal: AbortSignal,
): Promise<IssuedToken> {
  const body = new URLSearchParams([
    ['grant_type', 'urn:ietf:params:oauth:grant-type:token-exchange'],
    ['subject_token', subjectToken],
    ['subject_token_type', ACCESS_TOKEN],
    ['requested_token_type', ACCESS_TOKEN],
    ...wishes,
  ])
  const headers = new Headers({ accept: 'application/json' })
  await authenticate(client, headers, body)
  const response = await fetch(client.endpoint, { method: 'POST', headers, body, signal, redirect: 'manual' })
  const answer = parsedObject(await bodyOf(response, LONGEST_ANSWER))
  if (response.status !== 200) throw refusalOf(response.status, answer)
  return issuedToken(answer)
}

async function authenticate(client: TokenClient, headers: Headers, body: URLSearchParams): Promise<void> {
  const { id, secret, authentication } = client
  if (authentication === 'client_secret_basic') {
    headers.set('authorization', `Basic ${btoa(`${formEncoded(id)}:${formEncoded(secret)}`)}`)
    return
  }
  body.set('client_id', id)
  if (authentication === 'client_secret_post') body.set('client_secret', secret)
  if (typeof authentication !== 'function') return
  const assertion: unknown = await authentication()
  if (typeof assertion !== 'string') throw new TypeError('exchangeToken: "clientAuthentication" answered no text')
  body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
  body.set('client_assertion', assertion)
}

/** RFC 6749 appendix B. */
function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}

function parsedObject(text: string): Record<string, unknown> {
  try {
    const answer: unknown = JSON.parse(text)
    if (typeof answer === 'object' && answer !== null) return answer as Record<string, unknown>
  } catch {}
  return {}
}

function refusalOf(status: number, { error }: Record<string, unknown>): JotgatePropagationError {
  // Only what RFC 6749 §5.2 allows for, and no description: that may tell of the token.
  const oauthError = typeof error === 'string' && /^[\x20\x21\x23-\x5b\x5d-\x7e]{1,64}$/.test(error) ? error : undefined
  if (oauthError === undefined || status >= 500 || status < 400 || notTheTokensFault.has(oauthError)) {
    const message = `the token endpoint answered with status ${status}${oauthError ? ` and ${oauthError}` : ''}`
    return new JotgatePropagationError('exchange-failed', message, { oauthError })
  }
  const message = `the token endpoint gives no token for this one: ${oauthError}`
  return new JotgatePropagationError('exchange-refused', message, { oauthError })
}

/** RFC 8693 §2.2.1. */
function issuedToken(answer: Record<string, unknown>): IssuedToken {
  const { access_token: text, issued_token_type: issued, token_type: type, expires_in: expiresIn } = answer
  if (typeof text !== 'string' || !/^[\w\-.~+/]+=*$/.test(text)) throw unusable('has no access_token')
  if (issued !== ACCESS_TOKEN && issued !== JWT) throw unusable('says of no access token that it was issued')
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') throw unusable('has no Bearer token')
  if (expiresIn !== undefined && !(typeof expiresIn === 'number' && expiresIn > 0)) {
    throw unusable('has an expires_in that is no number of seconds')
  }
  return { text, expiresIn: expiresIn ?? 0 }
}

function unusable(what: string): JotgatePropagationError {
  return new JotgatePropagationError('exchange-failed', `the token endpoint's answer ${what}`)
}
