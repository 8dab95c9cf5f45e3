import { importJWK, jwtVerify } from 'jose'

export async function verified({ alg, jwk, issuer, audience }, token) {
  return (await jwtVerify(token, await importJWK(jwk, alg), { issuer, audience, algorithms: [alg] })).payload
}
