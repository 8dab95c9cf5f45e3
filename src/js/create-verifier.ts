import { type Accepted, type CompiledPolicy, CompiledVerifier } from './compiled-verifier.js'
import { errorOfKind } from './error-from-status.js'
import { JOSEError } from './errors.js'
import type { ExplainedCheck } from './explained-check.js'
import { readIssuerKeys } from './issuer-keys.js'
import type { RemoteJWKSetOptions } from './key-set-options.js'
import { fitFor, type KeyMaterial } from './keys.js'
import type { LocalJWKSet } from './local-jwk-set.js'
import { Options } from './options.js'
import type { RemoteJWKSet } from './remote-jwk-set.js'
import { attachToken } from './token-in-errors.js'
import type { Backend, JWSAlgorithm, JWTPayload, KeyInput, Period, URLObject } from './types.js'
import { deeplyFrozen, type VerifiedToken, verifiedToken } from './verified-token.js'

/** An issuer with keys of its own: a key of one never verifies a token of another (RFC 8725 §3.8). */
export interface IssuerOptions {
  /** As {@link OneIssuer.issuer}. */
  issuer: string | string[]
  /** As {@link OneIssuer.jwks}. Default: fetched from where the issuer's metadata says. */
  jwks?: KeyInput | LocalJWKSet | RemoteJWKSet | URLObject | undefined
  /** As {@link OneIssuer.discovery}. */
  discovery?: string | URLObject
  /** As {@link OneIssuer.remote}; replaces the verifier's as a whole. */
  remote?: RemoteJWKSetOptions
  /** As {@link OneIssuer.audience}. Default: the verifier's. */
  audience?: string | string[] | null
  /** As {@link VerifierRules.algorithms}. Default: the verifier's. */
  algorithms?: JWSAlgorithm[]
}

/** One issuer, or several that share their keys. */
export interface OneIssuer {
  /**
   * The acceptable `iss`, or several that share the keys; compared exactly. Required, unless `issuers` is given.
   *
   * A claim's name in braces makes it a template, `https://login.example/{tid}/v2.0`: `iss` must be this text with the
   * value of the token's own claim `tid` put in, a text of letters, digits and `-._~` (RFC 3986 §2.3) that is neither `.`
   * nor `..`. Every such value is accepted: to narrow it, use `check`.
   *
   * Error: `ERR_JWT_CLAIM_VALIDATION_FAILED`, `claim: 'iss'`. RFC 7519 §4.1.1.
   */
  issuer: string | string[]
  /**
   * The acceptable `aud`; one in common is enough. Required; `null` says that tokens for anybody are meant to be accepted.
   * Error: `ERR_JWT_CLAIM_VALIDATION_FAILED`, `claim: 'aud'`. RFC 7519 §4.1.3, RFC 8725 §3.9.
   */
  audience: string | string[] | null
  /**
   * The keys, or the https URL of a JWK Set, fetched when first needed by the rules of `remote`. Of a set, the fitting keys
   * are tried, at most 8. A key with a member `issuer`, a URL or a template, verifies only tokens whose `iss` is that.
   *
   * Default: found by discovery from `issuer`, which then is one https URL. Asked is
   * `{issuer}/.well-known/openid-configuration` (OpenID Connect Discovery §4); where there is none,
   * `/.well-known/oauth-authorization-server` before the issuer's path (RFC 8414 §3). The metadata's `issuer` must be
   * `issuer`, exactly.
   *
   * Errors: at creation `ERR_JWKS_INVALID`, `ERR_JWK_INVALID` or `ERR_JOSE_NOT_SUPPORTED` for what is no acceptable key
   * set or key; later `ERR_JWKS_NO_MATCHING_KEY`, and of what is fetched `ERR_JOTGATE_KEYS_UNAVAILABLE`,
   * `ERR_JWKS_TIMEOUT`, `ERR_JWKS_INVALID` and `ERR_JOTGATE_DISCOVERY_INVALID`. RFC 7517.
   */
  jwks?: KeyInput | LocalJWKSet | RemoteJWKSet | URLObject | undefined
  /**
   * The https URL of the issuer's metadata, where it is not at the usual place: instead of `jwks`. The metadata's `issuer`
   * must be `issuer` exactly; for a template it is the template, in which only the placeholder may have another name.
   * Error: `ERR_JOTGATE_DISCOVERY_INVALID`. RFC 8414 §3.3.
   */
  discovery?: string | URLObject
  /**
   * How metadata and key sets are fetched and kept. Default: that of `createRemoteJWKSet`. `jwksCache` is refused: it holds
   * one set.
   */
  remote?: RemoteJWKSetOptions
  issuers?: undefined
}

/** Several issuers, each with keys of its own. */
export interface SeveralIssuers {
  /** Instead of `issuer` and `jwks`; the token's `iss` chooses. RFC 8725 §3.8. */
  issuers: IssuerOptions[]
  /** As {@link OneIssuer.audience}, for issuers without one of their own. */
  audience?: string | string[] | null
  /** As {@link OneIssuer.remote}, for issuers without one of their own. */
  remote?: RemoteJWKSetOptions
  issuer?: undefined
  jwks?: undefined
  discovery?: undefined
}

/**
 * What is acceptable. Read once, at creation; a wrong, unknown or missing option throws a `TypeError` that names it.
 */
export type VerifierOptions = VerifierRules & (OneIssuer | SeveralIssuers)

/** The rules that hold for all issuers. */
export interface VerifierRules {
  /**
   * The acceptable `alg`. Default: all asymmetric ones that jotgate has; given as `undefined` it is a mistake and refused.
   * HMAC (`HS256` …) only when named here.
   * Error: `ERR_JOSE_ALG_NOT_ALLOWED`. RFC 8725 §3.1.
   */
  algorithms?: JWSAlgorithm[]
  /**
   * `jwt`: the header's `typ` is absent, `JWT` or `at+jwt`. `at+jwt`: an access token of RFC 9068, whose `typ` is `at+jwt`
   * and which has `iss`, `exp`, `aud`, `sub`, `client_id`, `iat` and `jti`. `any`: `typ` is not checked. Default: `jwt`.
   * Error: `ERR_JWT_CLAIM_VALIDATION_FAILED`. RFC 8725 §3.11.
   */
  profile?: 'at+jwt' | 'jwt' | 'any'
  /** The one acceptable `typ`, with or without `application/`, whatever the profile says. RFC 7515 §4.1.9. */
  typ?: string
  /** The one acceptable `sub`. Error: `ERR_JWT_CLAIM_VALIDATION_FAILED`, `claim: 'sub'`. RFC 7519 §4.1.2. */
  subject?: string
  /** Claims that must be there, besides `exp` and what other options need. Error: `ERR_JWT_CLAIM_VALIDATION_FAILED`, `reason: 'missing'`. */
  requiredClaims?: string[]
  /** Scopes that must all be granted. Error: `ERR_JOTGATE_INSUFFICIENT_SCOPE`, status 403. RFC 6750 §3.1. */
  requiredScopes?: string[]
  /** Whether an array claim `permissions` grants scopes as well. Default: false. */
  permissions?: boolean
  /**
   * Greatest age since `iat`, in seconds or as a period (`'1 hour'`); `iat` is then required and may not lie ahead.
   * Default: not checked. Error: `ERR_JWT_EXPIRED`, `claim: 'iat'`. RFC 7519 §4.1.6.
   */
  maxTokenAge?: Period
  /** How far clocks may differ, in seconds or as a period. Default: 0. RFC 7519 §4.1.4. */
  clockTolerance?: Period
  /** Longest token in bytes, 1 to 268435456. Default: 16384. Error: `ERR_JOTGATE_TOKEN_TOO_LARGE`. RFC 8725 §3.12. */
  maxTokenSize?: number
  /**
   * The extensions that the application understands when `crit` names them; `true`: must be integrity protected, which in
   * a compact JWS everything is. Default: none. Error: `ERR_JOSE_NOT_SUPPORTED`. RFC 7515 §4.1.11.
   */
  crit?: { [name: string]: boolean }
  /** A fixed moment to verify for. Default: the system clock. */
  currentDate?: Date
  /** The clock, in seconds since 1970-01-01T00:00:00Z. Default: the system clock. Error: `ERR_JOTGATE_CLOCK_INVALID`. */
  clock?: () => number
  /**
   * The last word, on a token that passed everything else. Answer nothing to accept; answer a text to refuse, which
   * becomes the error's message, or throw. It cannot be async: any other answer refuses too.
   * Error: `ERR_JWT_CLAIM_VALIDATION_FAILED`, `claim: 'unspecified'`, or the jotgate error that it threw.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a function without return is meant.
  check?: (verified: VerifiedToken) => string | void
  /**
   * Remembers verified tokens, up to about so many bytes (1 to 268435456), and finds them again by their whole text. Only
   * tokens that passed are kept; their times and `check` are applied again on each hit, and new keys of their issuer end
   * them. A hit answers with the very object of before, so with a cache all answers are deeply frozen. Worth it where
   * the same token comes often, as in a page that makes many calls with one. Default: `false`.
   */
  cache?: { maxBytes: number } | false
  /**
   * Which code checks signatures. `wasm`: jotgate's own. `webcrypto`: the platform's, so `verify` only; an algorithm that it
   * lacks is `ERR_JOSE_NOT_SUPPORTED`. `auto`: in `verify`, whichever is faster: the platform's for ES512, for RSA keys
   * above 2048 bits, in Workers and in browsers without fused multiply-adds for all RSA, and for the isolate's first 64
   * tokens of RSA, ES256 and ES384; else jotgate's. Default: `auto`.
   */
  backend?: Backend
  /**
   * Whether jotgate's own signature code may use what it computed of a key before. Every such verdict is compared with
   * that of the RustCrypto crates until it is trusted, and an accelerator that errs is off from then on. `false` leaves
   * it to the crates alone, which take many times as long. Default: true.
   */
  accelerate?: boolean
  /**
   * Told when an accelerator came to another verdict than its crate, whose verdict stood: please report it. Once for
   * each fault, to the verifier that met it. What it throws is ignored.
   */
  onFault?: (fault: AcceleratorFault) => void
  /** Attach `token` (and `payload`, once its signature was verified) to errors, for debugging. Default: false. */
  includeTokenInErrors?: boolean
}

/** An accelerator that was switched off for as long as the WebAssembly instance lives. */
export interface AcceleratorFault {
  /** `P-256`, `P-384`, `Ed25519`, `RSA`, or `RSA-FMA` where fused multiply-adds verify RSA; that one's fault leaves `RSA` in use. */
  family: string
}

/** A policy, compiled once, for any number of tokens. Its functions need no `this`. */
export interface Verifier {
  /**
   * Verifies a token. Rejects with an error of `errors`, whatever the token is. Keys that are not at hand are fetched, those
   * of the token's issuer alone; a token of an unknown issuer fetches nothing.
   *
   * @param token a compact JWS (RFC 7515 §7.1); of other types than text, each is refused
   */
  verify<Payload = JWTPayload>(token: string): Promise<VerifiedToken<Payload>>
  /**
   * The same, at once, with jotgate's own signature code and the keys at hand: nothing is fetched, and nothing refreshed;
   * `hydrate` does that. Throws an error of `errors`, whatever the token is; also `ERR_JOTGATE_KEYS_NOT_READY` where the
   * keys of the token's issuer are not there (any more), or for a `CryptoKey` outside Node before the first `verify`.
   */
  verifySync<Payload = JWTPayload>(token: string): VerifiedToken<Payload>
  /**
   * Fetches metadata and keys of all issuers ahead of the first token, and refreshes what is stale; costs nothing where all
   * is fresh. Waits for all of them, however it ends.
   *
   * ```js
   * await verifier.hydrate()
   * verifier.verifySync(token)
   * ```
   *
   * Rejects, if the keys of an issuer could not be had, with the error of the first such issuer, which the message names;
   * where there are several, `cause` is an `AggregateError` of all. The other issuers are ready, and this one is asked
   * again with its next token.
   */
  hydrate(): Promise<void>
  /**
   * Each check in its order, with its outcome, with the keys at hand: nothing is fetched. Never throws, and holds nothing of the token: safe to log. The signature is
   * checked by jotgate's own code whatever the backend, so a `CryptoKey` that cannot be exported fails here.
   */
  explain(token: string): ExplainedCheck[]
}

const issuerOptions = ['issuer', 'jwks', 'discovery', 'remote', 'audience', 'algorithms'] as const

export const verifierOptions = [
  ...issuerOptions,
  'issuers',
  'profile',
  'typ',
  'subject',
  'requiredClaims',
  'requiredScopes',
  'permissions',
  'maxTokenAge',
  'clockTolerance',
  'maxTokenSize',
  'crit',
  'currentDate',
  'clock',
  'check',
  'cache',
  'backend',
  'accelerate',
  'onFault',
  'includeTokenInErrors',
] as const

/**
 * Compiles a policy for access tokens, with strict defaults: `exp` is required, registered claims must have their types,
 * `none` and HMAC are off.
 *
 * ```js
 * const verifier = createVerifier({
 *   issuer: 'https://issuer.example',
 *   audience: 'https://api.example',
 *   requiredScopes: ['orders:read'],
 * })
 * const { payload, scopes } = await verifier.verify(token)
 * ```
 *
 * The issuer's keys are found by discovery, unless `jwks` has them or says where they are. Several issuers, each with keys
 * of its own:
 *
 * ```js
 * const verifier = createVerifier({
 *   audience: 'https://api.example',
 *   issuers: [
 *     { issuer: 'https://issuer.example' },
 *     { issuer: 'https://partner.example', jwks: 'https://partner.example/keys.json', algorithms: ['ES256'] },
 *     { issuer: 'https://login.example/{tid}/v2.0', jwks: { keys: [...] } },
 *   ],
 * })
 * ```
 *
 * @throws TypeError naming the option that is wrong, unknown or missing
 * @throws errors.JWKSInvalid `jwks` is no JWK Set (RFC 7517 §5)
 * @throws errors.JWKInvalid the one key is malformed, private or too weak (RFC 7517 §4, RFC 7518)
 * @throws errors.JOSENotSupported the one key is of an unknown type or curve
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const given = new Options(options, 'createVerifier')
  given.allowOnly(verifierOptions)
  given.refuseUndefined('algorithms')

  const issuers = readIssuers(given)
  const now = readClock(given)
  const check = given.callback('check') as VerifierRules['check']
  const includeToken = given.boolean('includeTokenInErrors') ?? false
  const policy: CompiledPolicy = {
    issuers: issuers.map(({ policy }) => policy),
    profile: given.oneOf('profile', ['at+jwt', 'jwt', 'any']) ?? 'jwt',
    typ: given.string('typ') ?? null,
    subject: given.string('subject') ?? null,
    requiredClaims: given.strings('requiredClaims', { single: false, empty: true }) ?? [],
    requiredScopes: given.strings('requiredScopes', { single: false, empty: true }) ?? [],
    permissions: given.boolean('permissions') ?? false,
    maxTokenAge: given.period('maxTokenAge') ?? null,
    clockTolerance: given.period('clockTolerance') ?? 0,
    maxTokenSize: given.integer('maxTokenSize', 1, 268_435_456) ?? 16_384,
    crit: given.booleans('crit'),
    strict: true,
    severalKeys: true,
    cacheBytes: readCache(given),
    accelerate: given.boolean('accelerate') ?? true,
  }
  const backend = given.oneOf('backend', ['auto', 'wasm', 'webcrypto']) ?? 'auto'
  const onFault = given.callback('onFault') as VerifierRules['onFault']
  const compiled = new CompiledVerifier(
    policy,
    issuers.map(({ keys }) => keys),
    backend,
    onFault && ((family) => quietly(() => onFault({ family }))),
  )
  compiled.build()

  function conclude(token: unknown, accepted: Accepted): VerifiedToken {
    const known = accepted.known as VerifiedToken | undefined
    const verified = known ?? verifiedToken(accepted.header, accepted.payload, policy.permissions)
    if (policy.cacheBytes > 0 && !known) compiled.remember(token, accepted, deeplyFrozen(verified))
    if (check) applyCheck(check, verified)
    return verified
  }

  function refusal(thrown: unknown, token: unknown): JOSEError {
    const error = thrown instanceof JOSEError ? thrown : errorOfKind('Internal', { cause: thrown })
    if (includeToken) attachToken(error, token)
    return error
  }

  return {
    async verify<Payload>(token: string) {
      try {
        const moment = now()
        const accepted = compiled.verifyAtOnce(token, moment) ?? (await compiled.verify(token, now, moment))
        return conclude(token, accepted) as VerifiedToken<Payload>
      } catch (thrown) {
        throw refusal(thrown, token)
      }
    },
    verifySync<Payload>(token: string) {
      try {
        return conclude(token, compiled.verifySync(token, now())) as VerifiedToken<Payload>
      } catch (thrown) {
        throw refusal(thrown, token)
      }
    },
    async hydrate() {
      let failures: Awaited<ReturnType<typeof compiled.hydrate>>
      try {
        failures = await compiled.hydrate()
      } catch (thrown) {
        throw refusal(thrown, undefined)
      }
      if (failures.length > 0) throw unready(failures, issuers)
    },
    explain(token) {
      try {
        const { checks, accepted } = compiled.explain(token, now())
        if (check) checks.push(explainCheck(() => accepted && conclude(token, accepted)))
        return checks
      } catch (thrown) {
        const { code, message, rfc = '' } = refusal(thrown, token)
        return [{ check: 'ready', what: 'The clock and the keys work', rfc, outcome: 'fail', code, message }]
      }
    },
  }
}

interface Issuer {
  policy: CompiledPolicy['issuers'][number]
  keys: KeyMaterial
}

function readIssuers(given: Options): Issuer[] {
  const audience = readAudience(given)
  const algorithms = readAlgorithms(given)
  const remote = given.read('remote')
  if (given.read('issuers') === undefined) return [readIssuer(given, 'createVerifier', audience, algorithms, remote)]
  for (const name of ['issuer', 'jwks', 'discovery']) {
    if (given.read(name) !== undefined) given.fail(name, 'does not go together with "issuers"')
  }
  const list = given.list('issuers', given.read('issuers'), 'must be an array of { issuer, … }')
  if (list.length === 0) given.fail('issuers', 'must not be empty')
  const names = new Set<string>()
  return list.map((member, index) => {
    const owner = `createVerifier: issuers[${index}]`
    const each = new Options(member, owner)
    each.allowOnly(issuerOptions)
    each.refuseUndefined('algorithms')
    const own = each.read('audience') === undefined ? audience : readAudience(each)
    const issuer = readIssuer(
      each,
      owner,
      own,
      readAlgorithms(each) ?? algorithms,
      each.has('remote') ? each.read('remote') : remote,
    )
    for (const name of issuer.policy.issuer) {
      if (names.has(name)) each.fail('issuer', 'is named twice')
      names.add(name)
    }
    return issuer
  })
}

function readIssuer(
  given: Options,
  owner: string,
  audience: string[] | undefined,
  algorithms: string[] | undefined,
  remote: unknown,
): Issuer {
  const issuer = given.strings('issuer', { single: true, empty: false })
  if (!issuer) given.fail('issuer', 'is required')
  if (!audience) given.fail('audience', 'is required; null accepts tokens that are meant for anybody')
  const keys = readIssuerKeys(given, owner, issuer, remote)
  if (keys.secret && !algorithms) given.fail('algorithms', 'is required with an HMAC secret, such as ["HS256"]')
  const fit = algorithms && fitFor(keys, algorithms)
  if (fit?.length === 0) given.fail('algorithms', 'must name more than HMAC for keys that are fetched')
  return { policy: { issuer, audience, algorithms: fit ?? null }, keys }
}

/** An empty list stands for tokens that are meant for anybody. */
function readAudience(given: Options): string[] | undefined {
  return given.read('audience') === null ? [] : given.strings('audience', { single: true, empty: false })
}

function readAlgorithms(given: Options): string[] | undefined {
  return given.strings('algorithms', { single: false, empty: false })
}

function readCache(given: Options): number {
  const value = given.read('cache')
  if (value === undefined || value === false) return 0
  const cache = new Options(value, 'createVerifier: option "cache"')
  cache.allowOnly(['maxBytes'])
  return cache.integer('maxBytes', 1, 268_435_456) ?? cache.fail('maxBytes', 'is required')
}

function readClock(given: Options): () => number {
  const currentDate = given.date('currentDate')
  const clock = given.callback('clock') as (() => unknown) | undefined
  if (currentDate !== undefined && clock) given.fail('clock', 'does not go together with "currentDate"')
  if (currentDate !== undefined) return () => currentDate
  if (!clock) return () => Date.now() / 1000
  return () => {
    let seconds: unknown
    try {
      seconds = clock()
    } catch (cause) {
      throw errorOfKind('ClockInvalid', { cause })
    }
    // NaN is what the core refuses as a clock.
    return typeof seconds === 'number' ? seconds : Number.NaN
  }
}

function unready(failures: { issuer: number; error: unknown }[], issuers: Issuer[]): JOSEError {
  const errors = failures.map(({ error }) =>
    error instanceof JOSEError ? error : errorOfKind('Internal', { cause: error }),
  )
  const [first = errorOfKind('KeysNotReady')] = errors
  const [name = ''] = issuers[failures[0]?.issuer ?? 0]?.policy.issuer ?? []
  const Class = first.constructor as typeof JOSEError
  return new Class(`${name}: ${first.message}`, {
    ...(first.rfc && { rfc: first.rfc }),
    cause:
      errors.length === 1 ? first : new AggregateError(errors, `the keys of ${errors.length} issuers are not there`),
  })
}

/** Runs code of the application's that has no say. */
function quietly(run: () => unknown): void {
  try {
    run()
  } catch {}
}

function applyCheck(check: NonNullable<VerifierRules['check']>, verified: VerifiedToken): void {
  let answer: unknown
  try {
    answer = check(verified)
  } catch (cause) {
    throw cause instanceof JOSEError ? cause : errorOfKind('CheckRefused', { cause })
  }
  if (answer === undefined) return
  if (answer instanceof Promise) {
    // Its rejection would end a Node process.
    answer.catch(() => {})
    throw errorOfKind('CheckRefused', { message: 'the check answered a promise, but it cannot be async' })
  }
  throw errorOfKind('CheckRefused', typeof answer === 'string' && answer !== '' ? { message: answer } : {})
}

/** The step that stands for the option `check`. */
function explainCheck(conclude: () => VerifiedToken | undefined): ExplainedCheck {
  const step = { check: 'check', what: "The application's own check accepts the token", rfc: 'RFC 7519 §4.3' }
  try {
    return { ...step, outcome: conclude() ? 'pass' : 'not-reached' }
  } catch (thrown) {
    const { code, message } = thrown as JOSEError
    return { ...step, outcome: 'fail', code, message }
  }
}
