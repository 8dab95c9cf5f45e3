// WebCrypto's way of naming what JOSE names otherwise, and the parts of a token for those who get nothing but a signature to check.
const ALGORITHMS = {
  HS256: { name: 'HMAC', hash: 'SHA-256' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32 },
  ES256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  ES384: { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  EdDSA: { name: 'Ed25519' },
}

export const webCryptoAlgorithm = (alg) => ALGORITHMS[alg]

export function importForWebCrypto(alg, { use: _, alg: _alg, kid: _kid, ...jwk }) {
  return crypto.subtle.importKey('jwk', jwk, ALGORITHMS[alg], false, ['verify'])
}

export function bytesOf(base64url) {
  return Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
}

export function inputAndSignature(token) {
  const dot = token.lastIndexOf('.')
  return { input: new TextEncoder().encode(token.slice(0, dot)), signature: bytesOf(token.slice(dot + 1)) }
}
