// The module with fused multiply-adds, by its exports, against integers of JavaScript.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { buildRsaFma } from '../../scripts/build.mjs'
import { environment, root } from '../../scripts/command.mjs'
import { RSA_FMA } from '../../scripts/loaders.mjs'

const FILE = join(root, 'pkg', 'dist', 'wasm', `${RSA_FMA}_bg.wasm`)
const SIZES = [2048, 2049, 2055, 2140, 3072, 4096, 8191, 8192]
const EXPONENTS = [65537, 3, 17, 0xffffffff, 0x80000001]

let bytes
let unfused
before(async () => {
  unfused = readFileSync(await buildRsaFma(['unfused']))
  bytes = readFileSync(FILE)
})

const instance = (module) => new WebAssembly.Instance(new WebAssembly.Module(module)).exports
const octets = (integer, length) => Buffer.from(integer.toString(16).padStart(2 * length, '0'), 'hex')
const integer = (octets) => BigInt(`0x${Buffer.from(octets).toString('hex')}`)

function power(base, exponent, modulus) {
  let result = 1n
  for (let square = base % modulus; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

// Integers by chance, the same ones every time.
let count = 0
function chance(bits) {
  let text = ''
  while (text.length * 4 < bits) text += createHash('sha512').update(`rsa-fma ${count++}`).digest('hex')
  return BigInt(`0x${text}`) & ((1n << BigInt(bits)) - 1n)
}

// At the ends of the range, of limbs, and some that are not below n.
function representatives(n, bits) {
  const limb = 1n << (51n * (1n + (chance(16) % BigInt(Math.floor(bits / 51) - 1))))
  const above = 1n << BigInt(8 * Math.ceil(bits / 8))
  const all = [0n, 1n, 2n, n - 1n, n - 2n, n >> 1n, limb, limb - 1n, n - limb, chance(bits) % n, chance(bits) % n]
  return [...all, n, n + 1n, above - 1n].filter((s) => s < above)
}

function moduli(bits) {
  const top = 1n << BigInt(bits - 1)
  return [2n * top - 1n, top + 1n, top | (top / 3n) | 1n, top | chance(bits - 1) | 1n]
}

const write = (exports, octets) => new Uint8Array(exports.memory.buffer, exports.buffer(), 1024).set(octets)
const read = (exports, length) => new Uint8Array(exports.memory.buffer, exports.buffer(), length)

function addKey(exports, n, length, e) {
  write(exports, octets(n, length))
  return exports.add_key(length, e)
}

// sᵉ modulo n, or undefined where it is refused.
function apply(exports, key, s, length) {
  write(exports, octets(s, length))
  return exports.apply(key, length) === 1 ? integer(read(exports, length)) : undefined
}

test('the public operation is exponentiation', () => {
  const exports = instance(bytes)
  assert.equal(exports.fused(), 1)
  let done = 0
  for (const bits of SIZES) {
    const length = Math.ceil(bits / 8)
    for (const n of moduli(bits)) {
      const e = bits > 3072 ? 65537 : EXPONENTS[done % EXPONENTS.length]
      const key = addKey(exports, n, length, e)
      for (const s of representatives(n, bits)) {
        const expected = s < n ? power(s, BigInt(e), n) : undefined
        assert.equal(apply(exports, key, s, length), expected, `${bits} bits, e = ${e}, s = ${s.toString(16)}`)
        done += 1
      }
      exports.remove_key(key)
    }
  }
  assert.ok(done > 300, `${done} cases`)
})

test('only keys within the bounds are taken', () => {
  const exports = instance(bytes)
  const ones = (bits) => (1n << BigInt(bits)) - 1n
  for (const [bits, e] of [
    [2047, 3],
    [1024, 3],
    [2048, 1],
    [2048, 2],
    [2048, 0],
    [2048, 65536],
  ]) {
    assert.equal(addKey(exports, ones(bits), Math.ceil(bits / 8), e), -1, `${bits} bits, e = ${e}`)
  }
  assert.equal(addKey(exports, ones(2048) - 1n, 256, 3), -1)
  assert.equal(addKey(exports, ones(2048), 257, 3), -1)
  assert.equal(exports.add_key(0, 3), -1)
  assert.equal(exports.add_key(1025, 3), -1)
})

test('a signature of another length, and a key that is not there, are refused', () => {
  const exports = instance(bytes)
  const key = addKey(exports, (1n << 2048n) - 1n, 256, 3)
  for (const length of [0, 255, 257, 1024, 1025]) assert.equal(exports.apply(key, length), 0)
  assert.equal(exports.apply(key + 1, 256), 0)
  exports.remove_key(key)
  assert.equal(exports.apply(key, 256), 0)
})

test('keys stay apart, and a place is used again', () => {
  const exports = instance(bytes)
  const moduli = [1n, 3n, 5n].map((add) => (1n << 2047n) + add)
  const keys = moduli.map((n) => addKey(exports, n, 256, 3))
  const s = chance(2000)
  for (const [at, key] of keys.entries()) assert.equal(apply(exports, key, s, 256), power(s, 3n, moduli[at]))
  exports.remove_key(keys[1])
  assert.equal(addKey(exports, moduli[0], 256, 17), keys[1])
  assert.equal(apply(exports, keys[1], s, 256), power(s, 17n, moduli[0]))
})

test('nothing is allocated for a power', () => {
  const exports = instance(bytes)
  const n = moduli(2048)[3]
  for (let keys = 0; keys < 400; keys++) {
    const key = addKey(exports, n, 256, 3)
    const { buffer } = exports.memory
    assert.equal(apply(exports, key, 2n, 256), 8n)
    assert.equal(exports.memory.buffer, buffer)
  }
})

test('the memory of keys that are gone is used again', () => {
  const exports = instance(bytes)
  const lengths = [256, 512, 1024, 384]
  const rotate = (times) => {
    const kept = []
    for (let round = 0; round < times; round++) {
      const length = lengths[round % lengths.length]
      kept.push(addKey(exports, (1n << BigInt(8 * length)) - 1n, length, 3))
      if (kept.length > 10) exports.remove_key(kept.shift())
    }
    for (const key of kept) exports.remove_key(key)
  }
  rotate(30)
  const { byteLength } = exports.memory.buffer
  rotate(600)
  assert.equal(exports.memory.buffer.byteLength, byteLength)
})

test('where multiply-adds are not fused, the probe tells, and it has to', () => {
  const exports = instance(unfused)
  assert.equal(exports.fused(), 0)
  const n = moduli(2048)[3]
  const key = addKey(exports, n, 256, 3)
  const s = chance(2047) % n
  assert.notEqual(apply(exports, key, s, 256), power(s, 3n, n))
})

test('where relaxed SIMD is off, the module does not validate', () => {
  const script = `process.stdout.write(String(WebAssembly.validate(require('fs').readFileSync(${JSON.stringify(FILE)}))))`
  assert.equal(execFileSync(environment.NODE20, ['-e', script], { encoding: 'utf8' }), 'false')
})
