// Verification against the peers in one process: known key, no cache of tokens, issuer, audience and times checked, the claims returned.
import assert from 'node:assert/strict'
import { verify as nativeVerify } from 'node:crypto'
import { JwtVerifier } from 'aws-jwt-verify'
import { createVerifier as createFastVerifier } from 'fast-jwt'
import { importJWK, jwtVerify } from 'jose'
import jsonwebtoken from 'jsonwebtoken'
import { createVerifier } from '../pkg/dist/default/index.js'
import { interleave } from './support/interleave.mjs'
import { AUDIENCE, forged, ISSUER, newIssuer } from './support/issuer.mjs'
import { printMachine, printTable } from './support/report.mjs'

const ALGORITHMS = ['HS256', 'RS256', 'ES256', 'EdDSA']
const WITHOUT_EDDSA = ['jsonwebtoken']
const ASYMMETRIC_ONLY = ['aws-jwt-verify']

/** Who takes part, each given the issuer's keys. */
const PEERS = {
  'jotgate verifySync': ({ alg, jwk }) => {
    const { verifySync } = createVerifier({ issuer: ISSUER, audience: AUDIENCE, jwks: jwk, algorithms: [alg] })
    return { call: (token) => verifySync(token).payload }
  },
  'jotgate verify, awaited': ({ alg, jwk }) => {
    const { verify } = createVerifier({ issuer: ISSUER, audience: AUDIENCE, jwks: jwk, algorithms: [alg] })
    return { call: async (token) => (await verify(token)).payload, awaited: true }
  },
  'jose, awaited': async ({ alg, jwk }) => {
    const key = await importJWK(jwk, alg)
    const options = { issuer: ISSUER, audience: AUDIENCE, algorithms: [alg] }
    return { call: async (token) => (await jwtVerify(token, key, options)).payload, awaited: true }
  },
  'fast-jwt': ({ alg, key }) => {
    const pem = key.type === 'secret' ? key.export() : key.export({ format: 'pem', type: 'spki' })
    const call = createFastVerifier({
      key: pem,
      algorithms: [alg],
      allowedIss: ISSUER,
      allowedAud: AUDIENCE,
      cache: false,
    })
    return { call }
  },
  jsonwebtoken: ({ alg, key }) => {
    const options = { issuer: ISSUER, audience: AUDIENCE, algorithms: [alg] }
    return { call: (token) => jsonwebtoken.verify(token, key, options) }
  },
  'aws-jwt-verify': ({ jwk }) => {
    const verifier = JwtVerifier.create({ issuer: ISSUER, audience: AUDIENCE, jwksUri: `${ISSUER}/jwks` })
    verifier.cacheJwks({ keys: [jwk] })
    return { call: (token) => verifier.verifySync(token) }
  },
}

printMachine(['jotgate', 'jose', 'fast-jwt', 'jsonwebtoken', 'aws-jwt-verify'])
for (const alg of ALGORITHMS) {
  const issuer = await newIssuer(alg)
  const cells = []
  for (const [name, enter] of Object.entries(PEERS)) {
    if (alg === 'EdDSA' && WITHOUT_EDDSA.includes(name)) continue
    if (alg.startsWith('HS') && ASYMMETRIC_ONLY.includes(name)) continue
    const cell = { name, tokens: issuer.tokens, ...(await enter(issuer)) }
    await prove(cell, issuer)
    cells.push(cell)
  }
  if (!alg.startsWith('HS')) cells.push(signatureAlone(issuer))
  printTable(`${alg}, ${issuer.tokens[0].length} bytes`, await interleave(cells))
}

/** It returns the claims, and refuses a forged signature and a token for somebody else. */
async function prove({ call, tokens }, { forElsewhere }) {
  for (const [index, token] of tokens.entries()) assert.equal((await call(token)).sub, `user-${index}`)
  for (const refused of [forged(tokens[0]), forElsewhere]) await assert.rejects(async () => call(refused))
}

/** What the platform's own code takes for nothing but the signature: no reading, no claims. */
function signatureAlone({ alg, key, tokens }) {
  const parts = new Map(
    tokens.map((token) => {
      const dot = token.lastIndexOf('.')
      const signature = Buffer.from(token.slice(dot + 1), 'base64url')
      return [
        token,
        { input: Buffer.from(token.slice(0, dot)), signature: alg === 'ES256' ? der(signature) : signature },
      ]
    }),
  )
  const digest = alg === 'EdDSA' ? null : 'sha256'
  // With { key, dsaEncoding } in place of the bare key, Node reads the key anew for each call.
  const call = (token) => {
    const { input, signature } = parts.get(token)
    return nativeVerify(digest, input, key, signature)
  }
  for (const token of tokens) assert.equal(call(token), true)
  return { name: '(OpenSSL, the signature alone)', tokens, call }
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
