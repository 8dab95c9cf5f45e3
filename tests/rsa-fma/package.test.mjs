// The package with the module with fused multiply-adds, without it, and with ones that are broken: the verdicts are those of OpenSSL.
//
// `JOTGATE_CASES=100000 node --test tests/rsa-fma/package.test.mjs` for a long run; 2000 cases without.
import assert from 'node:assert/strict'
import { constants, createHash, generateKeyPairSync, sign, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { before, test } from 'node:test'
import { buildRsaFma } from '../../scripts/build.mjs'
import { variant } from './variants.mjs'

const CASES = Number(process.env.JOTGATE_CASES ?? 2000)
const ISSUER = 'https://issuer.example'
const AUDIENCE = 'https://api.example'
const NOW = new Date('2026-01-01T00:00:00Z')
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
const SIZES = [2048, 2056, 3072, 4096]
const TOKENS = 4

const openssl = (alg, key) =>
  alg.startsWith('PS')
    ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(alg.slice(2)) / 8 }
    : { key, padding: constants.RSA_PKCS1_PADDING }
const digest = (alg) => `sha${alg.slice(2)}`

// The same numbers every time, whatever the keys are.
let drawn = 0
function chance(below) {
  return createHash('sha256').update(`rsa ${drawn++}`).digest().readUInt32BE() % below
}

/** For each size a key, with tokens of each algorithm, each the first of its own. */
let keys
let variants

before(async () => {
  const [fault, unfused] = [await buildRsaFma(['fault']), await buildRsaFma(['unfused'])].map((file) =>
    readFileSync(file),
  )
  variants = {
    fused: await variant('fused'),
    absent: await variant('absent', null),
    unfused: await variant('unfused', unfused),
    fault: await variant('fault', fault),
  }
  keys = SIZES.map((bits) => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: bits })
    const tokens = ALGORITHMS.flatMap((alg) =>
      Array.from({ length: TOKENS }, (_, i) => signed(alg, privateKey, `${i}`)),
    )
    return { bits, jwk: publicKey.export({ format: 'jwk' }), publicKey, tokens }
  })
})

function signed(alg, key, jti) {
  const text = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { iss: ISSUER, aud: AUDIENCE, exp: NOW.getTime() / 1000 + 60, jti }
  const input = `${text({ alg })}.${text(claims)}`
  return { alg, input, signature: sign(digest(alg), Buffer.from(input), openssl(alg, key)) }
}

function verifierOf({ createVerifier }, jwk, more) {
  const faults = []
  const { verifySync } = createVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    jwks: jwk,
    currentDate: NOW,
    onFault: ({ family }) => faults.push(family),
    ...more,
  })
  const accepts = ({ input, signature }) => {
    try {
      verifySync(`${input}.${signature.toString('base64url')}`)
      return true
    } catch (error) {
      assert.equal(error.code, 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED')
      return false
    }
  }
  return { faults, accepts }
}

/** A token's signature as it is, or changed in one of the ways that matter. */
function changed({ alg, input, signature }, { jwk, tokens }) {
  const bytes = Buffer.from(signature)
  const modulus = Buffer.from(jwk.n, 'base64url')
  switch (chance(8)) {
    case 0:
      return { alg, input, signature: bytes }
    case 1:
      bytes[chance(bytes.length)] ^= 1 << chance(8)
      break
    case 2:
      bytes.copy(bytes, 0, 1)
      break
    case 3:
      return { alg, input, signature: bytes.subarray(chance(2), bytes.length - chance(2)) }
    case 4:
      return { alg, input, signature: tokens[chance(tokens.length)].signature }
    case 5: {
      // s + n, which is s to the public operation, where it is as long as n.
      const sum = (integer(bytes) + integer(modulus)).toString(16)
      return sum.length > 2 * bytes.length
        ? { alg, input, signature: modulus }
        : { alg, input, signature: octets(sum, bytes.length) }
    }
    case 6:
      return { alg, input, signature: Buffer.alloc(bytes.length, [0, 1, 0xff][chance(3)]) }
    default:
      return { alg, input, signature: octets((integer(modulus) - 1n - BigInt(chance(3))).toString(16), bytes.length) }
  }
  return { alg, input, signature: bytes }
}

const integer = (bytes) => BigInt(`0x${bytes.toString('hex')}`)
const octets = (hex, length) => Buffer.from(hex.padStart(2 * length, '0'), 'hex')

test(`${CASES} signatures, by every variant`, () => {
  const asked = keys.map(({ jwk }) => {
    return {
      fused: verifierOf(variants.fused, jwk),
      absent: verifierOf(variants.absent, jwk),
      stock: verifierOf(variants.absent, jwk, { accelerate: false }),
    }
  })
  let accepted = 0
  for (let at = 0; at < CASES; at++) {
    const which = at % keys.length
    const key = keys[which]
    const { alg, input, signature } = changed(key.tokens[chance(key.tokens.length)], key)
    // RFC 8017 §8.1.2 step 1; OpenSSL also takes a signature whose leading zero was left out.
    const isAsLong = signature.length === key.bits / 8
    const wanted = isAsLong && verify(digest(alg), Buffer.from(input), openssl(alg, key.publicKey), signature)
    accepted += wanted
    const { fused, absent, stock } = asked[which]
    const told = `${alg}, ${key.bits} bits: ${signature.toString('hex')}`
    assert.equal(fused.accepts({ input, signature }), wanted, told)
    assert.equal(absent.accepts({ input, signature }), wanted, told)
    // The crate takes ten times as long.
    if (at % 100 < 4) assert.equal(stock.accepts({ input, signature }), wanted, told)
  }
  assert.ok(accepted > CASES / 20 && accepted < CASES / 2, `${accepted} were good`)
  for (const variants of asked) for (const { faults } of Object.values(variants)) assert.deepEqual(faults, [])
})

for (const [name, told] of [
  ['fused', []],
  ['absent', []],
  ['unfused', []],
  ['fault', ['RSA-FMA']],
]) {
  test(`with the module ${name}, every verdict is right from the first on`, () => {
    const heard = []
    for (const key of keys) {
      const { faults, accepts } = verifierOf(variants[name], key.jwk)
      for (const token of key.tokens) {
        const forged = { ...token, signature: Buffer.from(token.signature) }
        forged.signature[100] ^= 1
        for (let round = 0; round < 3; round++) {
          assert.equal(accepts(forged), false)
          assert.equal(accepts(token), true)
        }
      }
      heard.push(...faults)
    }
    assert.deepEqual(heard, told)
  })
}

/** Instances whose exports are others. */
function instancesWith(exportsFor) {
  return new Proxy(WebAssembly.Instance, {
    construct: (target, given) => ({ exports: exportsFor(new target(...given).exports) }),
  })
}

test('a memory that grows leaves the module in use', async () => {
  const { Instance } = WebAssembly
  const jotgate = await variant('growing')
  const memories = []
  let applied = 0
  WebAssembly.Instance = instancesWith((exports) => {
    memories.push(exports.memory)
    if (!('fused' in exports)) return exports
    return { ...exports, apply: (...args) => exports.apply(...args) && ++applied && 1 }
  })
  try {
    const asked = keys.map(({ jwk }) => verifierOf(jotgate, jwk))
    for (let round = 0; round < 8; round++) {
      for (const [which, { tokens }] of keys.entries()) {
        const token = tokens[round]
        const forged = { ...token, signature: Buffer.from(token.signature) }
        forged.signature[100] ^= 1
        const before = applied
        assert.equal(asked[which].accepts(token), true)
        assert.equal(asked[which].accepts(forged), false)
        assert.equal(applied, before + 2)
        memories[round % memories.length].grow(1)
      }
    }
    assert.equal(memories.length, 2)
    assert.deepEqual(
      asked.flatMap(({ faults }) => faults),
      [],
    )
  } finally {
    WebAssembly.Instance = Instance
  }
})

test('a module that traps, or that cannot be started, is done without', async () => {
  const { Instance } = WebAssembly
  const cases = {
    'apply traps in the end': (exports) => {
      let left = 30
      return { ...exports, apply: (...args) => (left-- > 0 ? exports.apply(...args) : exports.nothing()) }
    },
    'apply traps at once': (exports) => ({ ...exports, apply: () => exports.nothing() }),
    'add_key traps': (exports) => ({ ...exports, add_key: () => exports.nothing() }),
    'add_key refuses': (exports) => ({ ...exports, add_key: () => -1 }),
    'apply refuses': (exports) => ({ ...exports, apply: () => 0 }),
    'no instance': () => {
      throw new RangeError('out of memory')
    },
  }
  for (const [name, broken] of Object.entries(cases)) {
    const jotgate = await variant(`broken-${Object.keys(cases).indexOf(name)}`)
    let instances = 0
    WebAssembly.Instance = instancesWith((exports) => {
      if (!('fused' in exports)) return exports
      instances += 1
      return broken(exports)
    })
    try {
      const [key] = keys
      const { faults, accepts } = verifierOf(jotgate, key.jwk)
      for (let round = 0; round < 60; round++) {
        const token = key.tokens[round % key.tokens.length]
        const forged = { ...token, signature: Buffer.from(token.signature) }
        forged.signature[round] ^= 1
        assert.equal(accepts(token), true, `${name}, ${round}`)
        assert.equal(accepts(forged), false, `${name}, ${round}`)
      }
      assert.deepEqual(faults, [], name)
      assert.equal(instances, 1, name)
    } finally {
      WebAssembly.Instance = Instance
    }
  }
})
