// jotgate as its users call it. Whoever bundles or imports this has `jotgate` resolve to the built package.
import { createVerifier, decodeJwt } from 'jotgate'

const verifierOf = ({ alg, jwk, issuer, audience }, more) =>
  createVerifier({ issuer, audience, jwks: jwk, algorithms: [alg], ...more })

export const verifying = {
  'jotgate verifySync': (fixture) => {
    const { verifySync } = verifierOf(fixture)
    return { call: (token) => verifySync(token).payload }
  },
  'jotgate verify, awaited': (fixture) => {
    const { verify } = verifierOf(fixture)
    return { call: async (token) => (await verify(token)).payload, awaited: true }
  },
}

// HMAC has no accelerator.
export const verifyingByCrates = {
  '(jotgate, accelerate: false)': (fixture) => {
    if (fixture.alg.startsWith('HS')) return
    const { verifySync } = verifierOf(fixture, { accelerate: false })
    return { call: (token) => verifySync(token).payload }
  },
}

export const remembering = {
  'jotgate, cache': (fixture) => {
    const { verifySync } = verifierOf(fixture, { cache: { maxBytes: 4 * 1024 * 1024 } })
    return { call: (token) => verifySync(token).payload }
  },
}

export const decoding = { 'jotgate decodeJwt': () => ({ call: decodeJwt }) }
