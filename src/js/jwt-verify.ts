import { type Accepted, type Candidate, type CompiledPolicy, CompiledVerifier } from './compiled-verifier.js'
import { errorOfKind } from './error-from-status.js'
import { JOSEError, JWKSMultipleMatchingKeys } from './errors.js'
import { keySources } from './key-set-source.js'
import { fitFor, isImmutable, type KeyMaterial, keySets, readKey, sameKey } from './keys.js'
import { type LocalJWKSet, multipleMatchingKeys } from './local-jwk-set.js'
import { Options } from './options.js'
import type { RemoteJWKSet } from './remote-jwk-set.js'
import { attachToken } from './token-in-errors.js'
import type {
  FlattenedJWSInput,
  JWTHeader,
  JWTPayload,
  JWTVerifyGetKey,
  JWTVerifyOptions,
  JWTVerifyResult,
  KeyInput,
  ResolvedKey,
} from './types.js'

/**
 * Verifies a token, as in jose: `exp`, `nbf` and `iat` are checked when they are there, `iss`, `aud`, `sub` and `typ` when
 * asked for. Tokens and keys are read as strictly as everywhere in jotgate. For strict defaults and for speed, see
 * `createVerifier`.
 *
 * ```js
 * const { payload, protectedHeader } = await jwtVerify(token, publicKey, {
 *   issuer: 'https://issuer.example',
 *   audience: 'https://api.example',
 * })
 * ```
 *
 * @param token a compact JWS (RFC 7515 §7.1), as text or as its bytes
 * @param key a key, a key set, or a function that finds one; a single key given here verifies whatever `kid` says
 * @throws errors.JWSInvalid, errors.JWTInvalid the token is malformed (RFC 7515, RFC 7519 §7.2)
 * @throws errors.JOSEAlgNotAllowed `alg` is not among `algorithms`, or does not fit the kind of key (RFC 8725 §3.1)
 * @throws errors.JOSENotSupported an encrypted token, an extension or a key that is not supported
 * @throws errors.JWKInvalid, errors.JWKSInvalid the key or the key set is not acceptable (RFC 7517)
 * @throws errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys not exactly one key of the set fits (RFC 7517 §4)
 * @throws errors.JWSSignatureVerificationFailed the signature does not verify (RFC 7515 §5.2)
 * @throws errors.JWTExpired, errors.JWTClaimValidationFailed a claim is not acceptable (RFC 7519 §4.1)
 * @throws errors.JotgateTokenTooLarge the token is longer than `maxTokenSize`
 * @throws errors.JWKSTimeout, errors.JotgateKeysUnavailable, errors.JWKSInvalid a set on the network cannot be had
 * @throws TypeError naming the option or key that is of no use; and whatever the key function throws
 */
export async function jwtVerify<Payload = JWTPayload>(
  token: string | Uint8Array,
  key: KeyInput,
  options?: JWTVerifyOptions,
): Promise<JWTVerifyResult<Payload>>
export async function jwtVerify<Payload = JWTPayload>(
  token: string | Uint8Array,
  getKey: JWTVerifyGetKey,
  options?: JWTVerifyOptions,
): Promise<JWTVerifyResult<Payload> & ResolvedKey>
export async function jwtVerify<Payload = JWTPayload>(
  token: string | Uint8Array,
  key: KeyInput | JWTVerifyGetKey,
  options?: JWTVerifyOptions,
): Promise<JWTVerifyResult<Payload> & Partial<ResolvedKey>>
export async function jwtVerify(
  token: string | Uint8Array,
  key: KeyInput | JWTVerifyGetKey | LocalJWKSet | RemoteJWKSet,
  options: JWTVerifyOptions = {},
): Promise<JWTVerifyResult & Partial<ResolvedKey>> {
  const settings = readSettings(options, 'jwtVerify')
  let chosen: unknown = key
  if (isKeyFunction(key)) {
    const { header, segments } = refusing(settings, token, () => screen(settings, token))
    chosen = await key(header, segments)
  }
  const verifier = verifierFor(chosen, settings)
  let accepted: Accepted
  try {
    // Between a verdict and its arrival here, the set may have been exchanged: then the key is at another place.
    do accepted = await verifier.verify(token, settings.now)
    while (!verifier.holds(accepted))
  } catch (thrown) {
    throw refusal(thrown, chosen, settings, token)
  }
  const result = resultOf(accepted)
  if (isKeyFunction(key)) return { ...result, key: chosen as KeyInput }
  if (typeof key !== 'function') return result
  const candidate = { ...accepted, alg: result.protectedHeader.alg }
  return { ...result, key: await verifier.platformKey(candidate).catch(() => verifier.publicJwk(candidate)) }
}

/**
 * {@link jwtVerify} at once, with jotgate's own signature code: no promise, also in browsers.
 *
 * ```js
 * const { payload } = jwtVerifySync(token, jwk, { issuer: 'https://issuer.example', audience: 'https://api.example' })
 * ```
 *
 * @param key as for `jwtVerify`; a key function must answer at once
 * @throws what `jwtVerify` rejects with
 * @throws errors.JotgateKeysNotReady the key is a `CryptoKey` that cannot be exported without a promise here, or a set on
 *   the network that was not fetched yet
 * @throws errors.JOSENotSupported the key is a `CryptoKey` that cannot be exported at all
 */
export function jwtVerifySync<Payload = JWTPayload>(
  token: string | Uint8Array,
  key: KeyInput,
  options?: JWTVerifyOptions,
): JWTVerifyResult<Payload>
export function jwtVerifySync<Payload = JWTPayload>(
  token: string | Uint8Array,
  getKey: (protectedHeader: JWTHeader, token: FlattenedJWSInput) => KeyInput,
  options?: JWTVerifyOptions,
): JWTVerifyResult<Payload> & ResolvedKey
export function jwtVerifySync<Payload = JWTPayload>(
  token: string | Uint8Array,
  keys: LocalJWKSet | RemoteJWKSet,
  options?: JWTVerifyOptions,
): JWTVerifyResult<Payload> & ResolvedKey
export function jwtVerifySync(
  token: string | Uint8Array,
  key: KeyInput | JWTVerifyGetKey | LocalJWKSet | RemoteJWKSet,
  options: JWTVerifyOptions = {},
): JWTVerifyResult & Partial<ResolvedKey> {
  const settings = readSettings(options, 'jwtVerifySync')
  let chosen: unknown = key
  if (isKeyFunction(key)) {
    const { header, segments } = refusing(settings, token, () => screen(settings, token))
    chosen = key(header, segments)
    if (chosen instanceof Promise) {
      chosen.catch(() => {})
      throw new TypeError('jwtVerifySync: the key function answered a promise; use jwtVerify')
    }
  }
  const verifier = verifierFor(chosen, settings)
  let accepted: Accepted
  try {
    accepted = verifier.verifySync(token, settings.now())
  } catch (thrown) {
    throw refusal(thrown, chosen, settings, token)
  }
  const result = resultOf(accepted)
  if (isKeyFunction(key)) return { ...result, key: chosen as KeyInput }
  if (typeof key !== 'function') return result
  return { ...result, key: verifier.publicJwk({ ...accepted, alg: result.protectedHeader.alg }) }
}

interface Settings {
  owner: string
  policy: Omit<CompiledPolicy, 'issuers'>
  issuer: string[]
  audience: string[]
  algorithms: string[] | undefined
  now: () => number
  includeToken: boolean
}

// As in jose, options of other names are none of its business.
function readSettings(options: JWTVerifyOptions, owner: string): Settings {
  const given = new Options(options, owner)
  const currentDate = given.date('currentDate')
  return {
    owner,
    issuer: given.strings('issuer', { single: true, empty: false }) ?? [],
    audience: given.strings('audience', { single: true, empty: false }) ?? [],
    algorithms: given.strings('algorithms', { single: false, empty: false }),
    policy: {
      profile: 'any',
      typ: given.string('typ') ?? null,
      subject: given.string('subject') ?? null,
      requiredClaims: given.strings('requiredClaims', { single: false, empty: true }) ?? [],
      requiredScopes: [],
      permissions: false,
      maxTokenAge: given.period('maxTokenAge') ?? null,
      clockTolerance: given.period('clockTolerance') ?? 0,
      maxTokenSize: given.integer('maxTokenSize', 1, 268_435_456) ?? 16_384,
      crit: given.booleans('crit'),
      strict: false,
      severalKeys: false,
      cacheBytes: 0,
      accelerate: true,
    },
    now: () => currentDate ?? Date.now() / 1000,
    includeToken: given.boolean('includeTokenInErrors') ?? false,
  }
}

function isKeyFunction(key: unknown): key is JWTVerifyGetKey {
  return typeof key === 'function' && !keySets.has(key) && !keySources.has(key)
}

const secretAlgorithms = ['HS256', 'HS384', 'HS512']
const allAlgorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'ES256K', 'EdDSA', 'Ed25519'],
  ...['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87', ...secretAlgorithms],
]

/** What a key function is given: the header of a token that is acceptable as far as its key. */
function screen(settings: Settings, token: unknown): { header: JWTHeader; segments: FlattenedJWSInput } {
  const verifier = compiled(screens, settings, settings.algorithms ?? allAlgorithms, [])
  const header = verifier.header(token)
  const [encodedHeader = '', payload = '', signature = ''] = verifier.admit(token).split('.')
  return { header, segments: { protected: encodedHeader, payload, signature } }
}

// Verifiers by their policies, and those by their keys.
type Verifiers = Map<string, CompiledVerifier>
const VERIFIERS_KEPT = 16
// Those that hold memory in the module, the longest unused first: many callers make their key anew for each token.
const used: Set<CompiledVerifier> = /* @__PURE__ */ new Set()
const USED_KEPT = 64
const screens: Verifiers = /* @__PURE__ */ new Map()
const byObject: WeakMap<object, { material: KeyMaterial; verifiers: Verifiers }> = /* @__PURE__ */ new WeakMap()
const byText: Map<string, { material: KeyMaterial; verifiers: Verifiers }> = /* @__PURE__ */ new Map()

function verifierFor(key: unknown, settings: Settings): CompiledVerifier {
  const { material, verifiers } = known(key, settings)
  // What the key is good for, as in jose: HMAC for secrets, and never for a key set.
  const algorithms = settings.algorithms ?? (material.secret ? secretAlgorithms : null)
  return compiled(verifiers, settings, algorithms && fitFor(material, algorithms), [material])
}

function known(key: unknown, settings: Settings): { material: KeyMaterial; verifiers: Verifiers } {
  const name = `${settings.owner}: the key`
  if (typeof key === 'string') {
    const before = byText.get(key)
    if (before) return before
    const entry = { material: readKey(key, name), verifiers: new Map() }
    keepFew(byText, key, entry)
    return entry
  }
  const object = (typeof key === 'object' || typeof key === 'function') && key !== null ? key : undefined
  const before = object && byObject.get(object)
  if (before && isImmutable(object)) return before
  const material = readKey(key, name)
  // The object may have been changed since it was last seen.
  if (before && sameKey(before.material, material)) return before
  const entry = { material, verifiers: new Map() }
  if (object) byObject.set(object, entry)
  return entry
}

function compiled(
  verifiers: Verifiers,
  { policy, issuer, audience }: Settings,
  algorithms: string[] | null,
  keys: KeyMaterial[],
): CompiledVerifier {
  const whole: CompiledPolicy = { ...policy, issuers: [{ issuer, audience, algorithms }] }
  const name = JSON.stringify(whole)
  let verifier = verifiers.get(name)
  if (!verifier) {
    verifier = new CompiledVerifier(whole, keys, 'auto')
    keepFew(verifiers, name, verifier)
  }
  used.delete(verifier)
  used.add(verifier)
  const [longestUnused] = used
  if (longestUnused && used.size > USED_KEPT) {
    used.delete(longestUnused)
    longestUnused.release()
  }
  return verifier
}

function keepFew<Value>(map: Map<string, Value>, name: string, value: Value): void {
  const [oldest] = map.keys()
  if (oldest !== undefined && map.size >= VERIFIERS_KEPT) map.delete(oldest)
  map.set(name, value)
}

function resultOf({ header, payload }: Accepted): JWTVerifyResult {
  return { payload: JSON.parse(payload) as JWTPayload, protectedHeader: header }
}

function refusing<Result>(settings: Settings, token: unknown, work: () => Result): Result {
  try {
    return work()
  } catch (thrown) {
    throw refusal(thrown, undefined, settings, token)
  }
}

function refusal(thrown: unknown, key: unknown, settings: Settings, token: unknown): Error {
  // Not of the token, but of `jotgate/slim` without its module.
  if (thrown instanceof TypeError) return thrown
  let error = thrown instanceof JOSEError ? thrown : errorOfKind('Internal', { cause: thrown })
  if (error instanceof JWKSMultipleMatchingKeys) error = withCandidates(error, key, settings, token)
  if (settings.includeToken) attachToken(error, token)
  return error
}

function withCandidates(error: JOSEError, key: unknown, settings: Settings, token: unknown): JOSEError {
  const several = verifierFor(key, { ...settings, policy: { ...settings.policy, severalKeys: true } })
  let candidates: Candidate[]
  try {
    candidates = several.candidates(token)
  } catch {
    return error
  }
  return multipleMatchingKeys(several, candidates)
}
