import { type JOSEError, JotgateTokenMissing } from '../errors.js'
import { scopesNeeded } from './scope-rule.js'

/** An answer, for whatever the platform calls a response. */
export interface Answer {
  status: number
  headers: [name: string, value: string][]
  body: string
}

/** What a challenge says besides the error: RFC 6750 §3, RFC 9728 §5.1. */
export interface ChallengeParameters {
  realm: string
  resourceMetadata: string | undefined
  /** The scopes that the verifier itself asks for. */
  requiredScopes: readonly string[]
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

// What a token, or the request around it, can be refused for. Everything else is not the client's fault: a 401 would make it fetch new tokens for nothing.
const clientsFault = new Set([
  'ERR_JOTGATE_INVALID_REQUEST',
  'ERR_JOTGATE_TOKEN_MISSING',
  'ERR_JOTGATE_TOKEN_TOO_LARGE',
  'ERR_JOTGATE_INSUFFICIENT_SCOPE',
  'ERR_JOSE_ALG_NOT_ALLOWED',
  'ERR_JOSE_NOT_SUPPORTED',
  'ERR_JWS_INVALID',
  'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
  'ERR_JWT_INVALID',
  'ERR_JWT_EXPIRED',
  'ERR_JWT_CLAIM_VALIDATION_FAILED',
  'ERR_JWKS_NO_MATCHING_KEY',
  'ERR_JWKS_MULTIPLE_MATCHING_KEYS',
])
const ownFault = new Set(['ERR_JOTGATE_CLOCK_INVALID', 'ERR_JOTGATE_INTERNAL'])

/** The status of the answer to an error; 503 where the keys cannot be had. */
export function statusOf({ code, status }: JOSEError): number {
  if (clientsFault.has(code)) return status
  return ownFault.has(code) ? 500 : 503
}

// Key sets come back within seconds; jotgate notices by itself.
const RETRY_AFTER_SECONDS = '5'

/** Answers an error by RFC 6750 §3, with a problem document of RFC 9457. */
export function refusal(error: JOSEError, parameters: ChallengeParameters): Answer {
  const status = statusOf(error)
  const headers: Answer['headers'] = [
    ['Cache-Control', 'no-store'],
    ['Content-Type', 'application/problem+json'],
  ]
  const problem: Record<string, unknown> = { title: titles[status], status }
  if (status >= 500) {
    if (status === 503) headers.push(['Retry-After', RETRY_AFTER_SECONDS])
    problem.detail = status === 503 ? 'tokens cannot be verified right now' : 'the verification failed'
  } else {
    headers.push(['WWW-Authenticate', challenge(error, parameters)])
    const description = describe(error)
    // RFC 6750 §3.1: a client that sent no token is told no error code.
    if (error instanceof JotgateTokenMissing) problem.detail = description
    else Object.assign(problem, { detail: description, error: error.oauthError })
  }
  return { status, headers, body: JSON.stringify(problem) }
}

function challenge(error: JOSEError, { realm, resourceMetadata, requiredScopes }: ChallengeParameters): string {
  const parameters: [string, string][] = [['realm', realm]]
  if (!(error instanceof JotgateTokenMissing)) {
    parameters.push(['error', error.oauthError], ['error_description', describe(error)])
    const scopes = error.oauthError === 'insufficient_scope' ? [...requiredScopes, ...scopesNeeded(error)] : []
    if (scopes.length > 0) parameters.push(['scope', [...new Set(scopes)].join(' ')])
  }
  if (resourceMetadata !== undefined) parameters.push(['resource_metadata', resourceMetadata])
  return `Bearer ${parameters.map(([name, value]) => `${name}="${value}"`).join(', ')}`
}

/** The error in the characters of RFC 6750 §3. What the application's own check says is for its log, not for clients. */
function describe(error: JOSEError): string {
  if ('claim' in error && error.claim === 'unspecified') return 'the token is not acceptable here'
  return error.message.replaceAll('"', "'").replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '?')
}
