// What www/worker does, written by hand with jose: the other column of `npm run load`.
import { createRemoteJWKSet, jwtVerify } from 'jose'

const SCOPES = { GET: 'read', POST: 'write' }
const HEADERS = [
  ['x-user', 'sub'],
  ['x-client', 'client_id'],
  ['x-scope', 'scope'],
]
const OF_THE_TOKEN = /^ERR_(JWT|JWS|JWKS_NO_MATCHING_KEY|JOSE_ALG_NOT_ALLOWED|JOSE_NOT_SUPPORTED)/

let keys

export default {
  async fetch(request, { ISSUER, AUDIENCE, JWKS_URI, TIMES, NOTES }) {
    keys ??= createRemoteJWKSet(new URL(JWKS_URI), TIMES)
    const [, token] = /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
    if (!token) return challenge(401, 'Bearer')
    let payload
    try {
      const answer = await jwtVerify(token, keys, {
        issuer: ISSUER,
        audience: AUDIENCE,
        algorithms: ['ES256', 'RS256', 'PS256', 'EdDSA'],
        requiredClaims: ['exp', 'sub'],
      })
      payload = answer.payload
    } catch (error) {
      if (OF_THE_TOKEN.test(error.code)) return challenge(401, 'Bearer error="invalid_token"')
      return new Response(null, { status: 503 })
    }
    const scope = SCOPES[request.method]
    if (!String(payload.scope).split(' ').includes(scope)) {
      return challenge(403, `Bearer error="insufficient_scope", scope="${scope}"`)
    }
    const headers = new Headers(request.headers)
    headers.delete('authorization')
    for (const [name, claim] of HEADERS) headers.set(name, payload[claim])
    return NOTES.fetch(new Request(request, { headers }))
  },
}

function challenge(status, value) {
  return new Response(null, { status, headers: { 'WWW-Authenticate': value, 'Cache-Control': 'no-store' } })
}
