import { createVerifier } from 'jotgate'

export async function verified({ alg, jwk, issuer, audience }, token) {
  return (await createVerifier({ issuer, audience, jwks: jwk, algorithms: [alg] }).verify(token)).payload
}
