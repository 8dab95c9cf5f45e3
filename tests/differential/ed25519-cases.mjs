// Ed25519 signatures: good ones, S and R at and beyond their ends, R of small order (RFC 8032 §5.1.7).
import { createHash, generateKeyPairSync, sign } from 'node:crypto'

const L = (1n << 252n) + 27742317777372353535851937790883648493n
const P = (1n << 255n) - 19n
const PER_KEY = 25

const octets = (integer) => Buffer.from(integer.toString(16).padStart(64, '0'), 'hex').reverse()
const integer = (bytes) => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
const withSign = (bytes) => Buffer.concat([bytes.subarray(0, 31), Buffer.of(bytes[31] | 0x80)])

// y of the points of order 8: RFC 7748 has their Montgomery form; the other is its negative.
const ORDER_8 = Buffer.from('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', 'hex')
const SMALL_ORDER = [octets(1n), octets(P - 1n), octets(0n), ORDER_8, octets(P - integer(ORDER_8))]
/** Encodings of R that mean a point of small order, canonical or not: `verify_strict` refuses them, OpenSSL may not. */
const SMALL = [...SMALL_ORDER, octets(P), octets(P + 1n)].flatMap((encoded) => [encoded, withSign(encoded)])
const isSmall = (r) => SMALL.some((encoded) => encoded.equals(r))

/** Endless: `{ key, message, signature, strict }`; `strict` where the answer is no whatever `crypto.verify` says. */
export function* ed25519Cases(chance) {
  for (;;) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const { d, ...jwk } = privateKey.export({ format: 'jwk' })
    const a = Buffer.from(jwk.x, 'base64url')
    const secret = secretScalar(Buffer.from(d, 'base64url'))
    const key = { jwk, octets: a, publicKey }
    for (let made = 0; made < PER_KEY; made += 1) {
      const message = chance.octets(chance.upTo(300))
      const good = sign(null, message, privateKey)
      const signature = chance.upTo(2) === 0 ? changed(good, { a, secret, message, chance }) : good
      yield { key, message, signature, strict: isSmall(signature.subarray(0, 32)) }
    }
  }
}

function changed(good, { a, secret, message, chance }) {
  const [r, s] = [good.subarray(0, 32), good.subarray(32)]
  const scalars = [integer(s) + L, L, L - 1n, 0n, 1n, 1n << 252n, 1n << 253n, L - integer(s), (1n << 255n) + integer(s)]
  const choice = chance.upTo(7)
  if (choice < 2) return Buffer.concat([r, octets(scalars[chance.upTo(scalars.length - 1)])])
  if (choice === 2) return Buffer.concat([SMALL[chance.upTo(SMALL.length - 1)], s])
  if (choice === 3) {
    // R is the neutral element, and S fits it.
    const k = integer(
      createHash('sha512')
        .update(Buffer.concat([octets(1n), a, message]))
        .digest(),
    )
    return Buffer.concat([octets(1n), octets((k * secret) % L)])
  }
  if (choice === 4) return Buffer.concat([octets(P + BigInt(chance.upTo(18))), s])
  if (choice === 5)
    return chance.upTo(1) === 0 ? good.subarray(0, chance.upTo(63)) : Buffer.concat([good, Buffer.of(0)])
  const flipped = Buffer.from(good)
  flipped[chance.upTo(63)] ^= 1 << chance.upTo(7)
  return flipped
}

/** RFC 8032 §5.1.5. */
function secretScalar(seed) {
  const bytes = createHash('sha512').update(seed).digest().subarray(0, 32)
  bytes[0] &= 0xf8
  bytes[31] = (bytes[31] & 0x7f) | 0x40
  return integer(bytes)
}
