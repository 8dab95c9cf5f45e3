import { createVerifier } from 'jotgate'
import { AUDIENCE, ecA, ISSUER, NOW, publicJwk, rsaA, signed } from './issuer.mjs'
import { equal } from './tally.mjs'

const applied = { times: 0 }

/** Sees whether the module with fused multiply-adds is asked: it is an instance with `fused` among its exports. To be called before the first token. */
export function watchRsaFma() {
  const { Instance } = WebAssembly
  WebAssembly.Instance = new Proxy(Instance, {
    construct(target, given) {
      const instance = new target(...given)
      const { exports } = instance
      if (!('fused' in exports)) return instance
      const apply = (...args) => {
        applied.times += 1
        return exports.apply(...args)
      }
      return { exports: { ...exports, apply } }
    },
  })
}

/** Which of RSA's implementations is in use. */
export async function rsaFma(tally) {
  tally.group('RSA with fused multiply-adds')
  const fused = isFused()
  for (const [alg, key, accelerate, wanted] of [
    ['RS256', rsaA, true, fused ? 20 : 0],
    ['RS256', rsaA, false, 0],
    ['ES256', ecA, true, 0],
  ]) {
    await tally.test(`${alg}, accelerate: ${accelerate}`, async () => {
      const faults = []
      const token = await signed(undefined, { alg, key })
      const { verifySync } = createVerifier({
        issuer: ISSUER,
        audience: AUDIENCE,
        jwks: publicJwk(key),
        currentDate: new Date(NOW * 1000),
        accelerate,
        onFault: ({ family }) => faults.push(family),
      })
      const before = applied.times
      for (let made = 0; made < 20; made += 1) equal(verifySync(token).payload.jti, 't-1')
      equal(applied.times - before, wanted, 'the count')
      equal(faults, [], 'the faults')
    })
  }
}

// (f64, f64, f64) → f64: f64x2.relaxed_madd of splats, its first lane.
const MULTIPLY_ADD = [
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 8, 1, 0x60, 3, 0x7c, 0x7c, 0x7c, 1, 0x7c, 3, 2, 1, 0],
  ...[7, 5, 1, 1, 0x66, 0, 0, 10, 22, 1, 20, 0, 0x20, 0, 0xfd, 0x14, 0x20, 1, 0xfd, 0x14, 0x20, 2, 0xfd, 0x14],
  ...[0xfd, 0x87, 2, 0xfd, 0x21, 0, 0x0b],
]

/** By other means than jotgate's; Workers, which compile nothing, have all they need. */
export function isFused() {
  if (globalThis.navigator?.userAgent === 'Cloudflare-Workers') return true
  const bytes = new Uint8Array(MULTIPLY_ADD)
  if (!WebAssembly.validate(bytes)) return false
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports
  const [factor, addend] = [2 ** 27 + 1, -(2 ** 54) - 2 ** 28]
  return f(factor, factor, addend) === 1
}
