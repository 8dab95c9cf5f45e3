// The module's verdicts against those of OpenSSL: what `crypto.verify` says, each crate and each accelerator, in every way, has to say.
import assert from 'node:assert/strict'
import { constants, createHash, createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { before, test } from 'node:test'
import { modules } from '../variants/modules.mjs'
import { prepared, relaxed } from '../variants/suite.mjs'
import { CURVES, ecdsaCases } from './ecdsa-cases.mjs'
import { ed25519Cases } from './ed25519-cases.mjs'
import { rsaCases } from './rsa-cases.mjs'

/** `npm run differential` for the long run. */
const CASES = Number(process.env.JOTGATE_CASES ?? 2000)
/** Of a family's ways, in each case: by turns. */
const WAYS = 4

let judge
let fused
before(async () => {
  const { variants, fma } = await modules()
  const compiled = (file) => new WebAssembly.Module(readFileSync(file))
  judge = prepared(compiled(variants))
  fused = relaxed(compiled(fma))
  assert.ok(fused, 'Node 24 on this machine fuses multiply-adds')
})

const { RSA_PKCS1_PADDING: padding, RSA_PKCS1_PSS_PADDING: pss } = constants
const rsaOptions = (alg) =>
  alg.startsWith('PS') ? { padding: pss, saltLength: Number(alg.slice(2)) / 8 } : { padding }

for (const alg of ['ES256', 'ES384']) {
  const { hash } = CURVES[alg]
  const native = ({ publicKey }, message, signature) =>
    verify(hash, message, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)
  against(alg, ecdsaCases(alg, chanceOf(alg)), () => ({ alg, native }))
}
against('EdDSA', ed25519Cases(chanceOf('EdDSA')), ({ strict }) => ({
  alg: 'EdDSA',
  native: ({ publicKey }, message, signature) => !strict && verify(null, message, publicKey, signature),
}))
against('RSA', rsaCases(chanceOf('RSA')), ({ alg, strict }) => ({
  alg,
  native: ({ publicKey }, message, signature) =>
    !strict && verify(`sha${alg.slice(2)}`, message, { key: publicKey, ...rsaOptions(alg) }, signature),
}))

function against(family, cases, of) {
  test(`${family}: ${CASES} cases`, () => {
    let accepted = 0
    let verdicts = 0
    let last
    for (let made = 0; made < CASES; made += 1) {
      const one = cases.next().value
      const { key, message, signature } = one
      const { alg, native } = of(one)
      const [text, octets] = [message, signature].map((part) => part.toString('hex'))
      const told = () => `case ${made}, ${alg}: ${JSON.stringify({ jwk: key.jwk, message: text, signature: octets })}`
      if (last?.key !== key || last.alg !== alg) last = ready(last, key, alg)
      const expected = asked(() => native(key, message, signature))
      assert.equal(judge.verify(-1, message, signature), expected, `the crate; ${told()}`)
      for (let turn = 0; turn < Math.min(WAYS, last.count); turn += 1) {
        const way = (made * WAYS + turn) % last.count
        assert.equal(judge.verify(way, message, signature), expected, `way ${way}; ${told()}`)
        verdicts += 1
      }
      if (last.inFma !== undefined) {
        const em = fused.apply(last.inFma, signature)
        assert.equal(em !== undefined && judge.encodes(message, em), expected, `fused; ${told()}`)
        verdicts += 1
      }
      accepted += Number(expected)
      if (made % 10_000 === 9_999) console.log(`${family}: ${made + 1} cases, ${accepted} good`)
    }
    console.log(`${family}: ${CASES} cases against OpenSSL, ${accepted} good, ${verdicts} verdicts of accelerators`)
    assert.ok(accepted > CASES / 5 && accepted < (CASES * 9) / 10, 'both verdicts have to be met often')
    if (last.inFma !== undefined) fused.removeKey(last.inFma)
  })
}

/** The key, in every way; the one before is given up. */
function ready(last, key, alg) {
  if (last?.inFma !== undefined) fused.removeKey(last.inFma)
  key.publicKey ??= createPublicKey({ key: key.jwk, format: 'jwk' })
  const octets = key.octets.toString('hex')
  const count = judge.prepare({ alg, jwk: key.jwk, octets })
  assert.ok(count > 0, `${alg}: ${count} ways for ${JSON.stringify(key.jwk)}`)
  return { key, alg, count, inFma: key.jwk.kty === 'RSA' ? fused.addKey(octets) : undefined }
}

/** What is no signature by its form is told by throwing. */
function asked(native) {
  try {
    return native()
  } catch {
    return false
  }
}

/** The same numbers each time, but for the keys that only OpenSSL makes. */
function chanceOf(seed) {
  let state = createHash('sha256').update(seed).digest()
  let at = 0
  const octet = () => {
    if (at === state.length) {
      state = createHash('sha256').update(state).digest()
      at = 0
    }
    at += 1
    return state[at - 1]
  }
  const octets = (count) => Buffer.from(Array.from({ length: count }, octet))
  const upTo = (most) => octets(4).readUInt32LE() % (most + 1)
  return { octets, upTo }
}
