import { JwtVerifier } from 'aws-jwt-verify'

export function verified({ jwk, issuer, audience }, token) {
  const verifier = JwtVerifier.create({ issuer, audience, jwksUri: `${issuer}/jwks` })
  verifier.cacheJwks({ keys: [jwk] })
  return verifier.verify(token)
}
