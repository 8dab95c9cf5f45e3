import { createVerifier } from 'jotgate'

export function verified({ alg, jwk, issuer, audience }, token) {
  return createVerifier({ issuer, audience, jwks: jwk, algorithms: [alg] }).verifySync(token).payload
}
