// Peers that need no more than WebCrypto. A factory answers undefined where the peer does not offer the algorithm.
import { verify as verifyOfCloudflareWorkerJwt } from '@tsndr/cloudflare-worker-jwt'
import { JwtVerifier } from 'aws-jwt-verify'
import { verify as verifyOfHono } from 'hono/jwt'
import { createLocalJWKSet, decodeJwt, importJWK, jwtVerify } from 'jose'
import { jwtDecode } from 'jwt-decode'
import { bytesOf, importForWebCrypto, inputAndSignature, webCryptoAlgorithm } from '../support/platform.mjs'

export const verifying = {
  'jose, awaited': async ({ alg, jwk, issuer, audience }) => {
    const key = await importJWK(jwk, alg)
    const options = { issuer, audience, algorithms: [alg] }
    return { call: async (token) => (await jwtVerify(token, key, options)).payload, awaited: true }
  },
  'jose, key set, awaited': ({ alg, jwk, issuer, audience }) => {
    if (alg.startsWith('HS')) return
    const keys = createLocalJWKSet({ keys: [jwk] })
    const options = { issuer, audience, algorithms: [alg] }
    return { call: async (token) => (await jwtVerify(token, keys, options)).payload, awaited: true }
  },
  'hono/jwt, awaited': async ({ alg, jwk, issuer: iss, audience: aud }) => {
    const key = await importForWebCrypto(alg, jwk)
    return { call: (token) => verifyOfHono(token, key, { alg, iss, aud, typ: 'at+jwt' }), awaited: true }
  },
  'aws-jwt-verify, awaited': ({ alg, jwk, issuer, audience }) => {
    if (alg.startsWith('HS') || alg.startsWith('PS')) return
    const verifier = JwtVerifier.create({ issuer, audience, jwksUri: `${issuer}/jwks` })
    verifier.cacheJwks({ keys: [jwk] })
    return { call: (token) => verifier.verify(token), awaited: true }
  },
  // Checks neither issuer nor audience: the two comparisons are ours.
  '@tsndr/cloudflare-worker-jwt, awaited': async ({ alg, jwk, issuer, audience }) => {
    if (alg === 'PS256' || alg === 'EdDSA') return
    const key = await importForWebCrypto(alg, jwk)
    const call = async (token) => {
      const decoded = await verifyOfCloudflareWorkerJwt(token, key, { algorithm: alg, throwError: true })
      const { iss, aud } = decoded?.payload ?? {}
      if (iss !== issuer || aud !== audience) throw new Error('a token for somebody else')
      return decoded.payload
    }
    return { call, awaited: true }
  },
}

export const signatureAlone = {
  '(subtle.verify alone, awaited)': async ({ alg, jwk, tokens }) => {
    const key = await importForWebCrypto(alg, jwk)
    const algorithm = webCryptoAlgorithm(alg)
    const parts = new Map(tokens.map((token) => [token, inputAndSignature(token)]))
    const call = async (token) => {
      const { input, signature } = parts.get(token) ?? inputAndSignature(token)
      if (!(await crypto.subtle.verify(algorithm, key, signature, input))) throw new Error('another signature')
    }
    return { call, awaited: true }
  },
}

export const decoding = {
  'jose decodeJwt': () => ({ call: decodeJwt }),
  'jwt-decode': () => ({ call: (token) => jwtDecode(token) }),
  '(atob and JSON.parse, no checks)': () => ({
    call: (token) => JSON.parse(new TextDecoder().decode(bytesOf(token.split('.')[1]))),
  }),
}
