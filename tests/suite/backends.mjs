import { createVerifier } from 'jotgate'
import { AUDIENCE, ecA, ISSUER, NOW, publicJwk, rsaA, signed } from './issuer.mjs'
import { isFused } from './rsa-fma.mjs'
import { equal } from './tally.mjs'

const WARM = 64
const MADE = 84
const HERE = globalThis.navigator?.userAgent ?? ''
// Where RSA is faster on the platform, even awaited.
const FAST_RSA = HERE === 'Cloudflare-Workers' || (HERE.startsWith('Mozilla/') && !isFused())

/** Who is asked for a signature's verdict by `backend: 'auto'`. For the first verifiers of all: the module is warm for all at once. */
export async function backends(tally) {
  tally.group('backend: auto')
  for (const [alg, key, accelerate, wanted] of [
    ['ES256', ecA, true, WARM],
    ['ES256', ecA, true, 0],
    ['ES256', ecA, false, MADE],
    ['RS256', rsaA, true, FAST_RSA ? MADE : 0],
    ['RS256', rsaA, false, MADE],
  ]) {
    await tally.test(`${alg}, accelerate: ${accelerate}: WebCrypto is asked for ${wanted} of ${MADE}`, async () => {
      const token = await signed(undefined, { alg, key })
      const verifier = createVerifier({
        issuer: ISSUER,
        audience: AUDIENCE,
        jwks: publicJwk(key),
        currentDate: new Date(NOW * 1000),
        accelerate,
      })
      const calls = await callsOfVerify(async () => {
        for (let made = 0; made < MADE; made += 1) equal((await verifier.verify(token)).payload.jti, 't-1')
      })
      equal(calls, wanted, 'the count')
    })
  }
}

/** How often WebCrypto is asked to verify something, while nothing else is. */
async function callsOfVerify(work) {
  const { verify } = crypto.subtle
  let calls = 0
  Object.defineProperty(crypto.subtle, 'verify', {
    configurable: true,
    value: (...given) => {
      calls += 1
      return verify.apply(crypto.subtle, given)
    },
  })
  try {
    await work()
  } finally {
    delete crypto.subtle.verify
  }
  return calls
}
