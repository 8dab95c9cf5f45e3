import type { JWK } from './types.js'

interface PlatformAlgorithm {
  /** For `importKey`. */
  key: { name: string; hash?: string; namedCurve?: string }
  /** For `verify`. */
  signature: { name: string; hash?: string; saltLength?: number }
  /** Bytes of a signature; that of an RSA key is as long as its modulus. */
  length?: number
  /** Who is faster where either may check: the round trip to the platform, or the module, at once, once it is warm, or if it then has fused multiply-adds. */
  faster: 'platform' | 'module' | 'warm module' | 'warm module that fuses'
}

/** How WebCrypto names a JWS algorithm, RFC 7518 §3.1; undefined where it has no name for it. */
export function platformAlgorithm(alg: string): PlatformAlgorithm | undefined {
  const bits = alg.slice(2)
  const hash = `SHA-${bits}`
  switch (alg) {
    case 'RS256':
    case 'RS384':
    case 'RS512':
      return {
        key: { name: 'RSASSA-PKCS1-v1_5', hash },
        signature: { name: 'RSASSA-PKCS1-v1_5' },
        faster: rsaIsFaster(),
      }
    case 'PS256':
    case 'PS384':
    case 'PS512':
      // The salt is as long as the hash, RFC 7518 §3.5.
      return {
        key: { name: 'RSA-PSS', hash },
        signature: { name: 'RSA-PSS', saltLength: Number(bits) / 8 },
        faster: rsaIsFaster(),
      }
    case 'ES256':
    case 'ES384':
    case 'ES512':
      return {
        key: { name: 'ECDSA', namedCurve: bits === '512' ? 'P-521' : `P-${bits}` },
        signature: { name: 'ECDSA', hash },
        length: bits === '512' ? 132 : Number(bits) / 4,
        // P-521 has no accelerator.
        faster: bits === '512' ? 'platform' : 'warm module',
      }
    case 'EdDSA':
    case 'Ed25519':
      return { key: { name: 'Ed25519' }, signature: { name: 'Ed25519' }, length: 64, faster: 'module' }
    case 'HS256':
    case 'HS384':
    case 'HS512':
      return { key: { name: 'HMAC', hash }, signature: { name: 'HMAC' }, length: Number(bits) / 8, faster: 'module' }
    case 'ML-DSA-44':
    case 'ML-DSA-65':
    case 'ML-DSA-87':
      return { key: { name: alg }, signature: { name: alg }, faster: 'module' }
    default:
      return undefined
  }
}

/** By a key of 2048 bits, in benches/README.md: Workers are faster, browsers than a module that does not fuse; Node, Deno and Bun are not. */
function rsaIsFaster(): PlatformAlgorithm['faster'] {
  const { userAgent = '' } = (globalThis.navigator as Navigator | undefined) ?? {}
  if (userAgent === 'Cloudflare-Workers') return 'platform'
  return userAgent.startsWith('Mozilla/') ? 'warm module that fuses' : 'warm module'
}

/** The platform's WebCrypto; browsers have none outside secure contexts. */
export function subtleCrypto(): SubtleCrypto | undefined {
  return (globalThis.crypto as Crypto | undefined)?.subtle
}

/** Imports a key that the core has accepted. Rejects where the platform does not offer the algorithm or the key's size. */
export async function importPlatformKey(publicJwk: string, algorithm: PlatformAlgorithm): Promise<CryptoKey> {
  const { kty, crv, n, e, x, y, k, pub } = JSON.parse(publicJwk) as JWK
  // Without alg, use and key_ops: the core has judged them, and platforms differ in what they make of them.
  const jwk = { kty, crv, n, e, x, y, k, ...(pub !== undefined && { pub, alg: algorithm.key.name }) }
  const members = Object.fromEntries(Object.entries(jwk).filter(([, value]) => value !== undefined))
  const subtle = subtleCrypto()
  if (!subtle) throw new Error('there is no WebCrypto here')
  return subtle.importKey('jwk', members as JsonWebKey, algorithm.key, true, ['verify'])
}

/** Whether the signature verifies. Rejects where the platform does not offer the algorithm or the key's size. */
export async function verifyOnPlatform(
  algorithm: PlatformAlgorithm,
  key: CryptoKey,
  signature: Uint8Array<ArrayBuffer>,
  signingInput: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const { modulusLength } = key.algorithm as { modulusLength?: number }
  const length = algorithm.length ?? (modulusLength === undefined ? undefined : Math.ceil(modulusLength / 8))
  // At another length some platforms throw, which must not look like an algorithm that they lack.
  if (length !== undefined && signature.length !== length) return false
  return (await subtleCrypto()?.verify(algorithm.signature, key, signature, signingInput)) === true
}
