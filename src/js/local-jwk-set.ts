import { type Candidate, type CompiledPolicy, CompiledVerifier } from './compiled-verifier.js'
import { errorOfKind } from './error-from-status.js'
import { JOSEAlgNotAllowed, JOSENotSupported, JWKSMultipleMatchingKeys } from './errors.js'
import { keySets, readKey } from './keys.js'
import type { CryptoKey, FlattenedJWSInput, JSONWebKeySet, JWTHeader } from './types.js'

/** A key function for a key set at hand. Given to `jwtVerify` or `createVerifier`, it stands for its set. */
export interface LocalJWKSet {
  /**
   * The one key for a header, imported for WebCrypto.
   *
   * @throws errors.JWKSNoMatchingKey no key of the set fits (RFC 7517 §4)
   * @throws errors.JWKSMultipleMatchingKeys several fit; iterate the error to try them
   * @throws errors.JOSENotSupported the set verifies no such `alg`, or this platform's WebCrypto does not
   */
  (protectedHeader?: Partial<JWTHeader>, token?: FlattenedJWSInput): Promise<CryptoKey>
  /** A copy of the key set. */
  jwks(): JSONWebKeySet
}

/** Any token, of the asymmetric algorithms, as far as its key. */
export const anyToken: CompiledPolicy = {
  issuers: [{ issuer: [], audience: [], algorithms: null }],
  profile: 'any',
  typ: null,
  subject: null,
  requiredClaims: [],
  requiredScopes: [],
  permissions: false,
  maxTokenAge: null,
  clockTolerance: 0,
  maxTokenSize: 16_384,
  crit: [],
  strict: false,
  severalKeys: true,
  cacheBytes: 0,
  accelerate: true,
}

/**
 * A key function for a JWK Set at hand, as in jose.
 *
 * ```js
 * const keys = createLocalJWKSet({ keys: [...] })
 * const { payload } = await jwtVerify(token, keys, { issuer, audience })
 * ```
 *
 * @param jwks a JWK Set (RFC 7517 §5), copied; members that cannot be used are passed over
 * @throws errors.JWKSInvalid this is no JWK Set
 */
export function createLocalJWKSet(jwks: JSONWebKeySet): LocalJWKSet {
  if (typeof jwks !== 'object' || jwks === null || !Object.hasOwn(jwks, 'keys')) throw errorOfKind('JwksInvalid')
  let material: ReturnType<typeof readKey>
  try {
    material = readKey(jwks, 'createLocalJWKSet: the key set')
  } catch (cause) {
    throw errorOfKind('JwksInvalid', { cause })
  }
  if (material.form !== 'jwks') throw errorOfKind('JwksInvalid')
  const { text } = material
  const verifier = new CompiledVerifier(anyToken, [material], 'auto')
  verifier.build()
  // Most sets are only handed on, as a key.
  verifier.release()

  async function localJWKSet(protectedHeader?: Partial<JWTHeader>): Promise<CryptoKey> {
    const { alg, kid } = protectedHeader ?? {}
    if (typeof alg !== 'string') throw new JOSENotSupported('the header has no alg that a key set could verify')
    if (kid !== undefined && typeof kid !== 'string') throw errorOfKind('NoMatchingKey')
    let candidates: Candidate[]
    try {
      // The core selects keys for tokens, so it gets one that says no more than this.
      candidates = verifier.candidates(`${base64url(JSON.stringify({ alg, kid }))}.e30.AA`)
    } catch (error) {
      if (error instanceof JOSEAlgNotAllowed)
        throw new JOSENotSupported('a key set of public keys verifies no such alg')
      throw error
    }
    const [candidate, ...others] = candidates
    if (!candidate) throw errorOfKind('NoMatchingKey')
    if (others.length > 0) throw multipleMatchingKeys(verifier, candidates)
    return platformKey(verifier, candidate)
  }

  const keySet = Object.assign(localJWKSet, { jwks: () => JSON.parse(text) as JSONWebKeySet })
  keySets.set(keySet, material)
  return keySet
}

/** The error that yields the candidates. */
export function multipleMatchingKeys(verifier: CompiledVerifier, candidates: Candidate[]): JWKSMultipleMatchingKeys {
  return new JWKSMultipleMatchingKeys("several keys match the token's kid and alg", {
    rfc: 'RFC 7517 §4.5',
    async *candidates() {
      for (const candidate of candidates) {
        let key: CryptoKey
        try {
          key = await verifier.platformKey(candidate)
        } catch {
          continue
        }
        yield key
      }
    },
  })
}

async function platformKey(verifier: CompiledVerifier, candidate: Candidate): Promise<CryptoKey> {
  try {
    return await verifier.platformKey(candidate)
  } catch (cause) {
    throw errorOfKind('BackendUnsupported', { cause })
  }
}

function base64url(text: string): string {
  const binary = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('')
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
