import { ecA, ecB, ed, rsaA, rsaB, secret } from './test-keys.mjs'
import { base64url } from './tokens.mjs'

export const NOW = 1_767_225_600
export const ISSUER = 'https://issuer.example'
export const AUDIENCE = 'https://api.example'

/** The claims of a token that the policies of these tests accept. */
export const CLAIMS = {
  iss: ISSUER,
  sub: 'user-1',
  aud: AUDIENCE,
  client_id: 'client-1',
  iat: NOW - 10,
  exp: NOW + 3600,
  jti: 't-1',
  scope: 'read write',
}

export { ecA, ecB, ed, rsaA, rsaB, secret }

export function publicJwk({ d, p, q, dp, dq, qi, ...members }, more = {}) {
  return { ...members, ...more }
}

const PLATFORM = {
  HS256: { import: { name: 'HMAC', hash: 'SHA-256' }, sign: { name: 'HMAC' } },
  RS256: { import: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, sign: { name: 'RSASSA-PKCS1-v1_5' } },
  ES256: { import: { name: 'ECDSA', namedCurve: 'P-256' }, sign: { name: 'ECDSA', hash: 'SHA-256' } },
}

const imported = new Map()

/** How WebCrypto imports a key for an algorithm of these tests. */
export function importParameters(alg) {
  return PLATFORM[alg].import
}

/**
 * A token of these tests' own issuer, signed by the platform. `payload` and `header` may be texts, to be signed as they
 * are; `alg` is what signs, whatever the header says.
 */
export async function signed(payload = CLAIMS, { alg = 'HS256', key = secret, header = {} } = {}) {
  const head = typeof header === 'string' ? header : JSON.stringify({ alg, typ: 'JWT', ...header })
  const body = typeof payload === 'string' || payload instanceof Uint8Array ? payload : JSON.stringify(payload)
  const signingInput = `${base64url(head)}.${base64url(body)}`
  return `${signingInput}.${await signatureOf(signingInput, alg, key)}`
}

export async function signatureOf(signingInput, alg, key) {
  const data = new TextEncoder().encode(signingInput)
  return base64url(new Uint8Array(await crypto.subtle.sign(PLATFORM[alg].sign, await signingKey(alg, key), data)))
}

function signingKey(alg, key) {
  const form = key instanceof Uint8Array ? 'raw' : 'jwk'
  if (!imported.has(key)) {
    imported.set(key, crypto.subtle.importKey(form, key, PLATFORM[alg].import, false, ['sign']))
  }
  return imported.get(key)
}

/** The policy that accepts `signed()`. */
export function policy(more = {}) {
  return {
    issuer: ISSUER,
    audience: AUDIENCE,
    jwks: secret,
    algorithms: ['HS256'],
    currentDate: new Date(NOW * 1000),
    ...more,
  }
}

export function claims(more, without = []) {
  const all = { ...CLAIMS, ...more }
  for (const name of without) delete all[name]
  return all
}
