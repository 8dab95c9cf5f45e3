// Peers that are built on node:crypto. A factory answers undefined where the peer does not offer the algorithm.
import { createHmac, createPublicKey, createSecretKey, timingSafeEqual, verify } from 'node:crypto'
import { JwtVerifier } from 'aws-jwt-verify'
import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt'
import { createDecoder, createVerifier } from 'fast-jwt'
import jsonwebtoken from 'jsonwebtoken'
import { inputAndSignature } from '../support/platform.mjs'

const keyObject = ({ alg, jwk }) =>
  alg.startsWith('HS') ? createSecretKey(Buffer.from(jwk.k, 'base64url')) : createPublicKey({ key: jwk, format: 'jwk' })

function ofFastJwt(fixture, more) {
  const key = keyObject(fixture)
  return createVerifier({
    key: key.type === 'secret' ? key.export() : key.export({ format: 'pem', type: 'spki' }),
    algorithms: [fixture.alg],
    allowedIss: fixture.issuer,
    allowedAud: fixture.audience,
    ...more,
  })
}

export const verifying = {
  'fast-jwt': (fixture) => ({ call: ofFastJwt(fixture, { cache: false }) }),
  jsonwebtoken: (fixture) => {
    const { alg, issuer, audience } = fixture
    if (alg === 'EdDSA') return
    const key = keyObject(fixture)
    const options = { issuer, audience, algorithms: [alg] }
    return { call: (token) => jsonwebtoken.verify(token, key, options) }
  },
  'aws-jwt-verify': ({ alg, jwk, issuer, audience }) => {
    if (alg.startsWith('HS') || alg.startsWith('PS')) return
    const verifier = JwtVerifier.create({ issuer, audience, jwksUri: `${issuer}/jwks` })
    verifier.cacheJwks({ keys: [jwk] })
    return { call: (token) => verifier.verifySync(token) }
  },
}

export const remembering = {
  'fast-jwt, cache': (fixture) => ({ call: ofFastJwt(fixture, { cache: 4096 }) }),
}

export const signatureAlone = {
  '(crypto.verify alone)': (fixture) => {
    const { alg, tokens } = fixture
    const key = keyObject(fixture)
    const partsOf = (token) => {
      const { input, signature } = inputAndSignature(token)
      return { input, signature: alg.startsWith('ES') ? der(signature) : signature }
    }
    const parts = new Map(tokens.map((token) => [token, partsOf(token)]))
    const check = alg.startsWith('HS') ? hmac(key) : signature(alg, key)
    const call = (token) => {
      const { input, signature } = parts.get(token) ?? partsOf(token)
      if (!check(input, signature)) throw new Error('another signature')
    }
    return { call }
  },
}

function hmac(key) {
  return (input, signature) => timingSafeEqual(createHmac('sha256', key).update(input).digest(), signature)
}

function signature(alg, key) {
  const digest = alg === 'EdDSA' ? null : `sha${alg.slice(2)}`
  // For { key, … } in place of the bare key Node reads the key anew at each call, so ECDSA gets its signatures in DER instead.
  const how = alg.startsWith('PS') ? { key, padding: 6, saltLength: 32 } : key
  return (input, signature) => verify(digest, input, how, signature)
}

/** An ECDSA signature of JWS (RFC 7518 §3.4) as OpenSSL takes it (RFC 3279 §2.2.3). */
function der(signature) {
  const half = signature.length / 2
  const numbers = [signature.subarray(0, half), signature.subarray(half)].map((number) => {
    const bytes = number.subarray(number.findIndex((byte) => byte !== 0))
    const sign = bytes[0] >= 0x80 ? [0] : []
    return Buffer.from([2, sign.length + bytes.length, ...sign, ...bytes])
  })
  return Buffer.concat([Buffer.from([0x30, numbers[0].length + numbers[1].length]), ...numbers])
}

export const decoding = {
  'fast-jwt decode': () => ({ call: createDecoder() }),
  'jsonwebtoken decode': () => ({ call: (token) => jsonwebtoken.decode(token) }),
  'aws-jwt-verify decompose': () => ({ call: (token) => decomposeUnverifiedJwt(token).payload }),
}
