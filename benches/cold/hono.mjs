import { verify } from 'hono/jwt'

export function verified({ alg, jwk, issuer: iss, audience: aud }, token) {
  // It imports the key itself, and refuses one that is for verifying alone by a `use`.
  const { use: _, ...key } = jwk
  return verify(token, key, { alg, iss, aud, typ: 'at+jwt' })
}
