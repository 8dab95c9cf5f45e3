import { bytesOf } from './tokens.mjs'

const PLATFORM = {
  RS256: [{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }],
  PS256: [{ name: 'RSA-PSS', hash: 'SHA-256' }, { saltLength: 32 }],
  PS512: [{ name: 'RSA-PSS', hash: 'SHA-512' }, { saltLength: 64 }],
  ES256: [{ name: 'ECDSA', namedCurve: 'P-256' }, { hash: 'SHA-256' }],
  ES384: [{ name: 'ECDSA', namedCurve: 'P-384' }, { hash: 'SHA-384' }],
  ES512: [{ name: 'ECDSA', namedCurve: 'P-521' }, { hash: 'SHA-512' }],
  EdDSA: [{ name: 'Ed25519' }],
  Ed25519: [{ name: 'Ed25519' }],
  HS256: [{ name: 'HMAC', hash: 'SHA-256' }],
  HS512: [{ name: 'HMAC', hash: 'SHA-512' }],
}

/** The algorithms, of those that the data has a good token for, that this runtime's WebCrypto does not verify. */
export async function lackedAlgorithms({ attacks: { cases } }) {
  const lacked = new Set(['ES256K', 'ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'])
  for (const { id, token, jwks } of cases) {
    const alg = /^ok-(?:alg-(\w+)|low-s)$/.exec(id)
    if (!alg) continue
    const name = jwks.keys[0].alg
    const [parameters, more] = PLATFORM[name]
    const { kid, use, alg: _, ...key } = jwks.keys[0]
    try {
      const imported = await crypto.subtle.importKey('jwk', key, parameters, true, ['verify'])
      const [header, payload, signature] = token.split('.')
      const data = new TextEncoder().encode(`${header}.${payload}`)
      await crypto.subtle.verify({ ...parameters, ...more }, imported, bytesOf(signature), data)
    } catch {
      lacked.add(name)
    }
  }
  return lacked
}
