import { createLocalJWKSet, createVerifier, errors, jwtVerify, jwtVerifySync } from 'jotgate'
import { answerAtOnce, answerOf } from './answers.mjs'
import { CLAIMS, claims, ecA, ecB, ed, NOW, policy, publicJwk, secret, signed } from './issuer.mjs'
import { assert, equal } from './tally.mjs'
import { base64url } from './tokens.mjs'

const BROKEN = 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'
const now = { currentDate: new Date(NOW * 1000) }

/** What code that was written for jose relies on. */
export async function joseShaped(tally) {
  const a = publicJwk(ecA)
  const b = publicJwk(ecB)
  const token = await signed(CLAIMS, { alg: 'ES256', key: ecA, header: { kid: 'k' } })
  const hs256 = await signed()
  const [encodedHeader, encodedPayload, signature] = token.split('.')

  tally.group('jwtVerify, results')
  await tally.test('payload and protectedHeader, and no key for a key', async () => {
    const expected = { payload: CLAIMS, protectedHeader: { alg: 'ES256', typ: 'JWT', kid: 'k' } }
    equal(await jwtVerify(token, a, now), expected)
    equal(jwtVerifySync(token, a, now), expected, 'jwtVerifySync')
  })
  await tally.test('each result is its own', async () => {
    const first = jwtVerifySync(token, a, now)
    first.payload.sub = 'changed'
    first.protectedHeader.alg = 'none'
    equal(jwtVerifySync(token, a, now).payload.sub, 'user-1')
    equal((await jwtVerify(token, a, now)).protectedHeader.alg, 'ES256')
  })
  await tally.test('a single key verifies whatever kid it has', async () => {
    equal(await answerOf(() => jwtVerify(token, { ...a, kid: 'other' }, now)), 'accept')
  })
  await tally.test('a key that was changed since is a new key', async () => {
    const key = { ...a }
    equal(
      answerAtOnce(() => jwtVerifySync(token, key, now)),
      'accept',
    )
    Object.assign(key, b)
    equal(
      answerAtOnce(() => jwtVerifySync(token, key, now)),
      BROKEN,
    )
    equal(await answerOf(() => jwtVerify(token, key, now)), BROKEN)
    const bytes = Uint8Array.from(secret)
    equal(
      answerAtOnce(() => jwtVerifySync(hs256, bytes, now)),
      'accept',
    )
    bytes[0] ^= 1
    equal(
      answerAtOnce(() => jwtVerifySync(hs256, bytes, now)),
      BROKEN,
    )
  })
  await tally.test('the options of one call are not those of the next', async () => {
    const strict = { ...now, audience: 'https://other.example' }
    const REFUSED = 'ERR_JWT_CLAIM_VALIDATION_FAILED aud check_failed'
    for (const [given, expected] of [
      [strict, REFUSED],
      [now, 'accept'],
      [strict, REFUSED],
      [{ ...now, clockTolerance: 5 }, 'accept'],
    ]) {
      equal(await answerOf(() => jwtVerify(token, a, given)), expected)
      equal(
        answerAtOnce(() => jwtVerifySync(token, a, given)),
        expected,
      )
    }
  })

  tally.group('jwtVerify, key functions')
  await tally.test('get the header and the segments', async () => {
    const seen = []
    const getKey = (...parameters) => {
      seen.push(parameters)
      return a
    }
    const { key, payload } = await jwtVerify(token, getKey, now)
    const segments = { protected: encodedHeader, payload: encodedPayload, signature }
    equal(seen, [[{ alg: 'ES256', typ: 'JWT', kid: 'k' }, segments]])
    assert(key === a, 'result.key is not the answer')
    equal(payload, CLAIMS)
    const again = jwtVerifySync(token, getKey, now)
    assert(again.key === a, 'result.key is not the answer of jwtVerifySync')
    equal(seen.length, 2)
  })
  await tally.test('may be async', async () => {
    const { key } = await jwtVerify(token, async () => a, now)
    assert(key === a, 'result.key')
    equal(answerAtOnce(() => jwtVerifySync(token, async () => a, now)).split(' ')[0], 'TypeError')
  })
  await tally.test('may answer a key set', async () => {
    equal(await answerOf(() => jwtVerify(token, () => ({ keys: [{ ...a, kid: 'k' }] }), now)), 'accept')
  })
  await tally.test('may be wrong', async () => {
    equal(await answerOf(() => jwtVerify(token, () => b, now)), BROKEN)
    equal(
      answerAtOnce(() => jwtVerifySync(token, () => b, now)),
      BROKEN,
    )
  })
  for (const answer of [undefined, null, 1, 'text', [], () => a]) {
    await tally.test(`may not answer ${String(answer)}`, async () => {
      equal(await answerOf(() => jwtVerify(token, () => answer, now)), 'TypeError key')
      equal(
        answerAtOnce(() => jwtVerifySync(token, () => answer, now)),
        'TypeError key',
      )
    })
  }
  await tally.test('what they throw comes through', async () => {
    class Own extends Error {}
    const own = new Own('mine')
    const thrower = () => {
      throw own
    }
    const caught = await jwtVerify(token, thrower, now).catch((error) => error)
    assert(caught === own, 'jwtVerify')
    const rejected = await jwtVerify(token, () => Promise.reject(own), now).catch((error) => error)
    assert(rejected === own, 'jwtVerify, a rejection')
    let atOnce
    try {
      jwtVerifySync(token, thrower, now)
    } catch (error) {
      atOnce = error
    }
    assert(atOnce === own, 'jwtVerifySync')
  })
  const unfit = {
    'malformed tokens': ['x.y.z', {}, 'ERR_JWS_INVALID'],
    'two segments': [`${encodedHeader}.${encodedPayload}`, {}, 'ERR_JWS_INVALID'],
    'encrypted tokens': ['a.b.c.d.e', {}, 'ERR_JOSE_NOT_SUPPORTED'],
    'alg none': [`${base64url('{"alg":"none"}')}.${encodedPayload}.`, {}, 'ERR_JOSE_ALG_NOT_ALLOWED'],
    'an alg that is not allowed': [token, { algorithms: ['RS256'] }, 'ERR_JOSE_ALG_NOT_ALLOWED'],
    'a header member twice': [
      `${base64url('{"alg":"ES256","alg":"ES256"}')}.${encodedPayload}.${signature}`,
      {},
      'ERR_JWS_INVALID',
    ],
    'an extension that is not understood': [
      `${base64url('{"alg":"ES256","crit":["x"],"x":1}')}.${encodedPayload}.${signature}`,
      {},
      'ERR_JOSE_NOT_SUPPORTED',
    ],
    'a long token': [`${token}${'A'.repeat(20_000)}`, {}, 'ERR_JOTGATE_TOKEN_TOO_LARGE'],
  }
  for (const [name, [text, more, expected]] of Object.entries(unfit)) {
    await tally.test(`are not asked about ${name}`, async () => {
      let asked = 0
      const getKey = () => {
        asked += 1
        return a
      }
      equal(await answerOf(() => jwtVerify(text, getKey, { ...now, ...more }), text), expected)
      equal(
        answerAtOnce(() => jwtVerifySync(text, getKey, { ...now, ...more }), text),
        expected,
      )
      equal(asked, 0, 'how often it was asked')
    })
  }
  await tally.test('may verify another token meanwhile', async () => {
    const expired = await signed(claims({ exp: NOW - 1, jti: 'inner' }))
    const getKey = () => {
      equal(
        answerAtOnce(() => jwtVerifySync(expired, secret, now)),
        'ERR_JWT_EXPIRED exp check_failed',
      )
      equal(jwtVerifySync(hs256, secret, now).payload.jti, 't-1')
      return a
    }
    equal((await jwtVerify(token, getKey, now)).payload, CLAIMS)
    equal(jwtVerifySync(token, getKey, now).payload, CLAIMS)
  })

  tally.group('jwtVerify, which algorithms a key is good for')
  const forKeys = [
    ['HMAC bytes and ES256', token, secret, {}, 'ERR_JOSE_ALG_NOT_ALLOWED'],
    ['HMAC bytes and HS256', hs256, secret, {}, 'accept'],
    ['HMAC bytes and HS256, not allowed', hs256, secret, { algorithms: ['HS512'] }, 'ERR_JOSE_ALG_NOT_ALLOWED'],
    ['EC key and HS256', hs256, a, {}, 'ERR_JOSE_ALG_NOT_ALLOWED'],
    ['EC key and HS256, allowed', hs256, a, { algorithms: ['HS256', 'ES256'] }, 'ERR_JWKS_NO_MATCHING_KEY'],
    ['EC key and ES256', token, a, { algorithms: ['ES256'] }, 'accept'],
    ['EC key and ES256, undefined as in jose', token, a, { algorithms: undefined }, 'accept'],
    ['EC key and ES256, not allowed', token, a, { algorithms: ['ES384', 'RS256'] }, 'ERR_JOSE_ALG_NOT_ALLOWED'],
    ['an unknown name beside', token, a, { algorithms: ['ES256', 'A256GCM'] }, 'accept'],
    ['only unknown names', token, a, { algorithms: ['none', 'A256GCM'] }, 'ERR_JOSE_ALG_NOT_ALLOWED'],
    ['key of another curve', token, publicJwk(ed), {}, 'ERR_JWKS_NO_MATCHING_KEY'],
  ]
  for (const [name, text, key, more, expected] of forKeys) {
    await tally.test(name, async () => {
      equal(await answerOf(() => jwtVerify(text, key, { ...now, ...more }), text), expected)
      equal(
        answerAtOnce(() => jwtVerifySync(text, key, { ...now, ...more }), text),
        expected,
      )
    })
  }

  tally.group('createLocalJWKSet')
  const set = {
    keys: [
      { ...b, kid: 'other' },
      { ...a, kid: 'k' },
    ],
  }
  await tally.test('stands for its keys, and result.key is the chosen one', async () => {
    const { key, payload } = await jwtVerify(token, createLocalJWKSet(set), now)
    assert(key instanceof CryptoKey && key.type === 'public', 'result.key is no public CryptoKey')
    equal(payload, CLAIMS)
    equal(await answerOf(() => jwtVerify(token, key, now)), 'accept', 'with that key')
  })
  await tally.test('at once', () => {
    const { key } = jwtVerifySync(token, createLocalJWKSet(set), now)
    equal([key.kty, key.x], ['EC', a.x], 'result.key')
  })
  await tally.test('gives a copy of its keys', () => {
    const keySet = createLocalJWKSet(set)
    keySet.jwks().keys.length = 0
    equal(keySet.jwks(), set)
    set.keys[0].kid = 'changed'
    equal(keySet.jwks().keys[0].kid, 'other')
    set.keys[0].kid = 'other'
  })
  await tally.test('is a function of the header', async () => {
    const keySet = createLocalJWKSet(set)
    const key = await keySet({ alg: 'ES256', kid: 'k' })
    equal(await answerOf(() => jwtVerify(token, key, now)), 'accept')
    const jwk = await crypto.subtle.exportKey('jwk', await keySet({ alg: 'ES256', kid: 'other' }))
    equal(jwk.x, b.x)
  })
  const asked = [
    [{ alg: 'ES256', kid: 'nobody' }, 'ERR_JWKS_NO_MATCHING_KEY'],
    [{ alg: 'ES384', kid: 'k' }, 'ERR_JWKS_NO_MATCHING_KEY'],
    [{ alg: 'ES256' }, 'ERR_JWKS_MULTIPLE_MATCHING_KEYS'],
    [{ alg: 'HS256', kid: 'k' }, 'ERR_JOSE_NOT_SUPPORTED'],
    [{ alg: 'none' }, 'ERR_JOSE_NOT_SUPPORTED'],
    [{ kid: 'k' }, 'ERR_JOSE_NOT_SUPPORTED'],
    [{ alg: 'ES256', kid: 1 }, 'ERR_JWKS_NO_MATCHING_KEY'],
    [{ alg: ['ES256'], kid: 'k' }, 'ERR_JOSE_NOT_SUPPORTED'],
    [undefined, 'ERR_JOSE_NOT_SUPPORTED'],
  ]
  for (const [header, expected] of asked) {
    await tally.test(`asked for ${JSON.stringify(header)}`, async () => {
      equal(await answerOf(() => createLocalJWKSet(set)(header)), expected)
    })
  }
  await tally.test('several keys can be tried', async () => {
    const several = createLocalJWKSet({
      keys: [
        { ...b, kid: 'k' },
        { ...a, kid: 'k' },
      ],
    })
    const error = await jwtVerify(token, several, now).catch((thrown) => thrown)
    assert(error instanceof errors.JWKSMultipleMatchingKeys, 'no JWKSMultipleMatchingKeys')
    const answers = []
    for await (const key of error) answers.push(await answerOf(() => jwtVerify(token, key, now)))
    equal(answers, [BROKEN, 'accept'])
    const direct = await several({ alg: 'ES256', kid: 'k' }).catch((thrown) => thrown)
    const xs = []
    for await (const key of direct) xs.push((await crypto.subtle.exportKey('jwk', key)).x)
    equal(xs, [b.x, a.x])
  })
  await tally.test('several keys of a plain set can be tried', async () => {
    const error = await jwtVerify(
      token,
      {
        keys: [
          { ...b, kid: 'k' },
          { ...a, kid: 'k' },
        ],
      },
      now,
    ).catch((thrown) => thrown)
    const answers = []
    for await (const key of error) answers.push(await answerOf(() => jwtVerify(token, key, now)))
    equal(answers, [BROKEN, 'accept'])
  })
  await tally.test('createVerifier takes it as well', async () => {
    const { algorithms: _, ...rest } = policy({ jwks: createLocalJWKSet(set) })
    equal(await answerOf(() => createVerifier(rest).verify(token)), 'accept')
    equal(
      answerAtOnce(() => createVerifier(rest).verifySync(token)),
      'accept',
    )
  })

  tally.group('jwtVerify, the rest')
  await tally.test('the system clock, when there is no date', async () => {
    const seconds = Date.now() / 1000
    const fresh = await signed(claims({ exp: seconds + 60, iat: seconds }))
    equal(await answerOf(() => jwtVerify(fresh, secret, { maxTokenAge: '1 minute' })), 'accept')
    equal(
      answerAtOnce(() => jwtVerifySync(fresh, secret)),
      'accept',
    )
    const old = await signed(claims({ exp: seconds - 1 }))
    equal(await answerOf(() => jwtVerify(old, secret)), 'ERR_JWT_EXPIRED exp check_failed')
  })
  await tally.test('an async call does not throw, it rejects', async () => {
    for (const call of [
      () => jwtVerify(),
      () => jwtVerify(null, null, null),
      () => jwtVerify(token, a, { issuer: 1 }),
    ]) {
      let promise
      try {
        promise = call()
      } catch {
        assert(false, 'it has thrown')
      }
      assert(typeof promise.then === 'function', 'it is no promise')
      const settled = await promise.then(
        () => 'accepted',
        () => 'rejected',
      )
      equal(settled, 'rejected')
    }
  })
}
