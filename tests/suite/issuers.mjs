import { createVerifier, jwtVerifySync } from 'jotgate'
import { answerAtOnce, answerOf } from './answers.mjs'
import { AUDIENCE, claims, ecA, ecB, NOW, publicJwk, rsaA, secret, signed } from './issuer.mjs'
import { equal } from './tally.mjs'
import { base64url } from './tokens.mjs'

const A = 'https://a.example'
const B = 'https://b.example'
const BROKEN = 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'
const NO_KEY = 'ERR_JWKS_NO_MATCHING_KEY'
const NOT_ALLOWED = 'ERR_JOSE_ALG_NOT_ALLOWED'
const unacceptable = (claim) => `ERR_JWT_CLAIM_VALIDATION_FAILED ${claim} check_failed`

/** A key of one issuer never verifies a token of another (RFC 8725 §3.8). */
export async function issuers(tally) {
  const keysOf = (...keys) => ({ keys })
  const a = publicJwk(ecA, { kid: 'k' })
  const b = publicJwk(ecB, { kid: 'k' })
  const rsa = publicJwk(rsaA, { kid: 'k' })
  const common = { audience: AUDIENCE, currentDate: new Date(NOW * 1000) }
  const by = (iss, key, more = {}, alg = 'ES256') =>
    signed(claims({ iss, ...more }), { alg, key, header: { kid: 'k' } })
  const two = {
    ...common,
    issuers: [
      { issuer: A, jwks: keysOf(a) },
      { issuer: B, jwks: keysOf(b) },
    ],
  }
  const mixed = {
    ...common,
    issuers: [
      { issuer: A, jwks: keysOf(a), audience: 'https://only-a.example' },
      { issuer: [B, `${B}/v2`], jwks: secret, algorithms: ['HS256'] },
      { issuer: 'https://c.example', jwks: keysOf(rsa), algorithms: ['RS256'], audience: null },
    ],
  }
  const rows = [
    ['A by A', two, await by(A, ecA), 'accept'],
    ['B by B', two, await by(B, ecB), 'accept'],
    ['A by B', two, await by(A, ecB), BROKEN],
    ['B by A', two, await by(B, ecA), BROKEN],
    ['nobody known by A', two, await by('https://c.example', ecA), NO_KEY],
    ['A with a slash by A', two, await by(`${A}/`, ecA), NO_KEY],
    ['A in another case by A', two, await by(A.toUpperCase(), ecA), NO_KEY],
    ['a list of both by A', two, await by([A, B], ecA), NO_KEY],
    ['a number by A', two, await by(0, ecA), NO_KEY],
    ['null by A', two, await by(null, ecA), NO_KEY],
    ['no iss at all by A', two, await signed(claims({}, ['iss']), { alg: 'ES256', key: ecA }), NO_KEY],
    [
      'B, then A, by A',
      two,
      await signed(`{"iss":"${B}","iss":"${A}","exp":${NOW + 9}}`, { alg: 'ES256', key: ecA }),
      NO_KEY,
    ],
    [
      'A, then B with an escape, by A',
      two,
      await signed(`{"iss":"${A}","\\u0069ss":"${B}","exp":${NOW + 9}}`, { alg: 'ES256', key: ecA }),
      NO_KEY,
    ],
    ['iss further inside by A', two, await signed({ x: { iss: A }, exp: NOW + 9 }, { alg: 'ES256', key: ecA }), NO_KEY],
    ['no claims set by A', two, await signed('"x"', { alg: 'ES256', key: ecA }), NO_KEY],
    ['A, its own audience', mixed, await by(A, ecA, { aud: 'https://only-a.example' }), 'accept'],
    ['A, the audience of others', mixed, await by(A, ecA), unacceptable('aud')],
    [
      'B, the audience of A',
      mixed,
      await by(B, secret, { aud: 'https://only-a.example' }, 'HS256'),
      unacceptable('aud'),
    ],
    ['B, HMAC', mixed, await by(B, secret, {}, 'HS256'), 'accept'],
    ['the other name of B', mixed, await by(`${B}/v2`, secret, {}, 'HS256'), 'accept'],
    ['A, HMAC', mixed, await by(A, secret, {}, 'HS256'), NOT_ALLOWED],
    ['C, HMAC', mixed, await by('https://c.example', secret, {}, 'HS256'), NOT_ALLOWED],
    ['nobody known, HMAC', mixed, await by('https://d.example', secret, {}, 'HS256'), NO_KEY],
    ['B, ES256', mixed, await by(B, ecA), NOT_ALLOWED],
    ['C, RS256, any audience', mixed, await by('https://c.example', rsaA, { aud: 'x' }, 'RS256'), 'accept'],
    ['C, ES256', mixed, await by('https://c.example', ecA), NOT_ALLOWED],
    ['A, RS256 by C', mixed, await by(A, rsaA, {}, 'RS256'), NO_KEY],
    [
      'A, the public key of C as a secret',
      mixed,
      await by(A, new TextEncoder().encode(JSON.stringify(rsa)), {}, 'HS256'),
      NOT_ALLOWED,
    ],
    [
      'B, the public key of C as a secret',
      mixed,
      await by(B, new TextEncoder().encode(JSON.stringify(rsa)), {}, 'HS256'),
      BROKEN,
    ],
  ]
  for (const [name, options, token, expected] of rows) {
    tally.group('several issuers')
    await tally.test(name, async () => {
      for (const backend of ['wasm', 'webcrypto', 'auto']) {
        const verifier = createVerifier({ ...options, backend })
        equal(await answerOf(() => verifier.verify(token), token), expected, backend)
      }
      const verifier = createVerifier(options)
      equal(
        answerAtOnce(() => verifier.verifySync(token), token),
        expected,
        'verifySync',
      )
      const failed = verifier.explain(token).find(({ outcome }) => outcome === 'fail')
      const { code = 'accept', claim, reason } = failed ?? {}
      equal([code, ...(claim ? [claim, reason] : [])].join(' '), expected, 'explain')
    })
  }

  tally.group('several issuers')
  await tally.test('one verifier for all, in any order', async () => {
    const tokens = [
      [await by(A, ecA), 'accept'],
      [await by(B, ecA), BROKEN],
      [await by(B, ecB), 'accept'],
      [await by(A, ecB), BROKEN],
    ]
    for (const backend of ['wasm', 'webcrypto', 'auto']) {
      for (const order of [tokens, [...tokens].reverse()]) {
        const verifier = createVerifier({ ...two, backend })
        for (const [token, expected] of [...order, ...order]) {
          equal(await answerOf(() => verifier.verify(token), token), expected, backend)
        }
        equal(
          await Promise.all(order.map(([token]) => answerOf(() => verifier.verify(token)))),
          order.map(([, expected]) => expected),
          `${backend}, at once`,
        )
      }
    }
  })

  tally.group('several verifiers')
  await tally.test('do not share keys of one name', async () => {
    const make = (issuer, key, backend) => createVerifier({ ...common, issuer, jwks: keysOf(key), backend })
    for (const backend of ['wasm', 'webcrypto', 'auto']) {
      const ofA = make(A, a, backend)
      const ofB = make(A, b, backend)
      const token = await by(A, ecA)
      const other = await by(A, ecB)
      for (const [verifier, text, expected] of [
        [ofA, token, 'accept'],
        [ofB, token, BROKEN],
        [ofA, other, BROKEN],
        [ofB, other, 'accept'],
        [ofA, token, 'accept'],
      ]) {
        equal(await answerOf(() => verifier.verify(text)), expected, backend)
      }
    }
  })
  await tally.test('nor do calls of jwtVerifySync', async () => {
    const token = await by(A, ecA)
    const sets = [keysOf(a), keysOf(b), keysOf(b, a)]
    const expected = ['accept', BROKEN, 'ERR_JWKS_MULTIPLE_MATCHING_KEYS']
    for (let round = 0; round < 3; round += 1) {
      for (const [at, keys] of sets.entries()) {
        equal(
          answerAtOnce(() => jwtVerifySync(token, keys, { currentDate: common.currentDate })),
          expected[at],
        )
      }
    }
  })
  await tally.test('the header chooses no issuer', async () => {
    for (const header of [{ iss: A }, { iss: B, kid: 'k' }]) {
      const token = await signed(claims({ iss: B }), { alg: 'ES256', key: ecA, header })
      equal(
        answerAtOnce(() => createVerifier(two).verifySync(token), token),
        BROKEN,
      )
    }
  })
  await tally.test('a secret in a public set of another is nobody’s', async () => {
    const leaked = { kty: 'oct', k: base64url(secret), kid: 'k' }
    const options = {
      ...common,
      issuers: [
        { issuer: A, jwks: keysOf(a, leaked), algorithms: ['ES256', 'HS256'] },
        { issuer: B, jwks: keysOf(b) },
      ],
    }
    for (const iss of [A, B]) {
      const token = await by(iss, secret, {}, 'HS256')
      equal(
        answerAtOnce(() => createVerifier(options).verifySync(token), token),
        iss === A ? NO_KEY : NOT_ALLOWED,
      )
    }
  })
}
