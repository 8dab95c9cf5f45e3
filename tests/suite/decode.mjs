import { decodeJwt, decodeProtectedHeader, nextRefresh, tokenTimes } from 'jotgate'
import * as decodeEntry from 'jotgate/decode'
import { answerAtOnce } from './answers.mjs'
import { claims, NOW, signed } from './issuer.mjs'
import { assert, equal } from './tally.mjs'
import { base64url, bytesOf, textOf } from './tokens.mjs'

const token = (payload, header = '{"alg":"none"}') => `${base64url(header)}.${base64url(payload)}.AA`
const times = (more) => token(JSON.stringify(more))

/** Reading without verifying. */
export async function decode(tally, { attacks: { cases }, codes }) {
  tally.group('decode')
  await tally.test('jotgate/decode has the same functions', () => {
    const names = ['decodeJwt', 'decodeProtectedHeader', 'nextRefresh', 'tokenTimes']
    equal(Object.keys(decodeEntry).sort(), names)
    assert(
      Object.values(decodeEntry).every((each) => typeof each === 'function'),
      'not all are functions',
    )
    equal(decodeEntry.decodeJwt(times({ exp: 1 })), { exp: 1 })
  })
  for (const { id, token: text, token_file: file } of cases) {
    const answer = codes.createVerifier[id]
    // What may be read is what has nothing wrong but its key, its signature or its claims.
    if (
      typeof text !== 'string' ||
      file ||
      /^(TypeError|ERR_JWS_INVALID|ERR_JWT_INVALID|ERR_JOSE_NOT_SUPPORTED)/.test(answer)
    )
      continue
    if (answer.startsWith('ERR_JOTGATE_TOKEN_TOO_LARGE')) continue
    await tally.test(`${id}: claims and header`, () => {
      const [header, payload] = text.split('.')
      equal(decodeJwt(text), JSON.parse(textOf(payload)), 'the claims')
      equal(decodeProtectedHeader(text), JSON.parse(textOf(header)), 'the header')
    })
  }
  await tally.test('a segment is the base64url of an encoder, whatever stands where', () => {
    // With every length of what is behind the last whole block of sixteen characters.
    for (let length = 40; length <= 51; length++) {
      const good = base64url(JSON.stringify({ a: 'x'.repeat(length - 8) }))
      equal(good.length, Math.ceil((length * 4) / 3))
      for (let at = 0; at < good.length; at++) {
        for (let code = 0; code < 0x100; code++) {
          const payload = good.slice(0, at) + String.fromCharCode(code) + good.slice(at + 1)
          let answer
          try {
            decodeJwt(`e30.${payload}.AA`)
          } catch ({ code }) {
            answer = code
          }
          const sound = /^[\w-]+$/.test(payload) && base64url(bytesOf(payload)) === payload
          if ((answer === 'ERR_JWS_INVALID') === sound) throw new Error(`code ${code} at ${at} of ${length}: ${answer}`)
        }
      }
    }
  })
  await tally.test('strings end where JSON.parse finds their end, whatever stands where', () => {
    const special = Array.from({ length: 0x60 }, (_, code) => code).filter((code) => code < 0x24 || code > 0x5a)
    for (let length = 1; length <= 34; length++) {
      for (let at = 0; at < length; at++) {
        for (const code of special) {
          const inner = 'a'.repeat(at) + String.fromCharCode(code) + 'a'.repeat(length - at - 1)
          const text = `{"a":"${inner}","b":1}`
          let read
          try {
            read = JSON.stringify(JSON.parse(text))
          } catch {}
          let answer
          try {
            answer = JSON.stringify(decodeJwt(token(text)))
          } catch {}
          if (answer !== read) throw new Error(`code ${code} at ${at} of ${length}: ${answer} instead of ${read}`)
        }
      }
    }
  })
  const refused = cases.filter(
    ({ id, token: text }) => typeof text === 'string' && /^(enc|json-(payload|utf8|bom|dup-(exp|aud|nested)))/.test(id),
  )
  for (const { id, token: text } of refused) {
    const answer = codes.createVerifier[id]
    const [header = '', payload = ''] = text.split('.')
    if (answer === 'ERR_JOSE_ALG_NOT_ALLOWED' || answer === 'accept') continue
    await tally.test(`${id}: refused`, () => {
      const claimsAnswer = answerAtOnce(() => decodeJwt(text), text)
      const headerAnswer = answerAtOnce(() => decodeProtectedHeader(text), text)
      // An empty payload is no claims set either.
      const known = [answer, 'accept', ...(payload === '' ? ['ERR_JWT_INVALID'] : [])]
      assert(
        known.includes(claimsAnswer) && known.includes(headerAnswer),
        `the answers are ${claimsAnswer}, ${headerAnswer}`,
      )
      // A signature that is no base64url is nobody's business here; anything else has to be.
      const sound = /^[\w-]+$/.test(header) && /^[\w-]+$/.test(payload) && text.split('.').length === 3
      if (!sound) assert(claimsAnswer === answer || headerAnswer === answer, 'both were accepted')
      if (answer === 'ERR_JWT_INVALID') equal(claimsAnswer, answer)
    })
  }
  await tally.test('claims keep their types and their order', () => {
    const text = '{"z":1,"a":[null,true,1.5,"x"],"__proto__":{"admin":true},"u":"\\ud800","n":-0}'
    const read = decodeJwt(token(text))
    equal(Object.keys(read), ['z', 'a', '__proto__', 'u', 'n'])
    equal(read.admin, undefined)
    equal({}.admin, undefined)
    equal(read.u, '\ud800')
  })
  await tally.test('a header is read without alg, and never obeyed', () => {
    equal(decodeProtectedHeader(token('{}', '{"crit":["x"],"b64":false,"alg":5}')), { crit: ['x'], b64: false, alg: 5 })
  })
  const sizes = [16_384, 16_385]
  for (const size of sizes) {
    await tally.test(`a token of ${size} bytes`, () => {
      const short = token('{}')
      const text = short + 'A'.repeat(size - short.length)
      const expected = size > 16_384 ? 'ERR_JOTGATE_TOKEN_TOO_LARGE' : 'accept'
      equal(
        answerAtOnce(() => decodeJwt(text)),
        expected,
      )
      equal(
        answerAtOnce(() => decodeProtectedHeader(text)),
        expected,
      )
    })
  }

  tally.group('tokenTimes')
  const at = (claimsSet, options) => tokenTimes(times(claimsSet), { now: NOW, ...options })
  const rows = [
    [{}, {}, { expiresIn: Number.POSITIVE_INFINITY, expired: false }],
    [{ exp: NOW + 60 }, {}, { expiresAt: NOW + 60, expiresIn: 60, expired: false }],
    [{ exp: NOW + 0.5 }, {}, { expiresAt: NOW + 0.5, expiresIn: 0.5, expired: false }],
    [{ exp: NOW }, {}, { expiresAt: NOW, expiresIn: 0, expired: true }],
    [{ exp: NOW - 60 }, {}, { expiresAt: NOW - 60, expiresIn: -60, expired: true }],
    [
      { exp: NOW, nbf: NOW - 2, iat: NOW - 3 },
      {},
      { issuedAt: NOW - 3, notBefore: NOW - 2, expiresAt: NOW, expiresIn: 0, expired: true },
    ],
    [{ exp: NOW + 60 }, { serverDate: NOW + 60 }, { expiresAt: NOW + 60, expiresIn: 0, expired: true }],
    [
      { exp: NOW + 60 },
      { serverDate: new Date((NOW + 59) * 1000) },
      { expiresAt: NOW + 60, expiresIn: 1, expired: false },
    ],
    [
      { exp: NOW + 60 },
      { serverDate: new Date((NOW + 60) * 1000).toUTCString() },
      { expiresAt: NOW + 60, expiresIn: 0, expired: true },
    ],
    [{ exp: 0 }, { now: 0 }, { expiresAt: 0, expiresIn: 0, expired: true }],
    [{ exp: -5 }, { now: -6 }, { expiresAt: -5, expiresIn: 1, expired: false }],
  ]
  for (const [claimsSet, given, expected] of rows) {
    await tally.test(`${JSON.stringify(claimsSet)} ${JSON.stringify(given)}`, () =>
      equal(at(claimsSet, given), expected),
    )
  }
  for (const name of ['exp', 'nbf', 'iat']) {
    for (const json of ['"1"', 'null', 'true', '[]', '{}', '1e400']) {
      await tally.test(`${name} ${json}`, () => {
        const text = token(`{"${name}":${json}}`)
        equal(
          answerAtOnce(() => tokenTimes(text), text),
          `ERR_JWT_CLAIM_VALIDATION_FAILED ${name} invalid`,
        )
      })
    }
  }
  const moments = [Number.NaN, Number.POSITIVE_INFINITY, '1', null, new Date(), 1n, {}]
  for (const now of moments) {
    await tally.test(`now ${String(now)}`, () =>
      equal(
        answerAtOnce(() => at({}, { now })),
        'TypeError now',
      ),
    )
  }
  for (const serverDate of ['', 'soon', new Date(Number.NaN), Number.NaN, null, {}, []]) {
    await tally.test(`serverDate ${String(serverDate) || '""'}`, () => {
      equal(
        answerAtOnce(() => at({}, { serverDate })),
        'TypeError serverDate',
      )
    })
  }
  await tally.test('the system clock, when there is no other', () => {
    const { expiresIn } = tokenTimes(times({ exp: Date.now() / 1000 + 100 }))
    assert(expiresIn > 50 && expiresIn <= 100, `it expires in ${expiresIn}`)
  })

  tally.group('nextRefresh')
  const issued = { iat: NOW, exp: NOW + 3600 }
  const plans = [
    [issued, {}, NOW + 3540, 'scheduled'],
    [issued, { before: 300 }, NOW + 3300, 'scheduled'],
    [issued, { before: 0.25 }, NOW + 2700, 'scheduled'],
    [issued, { before: 9999 }, NOW + 1800, 'scheduled'],
    [issued, { before: 0 }, NOW + 3600, 'scheduled'],
    [issued, { skew: 600 }, NOW + 2940, 'scheduled'],
    [issued, { skew: -600 }, NOW + 4140, 'scheduled'],
    [issued, { now: NOW + 3550 }, NOW + 3550, 'due'],
    [issued, { now: NOW + 3600 }, NOW + 3600, 'expired'],
    [issued, { now: NOW + 9999 }, NOW + 9999, 'expired'],
    [{ iat: NOW, exp: NOW + 20 }, {}, NOW + 15, 'scheduled'],
    [{ iat: NOW, exp: NOW + 20 }, { minInterval: 18 }, NOW + 18, 'min-interval'],
    [{ iat: NOW, exp: NOW + 20 }, { minInterval: 60 }, NOW + 20, 'min-interval'],
    [{ exp: NOW + 3600 }, {}, NOW + 3540, 'scheduled'],
    [{ iat: NOW + 9999, exp: NOW + 3600 }, {}, NOW + 3540, 'scheduled'],
    [{ exp: NOW - 1 }, {}, NOW, 'expired'],
  ]
  for (const [claimsSet, given, moment, reason] of plans) {
    await tally.test(`${JSON.stringify(claimsSet)} ${JSON.stringify(given)}`, () => {
      const all = { now: NOW, ...given }
      const inMs = Math.max(0, Math.round((moment - all.now) * 1000))
      equal(nextRefresh(times(claimsSet), all), { at: moment, inMs, reason })
      equal(nextRefresh(claimsSet, all), { at: moment, inMs, reason }, 'of an object')
    })
  }
  await tally.test('a wait that setTimeout can take', () => {
    equal(nextRefresh({ iat: NOW, exp: NOW + 1e9 }, { now: NOW }).inMs, 2_147_483_647)
  })
  await tally.test('jitter moves it forward, and no farther than asked for', () => {
    const moments = Array.from({ length: 64 }, () => nextRefresh(issued, { now: NOW, before: 100, jitter: 0.5 }).at)
    assert(
      moments.every((moment) => moment <= NOW + 3500 && moment >= NOW + 3450),
      'out of its bounds',
    )
    assert(new Set(moments).size > 8, 'not by chance')
  })
  await tally.test('exp missing', () => {
    equal(
      answerAtOnce(() => nextRefresh(times({ iat: NOW }))),
      'ERR_JWT_CLAIM_VALIDATION_FAILED exp missing',
    )
    equal(
      answerAtOnce(() => nextRefresh({ iat: NOW })),
      'ERR_JWT_CLAIM_VALIDATION_FAILED exp missing',
    )
  })
  for (const value of ['1', null, Number.NaN, Number.POSITIVE_INFINITY, [], {}]) {
    await tally.test(`exp or iat ${String(value)}`, () => {
      equal(
        answerAtOnce(() => nextRefresh({ exp: value })),
        'ERR_JWT_CLAIM_VALIDATION_FAILED exp invalid',
      )
      equal(
        answerAtOnce(() => nextRefresh({ exp: NOW, iat: value })),
        'ERR_JWT_CLAIM_VALIDATION_FAILED iat invalid',
      )
    })
  }
  const wrong = {
    before: [-1, Number.NaN, '1', null],
    jitter: [-0.1, 1.1, Number.NaN, '0'],
    minInterval: [-1, Number.POSITIVE_INFINITY, '1'],
    now: [Number.NaN, '1'],
    skew: [Number.NaN, Number.NEGATIVE_INFINITY, '1'],
  }
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      await tally.test(`${name} ${String(value)}`, () => {
        equal(
          answerAtOnce(() => nextRefresh(issued, { [name]: value })),
          `TypeError ${name}`,
        )
      })
    }
  }
  await tally.test('a refused token is told as decodeJwt does', async () => {
    equal(
      answerAtOnce(() => nextRefresh('x.y')),
      'ERR_JWS_INVALID',
    )
    const text = await signed(claims())
    equal(
      answerAtOnce(() => nextRefresh(text)),
      'accept',
    )
  })
}
