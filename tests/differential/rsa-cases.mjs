// RSA signatures over encodings that are right, nearly right, or right for somebody else (RFC 8017 §9); and integers at the ends of their range.
import { constants, createHash, generateKeyPairSync, privateEncrypt } from 'node:crypto'

const HASHES = { 256: [1, 32], 384: [2, 48], 512: [3, 64] }
const SHAPES = [
  [2048, 65537],
  [2048, 3],
  [2049, 65537],
  [2055, 17],
  [2056, 65537],
  [3072, 65537],
  [4096, 65537],
]
const PER_KEY = 40

const integer = (bytes) => BigInt(`0x${bytes.toString('hex')}`)
const octetsOf = (value, length) => Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex')

/**
 * Endless: `{ alg, key, message, signature, strict }`; `strict` where the answer is no whatever `crypto.verify` says: RFC 8017 §8.1.2, step 1, wants as
 * many octets as n has, where OpenSSL takes a PSS signature without its leading zero.
 */
export function* rsaCases(chance) {
  const keys = SHAPES.map(newKey)
  for (let round = 0; ; round += 1) {
    const key = keys[round % keys.length]
    const bits = [256, 384, 512][round % 3]
    const alg = `${Math.floor(round / 3) % 2 === 0 ? 'RS' : 'PS'}${bits}`
    for (let made = 0; made < PER_KEY; made += 1) {
      const message = chance.octets(chance.upTo(200))
      const signature = signatureOf(alg, bits, key, message, chance)
      yield { alg, key, message, signature, strict: signature.length !== key.modulus.length }
    }
  }
}

function newKey([modulusLength, publicExponent]) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength, publicExponent })
  const jwk = publicKey.export({ format: 'jwk' })
  const modulus = Buffer.from(jwk.n, 'base64url')
  const octets = Buffer.concat([octetsOf(BigInt(publicExponent), 4), modulus])
  return { jwk, octets, publicKey, privateKey, modulus, n: integer(modulus), bits: modulusLength }
}

function signatureOf(alg, bits, key, message, chance) {
  const { modulus, n } = key
  const length = modulus.length
  const em = alg.startsWith('RS') ? pkcs1v15(bits, length, message, chance) : pss(bits, key.bits - 1, message, chance)
  const whole = Buffer.concat([Buffer.alloc(length - em.length), em])
  if (chance.upTo(4) === 0) whole[chance.upTo(length - 1)] ^= 1 << chance.upTo(7)
  if (integer(whole) >= n) whole[0] = 0
  const signature = privateEncrypt({ key: key.privateKey, padding: constants.RSA_NO_PADDING }, whole)
  const choice = chance.upTo(30)
  if (choice > 5) return signature
  const beyond = integer(signature) + n
  const ends = [0n, 1n, n - 1n, n, n + 1n, beyond].filter((value) => value < 1n << BigInt(8 * length))
  if (choice < 2) return octetsOf(ends[chance.upTo(ends.length - 1)], length)
  if (choice === 2) return signature.subarray(1)
  if (choice === 3) return Buffer.concat([Buffer.alloc(1), signature])
  if (choice === 4) return Buffer.concat([signature, Buffer.alloc(1)])
  signature[chance.upTo(length - 1)] ^= 1 << chance.upTo(7)
  return signature
}

/** RFC 8017 §9.2, mostly. */
function pkcs1v15(bits, length, message, chance) {
  const [arc, size] = HASHES[bits]
  const hash = createHash(`sha${bits}`).update(message).digest()
  const oid = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, arc]
  const info = (...parameters) => {
    const inner = [0x30, 2 + oid.length + parameters.length, 0x06, oid.length, ...oid, ...parameters]
    return Buffer.from([0x30, inner.length + 2 + size, ...inner, 0x04, size])
  }
  const padded = (end, type = 1, fill = 0xff) =>
    Buffer.concat([Buffer.of(0, type), Buffer.alloc(length - end.length - 3, fill), Buffer.of(0), end])
  const right = Buffer.concat([info(5, 0), hash])
  const others = [
    () => padded(Buffer.concat([info(), hash])),
    () => padded(hash),
    () => padded(Buffer.concat([right, Buffer.of(0)])),
    () => padded(right, 2),
    () => padded(right, 1, 0),
    () => padded(Buffer.concat([info(5, 0), hash.subarray(1)])),
    () => Buffer.concat([padded(right).subarray(length - right.length - 11), Buffer.alloc(length - right.length - 11)]),
  ]
  return chance.upTo(2) === 0 ? others[chance.upTo(others.length - 1)]() : padded(right)
}

/** RFC 8017 §9.1.1, mostly. */
function pss(bits, emBits, message, chance) {
  const [, size] = HASHES[bits]
  const digest = (...parts) => createHash(`sha${bits}`).update(Buffer.concat(parts)).digest()
  const length = Math.ceil(emBits / 8)
  const most = length - size - 2
  const odd = chance.upTo(2) === 0
  const salt = chance.octets(odd ? Math.min([0, 1, 20, size - 1, size + 1, most][chance.upTo(5)], most) : size)
  const [separator, trailer] = odd && chance.upTo(1) === 0 ? [chance.upTo(255), chance.upTo(255)] : [1, 0xbc]
  const hash = digest(Buffer.alloc(8), digest(message), salt)
  const db = Buffer.concat([Buffer.alloc(length - salt.length - size - 2), Buffer.of(separator), salt])
  for (let at = 0; at < db.length; at += size) {
    const mask = digest(hash, octetsOf(BigInt(at / size), 4))
    for (let octet = 0; octet < size && at + octet < db.length; octet += 1) db[at + octet] ^= mask[octet]
  }
  db[0] &= 0xff >> (8 * length - emBits)
  return Buffer.concat([db, hash, Buffer.of(trailer)])
}
