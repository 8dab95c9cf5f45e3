import { bytesOf } from './tokens.mjs'

const rsa = (name, bits) => [
  { name, hash: `SHA-${bits}` },
  { name, saltLength: bits / 8 },
]
const ecdsa = (namedCurve, bits) => [
  { name: 'ECDSA', namedCurve },
  { name: 'ECDSA', hash: `SHA-${bits}` },
]
const hmac = (bits) => [{ name: 'HMAC', hash: `SHA-${bits}` }, { name: 'HMAC' }]
const eddsa = [{ name: 'Ed25519' }, { name: 'Ed25519' }]

/** What WebCrypto takes to import a key and to verify with it; it has no name for ES256K. */
const PARAMETERS = {
  RS256: rsa('RSASSA-PKCS1-v1_5', 256),
  RS384: rsa('RSASSA-PKCS1-v1_5', 384),
  RS512: rsa('RSASSA-PKCS1-v1_5', 512),
  PS256: rsa('RSA-PSS', 256),
  PS384: rsa('RSA-PSS', 384),
  PS512: rsa('RSA-PSS', 512),
  ES256: ecdsa('P-256', 256),
  ES384: ecdsa('P-384', 384),
  ES512: ecdsa('P-521', 512),
  EdDSA: eddsa,
  Ed25519: eddsa,
  HS256: hmac(256),
  HS384: hmac(384),
  HS512: hmac(512),
}

/** Whether this runtime's own WebCrypto, asked without jotgate, imports the row's key. */
export async function isImported({ alg, key: { kid, ...key } }) {
  try {
    await crypto.subtle.importKey('jwk', key, PARAMETERS[alg][0], true, ['verify'])
    return true
  } catch {
    return false
  }
}

/** Whether it also verifies the row's token, which is good for certain. */
export async function isOffered({ alg, key: { kid, ...key }, token }) {
  try {
    const [importing, verifying] = PARAMETERS[alg]
    const imported = await crypto.subtle.importKey('jwk', key, importing, true, ['verify'])
    const [header, payload, signature] = token.split('.')
    const data = new TextEncoder().encode(`${header}.${payload}`)
    await crypto.subtle.verify(verifying, imported, bytesOf(signature), data)
    return true
  } catch {
    return false
  }
}

/** The algorithms that this runtime's WebCrypto does not offer at all; some it offers only for keys of usual sizes. */
export async function lackedAlgorithms({ algorithms }) {
  const lacked = new Set(algorithms.map(({ alg }) => alg))
  for (const row of algorithms) if (await isOffered(row)) lacked.delete(row.alg)
  return lacked
}
