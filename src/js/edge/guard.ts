import { createVerifier, type Verifier, type VerifierOptions, verifierOptions } from '../create-verifier.js'
import { JOSEError, JotgateTokenMissing, JWTClaimValidationFailed } from '../errors.js'
import { Options } from '../options.js'
import type { VerifiedToken } from '../verified-token.js'
import { bearerToken, type HeaderFields } from './authorization.js'
import { type Cors, type CorsOptions, readCors, withField } from './cors.js'
import { type IncomingRequest, ofRequest, responseOf } from './incoming.js'
import { type ProtectedResourceMetadata, servedDocument } from './protected-resource-metadata.js'
import { type Answer, type ChallengeParameters, refusal } from './refusal.js'
import { type ScopeCheck, type ScopeRule, scopeCheck } from './scope-rule.js'
import { rememberToken } from './token-text.js'

/** Where a request was refused: safe to log, as it holds neither token nor query. */
export interface Refusal {
  /** The status of the answer. */
  status: number
  /** The request's method. */
  method: string
  /** The request's path, without its query. */
  path: string
}

/** What a guard does around a verifier. */
export interface GuardOptions<Incoming = Request> {
  /** What every token must be allowed to; a route may ask for more. Default: nothing. RFC 6750 §3.1. */
  scopes?: ScopeRule<Incoming>
  /**
   * Lets a request without an `Authorization` header pass as anonymous: its `token` is undefined. A bad token or another
   * scheme is refused all the same, and so is an anonymous request to a route that asks for scopes.
   * Does not go together with `scopes`. Default: false.
   */
  optional?: boolean
  /** The `realm` of challenges, printable ASCII: RFC 6750 §3 wants a parameter at least. Default: `api`. RFC 9110 §11.5. */
  realm?: string
  /**
   * The URL of the resource's metadata, for the challenge's `resource_metadata`; or the answer of
   * `protectedResourceMetadata`, which the guard then serves as well. Default: none. RFC 9728 §5.1.
   */
  resourceMetadata?: string | URL | ProtectedResourceMetadata
  /**
   * Pages of other origins may call: preflights are answered, and refusals can be read there, `WWW-Authenticate` included.
   * Without it, nothing of CORS is done and a preflight is refused like every request without a token; then it is for
   * what stands before the guard to answer it. Default: none.
   */
  cors?: CorsOptions
  /**
   * Whether a token that is bound to a key (claim `cnf`) is refused, as its proof is not checked here, or accepted like
   * one without, because something before the guard has checked it. Default: `refuse`. RFC 9449 §7.2, RFC 8705 §3.
   */
  boundTokens?: 'refuse' | 'accept'
  /**
   * Told of each refusal, for logs. Neither the error nor the rest holds text of the token, unless `includeTokenInErrors`
   * asked for it. What it throws is ignored.
   */
  onError?: (error: JOSEError, refusal: Refusal) => void
}

/** The policy of a guard: that of `createVerifier`, or a ready `verifier`. */
export type GuardPolicy = VerifierOptions | { verifier: Verifier }

/** What one route asks for. */
export interface Route<Incoming = Request> {
  /** What the token must be allowed to, besides the guard's own `scopes`. */
  scopes?: ScopeRule<Incoming>
}

/** A request that may pass, with its token, or the response that it gets instead. */
export type GuardResult<Token = VerifiedToken> =
  | { token: Token; response?: undefined; error?: undefined }
  | {
      token?: undefined
      /** The refusal; or the answer to a preflight, or the resource's metadata. */
      response: Response
      /** Why it was refused; undefined where the response is none. */
      error?: JOSEError
    }

/** Judges requests. Needs no `this`. */
export interface Guard<Token = VerifiedToken> {
  /**
   * Whether a request may pass. Its body is not read. Rejects only for faults in the application's own code: a `TypeError`
   * for a wrong `route`, and what a function of scopes throws.
   */
  (request: Request, route?: Route): Promise<GuardResult<Token>>
  /** The response with the header fields of `cors` for this request's page; as it is without that option. */
  withCors(request: Request, response: Response): Response
  /** The compiled policy: `await guard.verifier.hydrate()` fetches keys ahead of the first request. */
  readonly verifier: Verifier
}

/**
 * Guards a handler of the `Request` → `Response` kind: takes the token from the `Authorization` header and from nowhere
 * else (RFC 6750 §2.1), verifies it, checks scopes, and has the response for what may not pass.
 *
 * | | status | `WWW-Authenticate` |
 * | --- | --- | --- |
 * | no Bearer token | 401 | without error code |
 * | two tokens, a malformed header, a token in the query | 400 | `invalid_request` |
 * | a bad token | 401 | `invalid_token` |
 * | a scope is missing | 403 | `insufficient_scope`, with `scope` |
 * | the keys cannot be had | 503 with `Retry-After` | none: a new token would not help |
 * | the clock or jotgate failed | 500 | none |
 *
 * The body is a problem document (RFC 9457), and nothing of it may be cached.
 *
 * ```js
 * const guard = createGuard({ issuer: 'https://issuer.example', audience: 'https://api.example', jwks })
 *
 * async function handle(request) {
 *   const { token, response } = await guard(request, { scopes: ['orders:read'] })
 *   return response ?? Response.json({ hello: token.payload.sub })
 * }
 * ```
 *
 * @throws TypeError naming the option that is wrong, unknown or missing
 * @throws errors.JWKSInvalid `jwks` is no JWK Set, as from `createVerifier`
 */
export function createGuard(options: GuardPolicy & GuardOptions & { optional: true }): Guard<VerifiedToken | undefined>
export function createGuard(options: GuardPolicy & GuardOptions & { optional?: false }): Guard
export function createGuard(options: GuardPolicy & GuardOptions): Guard<VerifiedToken | undefined>
export function createGuard(options: GuardPolicy & GuardOptions): Guard<VerifiedToken | undefined> {
  return makeGuard(options, 'createGuard')
}

/** A guard whose messages about options open with the name of the function that they were given to. */
export function makeGuard(options: GuardPolicy & GuardOptions, owner: string): Guard<VerifiedToken | undefined> {
  const gate = new Gate<Request>(options, owner)

  async function guard(request: Request, route?: Route): Promise<GuardResult<VerifiedToken | undefined>> {
    const rule = gate.route(route)
    const incoming = ofRequest(request)
    const ready = gate.ahead(incoming)
    if (ready) return { response: responseOf(ready) }
    try {
      return { token: await gate.admit(incoming, request, rule) }
    } catch (thrown) {
      const { answer, error } = gate.refuse(thrown, incoming)
      return { response: responseOf(answer), error }
    }
  }

  return Object.assign(guard, {
    withCors: (request: Request, response: Response) => gate.withCors(request, response),
    verifier: gate.verifier,
  })
}

const guardOptions = [
  'verifier',
  'scopes',
  'optional',
  'realm',
  'resourceMetadata',
  'cors',
  'boundTokens',
  'onError',
] as const

/** How often stale keys are looked for, in milliseconds. */
const FRESHEN_EVERY = 1000

/** The guard itself, without a platform. */
export class Gate<Incoming> {
  readonly verifier: Verifier
  readonly #scopes: ScopeCheck<Incoming> | undefined
  readonly #optional: boolean
  readonly #acceptsBound: boolean
  readonly #challenge: ChallengeParameters
  readonly #document: ((incoming: IncomingRequest) => Answer | undefined) | undefined
  readonly #cors: Cors | undefined
  readonly #onError: GuardOptions['onError']
  #freshenedAt = 0
  readonly #admitted = new WeakSet<VerifiedToken>()

  constructor(options: GuardPolicy & GuardOptions<Incoming>, owner: string) {
    const given = new Options(options, owner)
    given.allowOnly([...guardOptions, ...verifierOptions])
    this.#optional = given.boolean('optional') ?? false
    this.#scopes = given.read('scopes') === undefined ? undefined : scopeCheck(owner, 'scopes', given.read('scopes'))
    if (this.#optional && this.#scopes) {
      given.fail('scopes', 'does not go together with "optional": ask for scopes where a route needs them')
    }
    this.#acceptsBound = given.oneOf('boundTokens', ['refuse', 'accept']) === 'accept'
    this.#cors = readCors(given.read('cors'), owner)
    this.#onError = given.callback('onError') as GuardOptions['onError']
    const metadata = given.read('resourceMetadata')
    this.#document = servedDocument(metadata)
    this.verifier = readVerifier(given)
    this.#challenge = {
      realm: readRealm(given),
      resourceMetadata: readMetadataUrl(given, metadata),
      requiredScopes: given.strings('requiredScopes', { single: false, empty: true }) ?? [],
    }
  }

  /** The check of a route's own scopes. */
  route(route: unknown): ScopeCheck<Incoming> | undefined {
    if (route === undefined) return undefined
    const given = new Options(route, 'guard')
    given.allowOnly(['scopes'])
    // Given as undefined, it would let everybody in where somebody meant to ask for scopes.
    given.refuseUndefined('scopes')
    return given.has('scopes') ? scopeCheck('guard', 'scopes', given.read('scopes')) : undefined
  }

  /** What is answered without looking for a token. */
  ahead(incoming: IncomingRequest): Answer | undefined {
    const origin = incoming.headers.get('origin')
    if (this.#cors && incoming.method === 'OPTIONS' && incoming.headers.get('access-control-request-method')) {
      return { status: 204, headers: this.#cors.preflight(origin), body: '' }
    }
    return this.#document?.(incoming)
  }

  /** The verified token of a request; undefined for one without, where that is allowed. Rejects for every other request. */
  async admit(incoming: IncomingRequest, request: Incoming, rule: ScopeCheck<Incoming> | undefined) {
    const text = this.#token(incoming, rule)
    return text === undefined ? undefined : this.#conclude(await this.verifier.verify(text), text, request, rule)
  }

  /** The same at once, with the keys at hand. */
  admitSync(incoming: IncomingRequest, request: Incoming, rule: ScopeCheck<Incoming> | undefined) {
    const text = this.#token(incoming, rule)
    return text === undefined ? undefined : this.#conclude(this.verifier.verifySync(text), text, request, rule)
  }

  /** `admitSync` does no I/O, so without this, keys that are used would grow old. */
  keepFresh(): void {
    const now = Date.now()
    // A clock that was set back does not stop it either.
    if (Math.abs(now - this.#freshenedAt) < FRESHEN_EVERY) return
    this.#freshenedAt = now
    this.verifier.hydrate().catch(() => {})
  }

  /** Whether it was this guard that let the token pass. */
  hasAdmitted(token: unknown): token is VerifiedToken {
    return typeof token === 'object' && token !== null && this.#admitted.has(token as VerifiedToken)
  }

  /** The answer to what `admit` was refused with; throws what is no refusal but a fault of the application. */
  refuse(thrown: unknown, incoming: IncomingRequest): { answer: Answer; error: JOSEError } {
    if (!isRefusal(thrown)) throw thrown
    const { method, path } = incoming
    const { status, headers, body } = refusal(thrown, this.#challenge)
    try {
      const answer: unknown = this.#onError?.(thrown, { status, method, path })
      // Its rejection would end a Node process.
      if (answer instanceof Promise) answer.catch(() => {})
    } catch {}
    return { answer: { status, headers: [...headers, ...this.corsFields(incoming)], body }, error: thrown }
  }

  /** The header fields for pages of other origins. */
  corsFields({ headers }: { headers: HeaderFields }): [name: string, value: string][] {
    return this.#cors?.answer(headers.get('origin')) ?? []
  }

  withCors(request: Request, response: Response): Response {
    const fields = this.corsFields(request)
    // No page of another origin sees a switch of protocols, which could not be made anew.
    if (fields.length === 0 || response.status < 200) return response
    // The headers of what `fetch` answered cannot be changed.
    const changed = new Response(response.body, response)
    for (const field of fields) changed.headers.set(field[0], withField(changed.headers.get(field[0]), field))
    return changed
  }

  #token(incoming: IncomingRequest, rule: ScopeCheck<Incoming> | undefined): string | undefined {
    try {
      return bearerToken(incoming.headers, incoming.query)
    } catch (error) {
      const anonymous = this.#optional && !rule && error instanceof JotgateTokenMissing
      // Another scheme, too, is an attempt to be somebody.
      if (anonymous && !incoming.headers.get('authorization')) return undefined
      throw error
    }
  }

  #conclude(
    token: VerifiedToken,
    text: string,
    request: Incoming,
    rule: ScopeCheck<Incoming> | undefined,
  ): VerifiedToken {
    if (!this.#acceptsBound && token.payload.cnf !== undefined) {
      throw new JWTClaimValidationFailed('the token is bound to a key, and no proof of that key is checked here', {
        rfc: 'RFC 9449 §7.2',
        claim: 'cnf',
        reason: 'check_failed',
      })
    }
    this.#scopes?.(token, request)
    rule?.(token, request)
    rememberToken(token, text)
    this.#admitted.add(token)
    return token
  }
}

/** By its shape, because a ready verifier may be of another copy of jotgate, such as `jotgate/slim`. */
function isRefusal(thrown: unknown): thrown is JOSEError {
  if (thrown instanceof JOSEError) return true
  if (!(thrown instanceof Error)) return false
  const { code, status, oauthError } = thrown as Partial<JOSEError>
  return typeof code === 'string' && code.startsWith('ERR_J') && typeof status === 'number' && oauthError !== undefined
}

function readVerifier(given: Options): Verifier {
  const ready = given.read('verifier')
  if (ready === undefined) {
    const policy = verifierOptions.filter((name) => given.has(name)).map((name) => [name, given.read(name)])
    return createVerifier(Object.fromEntries(policy) as VerifierOptions)
  }
  if (!isVerifier(ready)) given.fail('verifier', 'must be what createVerifier answers')
  const second = verifierOptions.find((name) => given.has(name))
  if (second) given.fail(second, 'does not go together with "verifier": give it to createVerifier')
  return ready
}

function isVerifier(value: unknown): value is Verifier {
  if (typeof value !== 'object' || value === null) return false
  const { verify, verifySync, hydrate } = value as Partial<Verifier>
  return [verify, verifySync, hydrate].every((method) => typeof method === 'function')
}

function readRealm(given: Options): string {
  const realm = given.string('realm') ?? 'api'
  if (!/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/.test(realm)) {
    given.fail('realm', 'must be printable ASCII without quote and backslash')
  }
  return realm
}

function readMetadataUrl(given: Options, metadata: unknown): string | undefined {
  if (metadata === undefined) return undefined
  const text = typeof metadata === 'function' ? (metadata as ProtectedResourceMetadata).url : metadata
  let url: URL | undefined
  try {
    url = typeof text === 'string' || text instanceof URL ? new URL(text) : undefined
  } catch {}
  // A URL as it serializes itself holds neither quote nor backslash outside of its fragment.
  if (!url || !/^https?:$/.test(url.protocol) || url.hash !== '') {
    given.fail('resourceMetadata', 'must be an http(s) URL, or what protectedResourceMetadata answers')
  }
  return url.href.replaceAll('"', '%22').replaceAll('\\', '%5C')
}
