import { createPublicKey } from 'node:crypto'
import jsonwebtoken from 'jsonwebtoken'

export function verified({ alg, jwk, issuer, audience }, token) {
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  return jsonwebtoken.verify(token, key, { issuer, audience, algorithms: [alg] })
}
