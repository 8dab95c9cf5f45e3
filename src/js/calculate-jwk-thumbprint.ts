import { errorFromStatus } from './error-from-status.js'
import { JWKInvalid } from './errors.js'
import { exportKey, readKey } from './keys.js'
import type { CryptoKeyInput, JWK, KeyObject } from './types.js'
import { engine } from './verify-engine.js'

/**
 * The thumbprint of a key (RFC 7638), as in jose: the same for the same key, whatever else its JWK says.
 *
 * ```js
 * const kid = await calculateJwkThumbprint(jwk)
 * ```
 *
 * @param key a JWK, a `CryptoKey` that can be exported, or a `KeyObject`
 * @param digestAlgorithm the hash function. Default: `sha256`
 * @returns the digest in base64url
 * @throws TypeError `key` is of another type, or `digestAlgorithm` is none of the three
 * @throws errors.JWKInvalid a required member is missing or not acceptable (RFC 7638 §3.2)
 * @throws errors.JOSENotSupported the key's type is not supported
 */
export async function calculateJwkThumbprint(
  key: JWK | CryptoKeyInput | KeyObject,
  digestAlgorithm: 'sha256' | 'sha384' | 'sha512' = 'sha256',
): Promise<string> {
  if (!['sha256', 'sha384', 'sha512'].includes(digestAlgorithm)) {
    throw new TypeError('calculateJwkThumbprint: the digest algorithm must be "sha256", "sha384" or "sha512"')
  }
  const name = 'calculateJwkThumbprint: the key'
  let material = typeof key === 'object' ? readKey(key, name) : undefined
  if (material?.form === 'platform') material = await exportKey(material.key)
  if (material?.form === 'external') throw new JWKInvalid('the CryptoKey cannot be exported')
  if (material?.form !== 'jwk') throw new TypeError(`${name} must be a JWK, a CryptoKey or a KeyObject`)
  const { text } = material
  try {
    return engine.run((glue) => glue.thumbprint(text, digestAlgorithm))
  } catch (thrown) {
    throw typeof thrown === 'number' ? errorFromStatus(thrown) : thrown
  }
}
