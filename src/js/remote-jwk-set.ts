import { JWKSNoMatchingKey } from './errors.js'
import { RemoteDocument } from './key-set-document.js'
import { type RemoteJWKSetOptions, readKeySetUrl, readRemoteOptions } from './key-set-options.js'
import { keySources, type Snapshot } from './key-set-source.js'
import { validateKeySet } from './key-set-validation.js'
import { createLocalJWKSet, type LocalJWKSet } from './local-jwk-set.js'
import type { CryptoKey, FlattenedJWSInput, JSONWebKeySet, JWTHeader, URLObject } from './types.js'

/** A key function for a key set on the network. Given to `jwtVerify` or `createVerifier`, it stands for its set. */
export interface RemoteJWKSet {
  /**
   * The one key for a header, imported for WebCrypto; fetches the set where that is needed.
   *
   * @throws errors.JWKSNoMatchingKey no key of the set fits (RFC 7517 §4), also after it was fetched anew
   * @throws errors.JWKSMultipleMatchingKeys several fit; iterate the error to try them
   * @throws errors.JWKSTimeout, errors.JotgateKeysUnavailable, errors.JWKSInvalid there is no usable set
   * @throws errors.JOSENotSupported the set verifies no such `alg`, or this platform's WebCrypto does not
   */
  (protectedHeader?: Partial<JWTHeader>, token?: FlattenedJWSInput): Promise<CryptoKey>
  /** Whether the last answer of the endpoint is younger than `cooldownDuration`. */
  readonly coolingDown: boolean
  /** Whether there is a set that has not expired. */
  readonly fresh: boolean
  /** Whether the set is being fetched. */
  readonly reloading: boolean
  /** Fetches the set now, whatever is there; joins a fetch in flight. Rejects where that fails; the last set then stays. */
  reload(): Promise<void>
  /** A copy of the last good set, however old; `undefined` before there is one. */
  jwks(): JSONWebKeySet | undefined
}

/**
 * A key function for a JWK Set at a URL, as in jose: fetched when first needed, by one request for all, kept, refreshed
 * behind the responses, and still used while the endpoint is down.
 *
 * ```js
 * const keys = createRemoteJWKSet('https://issuer.example/.well-known/jwks.json')
 * const verifier = createVerifier({ issuer: 'https://issuer.example', audience: 'https://api.example', jwks: keys })
 * ```
 *
 * @param url where the JWK Set (RFC 7517 §5) is: https, or http on this machine with `allowInsecureLoopback`
 * @throws TypeError naming the option that is wrong or unknown
 */
export function createRemoteJWKSet(url: URLObject | string, options?: RemoteJWKSetOptions): RemoteJWKSet {
  const settings = readRemoteOptions(options, 'createRemoteJWKSet')
  const { cache, maxKeys } = settings
  const document = new RemoteDocument({
    url: readKeySetUrl(url, settings.loopback, 'createRemoteJWKSet'),
    settings,
    validate: (text) => validateKeySet(text, maxKeys),
    arrived: (text, uat) => cache && Object.assign(cache, { jwks: JSON.parse(text), uat }),
  })
  if (cache && typeof cache.uat === 'number' && Number.isFinite(cache.uat)) {
    try {
      const text = JSON.stringify(cache.jwks)
      validateKeySet(text, maxKeys)
      document.seed(text, cache.uat)
    } catch {
      // As in jose, an object that holds no set is an empty one.
    }
  }

  let local: { version: number; keys: LocalJWKSet } | undefined
  function localSet({ text, version }: Snapshot): LocalJWKSet {
    if (local?.version !== version) local = { version, keys: createLocalJWKSet(JSON.parse(text) as JSONWebKeySet) }
    return local.keys
  }

  async function remoteJWKSet(protectedHeader?: Partial<JWTHeader>, token?: FlattenedJWSInput): Promise<CryptoKey> {
    const snapshot = await source.ready()
    try {
      return await localSet(snapshot)(protectedHeader, token)
    } catch (error) {
      if (!(error instanceof JWKSNoMatchingKey)) throw error
      const { kid, alg = '' } = protectedHeader ?? {}
      const newer = await source.missed(kid, alg, snapshot.version)
      if (!newer) throw error
      return localSet(newer)(protectedHeader, token)
    }
  }

  const source = {
    current: () => document.current(),
    due: () => document.due(),
    ready: () => document.ready(),
    missed: (kid: string | undefined, alg: string, used: number) => document.missed(JSON.stringify([alg, kid]), used),
  }
  keySources.set(remoteJWKSet, source)
  return Object.defineProperties(remoteJWKSet as RemoteJWKSet, {
    coolingDown: { get: () => document.coolingDown, enumerable: true },
    fresh: { get: () => document.fresh, enumerable: true },
    reloading: { get: () => document.reloading, enumerable: true },
    reload: { value: () => document.reload(), enumerable: true },
    jwks: { value: () => document.last && (JSON.parse(document.last.text) as JSONWebKeySet), enumerable: true },
  })
}
