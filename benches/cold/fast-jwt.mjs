import { createPublicKey } from 'node:crypto'
import { createVerifier } from 'fast-jwt'

export function verified({ alg, jwk, issuer, audience }, token) {
  const key = createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'pem', type: 'spki' })
  return createVerifier({ key, algorithms: [alg], allowedIss: issuer, allowedAud: audience })(token)
}
