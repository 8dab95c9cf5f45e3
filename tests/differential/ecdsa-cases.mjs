// ECDSA signatures at the edges of its arithmetic, for messages, so that `crypto.verify` can judge them too.
import { createECDH, createHash } from 'node:crypto'

// SP 800-186 §3.2.1.
export const CURVES = {
  ES256: {
    crv: 'P-256',
    named: 'prime256v1',
    hash: 'sha256',
    width: 32,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  },
  ES384: {
    crv: 'P-384',
    named: 'secp384r1',
    hash: 'sha384',
    width: 48,
    n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  },
}
/** Cases with one key. */
const PER_KEY = 20

/** Endless: `{ key, message, signature }`, a `key` being `{ jwk, octets }` and the same object for some cases. */
export function* ecdsaCases(alg, chance) {
  const { crv, named, hash, width, n } = CURVES[alg]
  const octets = (integer, length = width) => Buffer.from(integer.toString(16).padStart(2 * length, '0'), 'hex')
  const integer = (bytes) => BigInt(`0x${bytes.toString('hex')}`)
  const modulo = (value) => ((value % n) + n) % n
  const random = () => modulo(integer(chance.octets(width + 8))) || 1n

  const multiple = (scalar) => {
    const generator = createECDH(named)
    generator.setPrivateKey(octets(scalar))
    const point = generator.getPublicKey()
    return [point.subarray(1, 1 + width), point.subarray(1 + width)]
  }
  const keyOf = (d) => {
    const [x, y] = multiple(d)
    const [jwkX, jwkY] = [x, y].map((part) => part.toString('base64url'))
    return { d, jwk: { kty: 'EC', crv, x: jwkX, y: jwkY }, octets: Buffer.concat([x, y]) }
  }
  /** Where digits, limbs and words begin and end; within [1, n). */
  const edge = () => {
    const small = BigInt(1 + chance.upTo(40))
    const power = 1n << BigInt(chance.upTo(8 * width - 1))
    const digits = () => {
      // One digit over and over, at the turn of its sign or near.
      const bits = [4, 5, 6, 8, 28, 29, 30, 32][chance.upTo(7)]
      const digit = (1n << BigInt(bits - 1)) + BigInt(chance.upTo(2) - 1)
      let value = 0n
      for (let at = 0; at < 8 * width; at += bits) value |= digit << BigInt(at)
      return value
    }
    const choices = [() => small, () => n - small, () => power, () => power - 1n, () => power + small, digits, random]
    return modulo(choices[chance.upTo(choices.length - 1)]()) || 1n
  }
  const inverse = (value) => {
    let [a, b, x, y] = [modulo(value), n, 1n, 0n]
    while (a > 0n) [a, b, x, y] = [b % a, a, y - (b / a) * x, x]
    return modulo(y)
  }
  const join = (r, s) => Buffer.concat([octets(r), octets(s)])
  const hashed = (message) => integer(createHash(hash).update(message).digest())
  const inWidth = (value) => value < 1n << BigInt(8 * width)

  /** Something that is wrong with it, or its other good form. */
  const changed = (r, s) => {
    const pairs = [
      [r, n - s],
      [r, s + n],
      [r + n, s],
      [n - r, s],
      [0n, s],
      [r, 0n],
      [n, s],
      [r, n],
      [edge(), s],
      [r, edge()],
      [s, r],
      [r + 1n, s],
      [r, s + 1n],
      [(1n << BigInt(8 * width)) - 1n, s],
    ]
    const [first, second] = pairs[chance.upTo(pairs.length - 1)]
    const signature = inWidth(first) && inWidth(second) ? join(first, second) : join(r, n - s)
    const cut = chance.upTo(30)
    if (cut === 0) return signature.subarray(0, chance.upTo(2 * width))
    if (cut === 1) return Buffer.concat([signature, Buffer.of(0)])
    if (cut < 6) signature[chance.upTo(2 * width - 1)] ^= 1 << chance.upTo(7)
    return signature
  }

  const rings = [1n, n - 1n, 2n, n - 2n, 1n << 4n, 1n << 6n, 1n << 8n, 1n << 128n]
  for (let round = 0; ; round += 1) {
    const key = keyOf(round % 3 === 0 ? rings[(round / 3) % rings.length] : round % 3 === 1 ? edge() : random())
    for (let made = 0; made < PER_KEY; made += 1) {
      const message = chance.octets(chance.upTo(300))
      const e = hashed(message)
      const k = chance.upTo(1) === 0 ? edge() : random()
      const r = modulo(integer(multiple(k)[0]))
      const s = modulo((e + r * key.d) * inverse(k))
      const good = r !== 0n && s !== 0n ? join(r, s) : join(1n, 1n)
      yield { key, message, signature: chance.upTo(2) === 0 ? changed(r || 1n, s || 1n) : good }
    }
    // Keys that are made for a signature: of chosen s, of equal and of opposite products.
    const message = chance.octets(40)
    const e = hashed(message)
    const k = edge()
    const r = modulo(integer(multiple(k)[0])) || 1n
    const s = edge()
    const made = [
      [(s * k - e) * inverse(r), s],
      [e * inverse(r), 2n * e * inverse(k)],
      [-e * inverse(r), s],
    ]
    const [d, fitting] = made[chance.upTo(made.length - 1)].map(modulo)
    if (d === 0n || fitting === 0n) continue
    yield { key: keyOf(d), message, signature: join(r, fitting) }
  }
}
