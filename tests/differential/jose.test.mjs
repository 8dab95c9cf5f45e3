// jotgate and jose over the same tokens. Where they differ, a rule of the design says so, or it is a bug.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import * as jose from 'jose'
import { packedInstall } from '../packed.mjs'
import { AUDIENCE, CLAIMS, ecA, ecB, ISSUER, NOW, publicJwk } from '../suite/issuer.mjs'
import { rules, seen } from './rules.mjs'
import {
  generator,
  issuers,
  lastLetters,
  mutated,
  oddClaims,
  oddHeader,
  oddSet,
  resigned,
  signed,
  valid,
} from './tokens.mjs'

const entry = join(packedInstall(), 'node_modules', 'jotgate', 'dist', 'default', 'index.js')
const jotgate = await import(pathToFileURL(entry).href)

const currentDate = new Date(NOW * 1000)
const usual = { issuer: ISSUER, audience: AUDIENCE, currentDate }
const used = new Set()

const keys = new Map()
for (const [alg, { key }] of Object.entries(issuers)) {
  const ours = key instanceof Uint8Array ? key : publicJwk(key)
  keys.set(alg, { ours, theirs: key instanceof Uint8Array ? key : await jose.importJWK(ours, alg) })
}

test('valid tokens', async () => {
  const chance = generator(1)
  const { accepted } = await compare(
    Array.from({ length: 1500 }, () => valid(chance)),
    (token) => ({ key: keys.get(JSON.parse(Buffer.from(token.split('.')[0], 'base64url')).alg), options: usual }),
  )
  assert.equal(accepted, 1500)
})

test('tokens that jose has signed', async () => {
  for (const [alg, { key }] of Object.entries(issuers)) {
    const signing = key instanceof Uint8Array ? key : await jose.importJWK(key, alg)
    const token = await new jose.SignJWT(CLAIMS).setProtectedHeader({ alg, typ: 'JWT' }).sign(signing)
    const { accepted } = await compare([token], () => ({ key: keys.get(alg), options: usual }))
    assert.equal(accepted, 1, alg)
  }
})

for (const alg of Object.keys(issuers)) {
  test(`each byte of a token of ${alg} changed`, async () => {
    const token = signed(alg, JSON.stringify({ alg }), JSON.stringify({ sub: 'a', exp: NOW + 60 }))
    const others = alg === 'HS256' ? [...'Ag_-+/= .\n\0é'] : ['A', '_', '.', '=']
    const { accepted } = await compare([...mutated(token, others), ...lastLetters(token)], () => ({
      key: keys.get(alg),
      options: { currentDate },
    }))
    assert.equal(accepted, 0, 'a changed token was accepted by both')
  })
}

test('each byte of header and claims changed, and signed again', async () => {
  const chance = generator(2)
  const header = JSON.stringify({ alg: 'HS256', typ: 'JWT', crit: ['b64'], b64: true })
  const payload = JSON.stringify({ ...CLAIMS, aud: ['x', AUDIENCE], nbf: NOW - 60, é: [null, true, 1.5, { a: 'b' }] })
  const { accepted, refused } = await compare(resigned(header, payload, chance), () => ({
    key: keys.get('HS256'),
    options: usual,
  }))
  assert.ok(accepted > 100 && refused > 100, `${accepted} accepted, ${refused} refused`)
})

test('odd claims, signed', async () => {
  const chance = generator(3)
  const all = [
    usual,
    { currentDate },
    { ...usual, requiredClaims: ['tenant', 'sub'] },
    { ...usual, requiredClaims: ['toString'] },
    { ...usual, maxTokenAge: 60 },
    { ...usual, maxTokenAge: '1 minute', clockTolerance: 1 },
    { ...usual, clockTolerance: '2 seconds', subject: 'user-1' },
    { ...usual, issuer: ['x', ISSUER], audience: ['x', 'y'] },
  ]
  const tokens = Array.from({ length: 8000 }, () => signed('HS256', '{"alg":"HS256"}', oddClaims(chance)))
  const { accepted, refused } = await compare(tokens, () => ({ key: keys.get('HS256'), options: chance.pick(all) }))
  assert.ok(accepted > 500 && refused > 500, `${accepted} accepted, ${refused} refused`)
})

test('odd headers, signed', async () => {
  const chance = generator(4)
  const all = [usual, { ...usual, crit: { x: true } }, { ...usual, typ: 'at+jwt' }, { ...usual, algorithms: ['HS256'] }]
  const tokens = Array.from({ length: 5000 }, () => signed('HS256', oddHeader(chance), JSON.stringify(CLAIMS)))
  const { accepted, refused } = await compare(tokens, () => ({ key: keys.get('HS256'), options: chance.pick(all) }))
  assert.ok(accepted > 200 && refused > 500, `${accepted} accepted, ${refused} refused`)
})

test('odd key sets', async () => {
  const chance = generator(5)
  const right = [
    publicJwk(ecA, { kid: 'k' }),
    publicJwk(ecA),
    publicJwk(ecB, { kid: 'k' }),
    publicJwk(ecA, { kid: 'k', alg: 'ES256', use: 'sig' }),
  ]
  const tokens = [{ kid: 'k' }, {}, { kid: 'other' }].map((more) =>
    signed('ES256', JSON.stringify({ alg: 'ES256', ...more }), JSON.stringify(CLAIMS)),
  )
  const { accepted, refused } = await compare(
    Array.from({ length: 3000 }, () => chance.pick(tokens)),
    () => {
      const set = oddSet(chance, right)
      return { set, options: usual }
    },
  )
  assert.ok(accepted > 200 && refused > 200, `${accepted} accepted, ${refused} refused`)
})

after(() => {
  assert.deepEqual([...used].sort(), Object.keys(rules).sort(), 'a rule that nothing needs')
})

/** Runs both over the tokens; fails for each disagreement that no rule explains. */
async function compare(tokens, circumstances) {
  const counts = { accepted: 0, refused: 0, explained: {} }
  const unexplained = []
  for (const token of tokens) {
    const { key, set, options } = circumstances(token)
    const ours = await outcome(() => jotgate.jwtVerifySync(token, set ?? key.ours, options))
    const theirs = await outcome(() => jose.jwtVerify(token, set ? jose.createLocalJWKSet(set) : key.theirs, options))
    if (ours.error && !(ours.error instanceof jotgate.errors.JOSEError)) throw ours.error
    if (ours.answer === 'accept' && theirs.answer === 'accept' && isDeepStrictEqual(ours.result, theirs.result))
      counts.accepted += 1
    else if (ours.answer !== 'accept' && theirs.answer !== 'accept') counts.refused += 1
    else {
      const facts = seen(token, { ours: ours.answer, theirs: theirs.answer, options, keys: set?.keys })
      const rule = Object.keys(rules).find((name) => rules[name].holds(facts))
      if (rule === undefined) unexplained.push({ token, ...facts, segments: undefined })
      else {
        used.add(rule)
        counts.explained[rule] = (counts.explained[rule] ?? 0) + 1
      }
    }
  }
  const told = Object.entries(counts.explained).map(([rule, times]) => `${rule}: ${times}`)
  console.log(
    `  both accept ${counts.accepted}, both refuse ${counts.refused}${told.length ? `; they differ by ${told.join(', ')}` : ''}`,
  )
  assert.deepEqual(unexplained.slice(0, 5), [], `${unexplained.length} disagreements that no rule explains`)
  return counts
}

async function outcome(call) {
  try {
    const { payload, protectedHeader } = await call()
    return { answer: 'accept', result: { payload, protectedHeader } }
  } catch (error) {
    const claim = error.claim === undefined ? [] : [error.claim, error.reason]
    return { answer: [error.code ?? error.name, ...claim].join(' '), error }
  }
}
