import * as jotgate from 'jotgate'
import { createVerifier, errors, jwtVerify, jwtVerifySync } from 'jotgate'
import { answerAtOnce, answerOf } from './answers.mjs'
import { CLAIMS, claims, NOW, policy, secret, signed } from './issuer.mjs'
import { assert, equal } from './tally.mjs'

/** What callers get: results, scopes, the last word, errors, explanations. */
export async function results(tally) {
  const token = await signed()
  const now = { currentDate: new Date(NOW * 1000) }
  await exported(tally)
  await scopes(tally)
  await lastWord(tally, token)
  await refusals(tally, token, now)
  await explanations(tally, token)
  await cached(tally)
}

async function exported(tally) {
  tally.group('exports')
  await tally.test('are these', () => {
    const names = [
      'calculateJwkThumbprint',
      'createLocalJWKSet',
      'createRemoteJWKSet',
      'createVerifier',
      'customFetch',
      'decodeJwt',
      'decodeProtectedHeader',
      'errors',
      'jwksCache',
      'jwtVerify',
      'jwtVerifySync',
      'layeredStore',
      'nextRefresh',
      'tokenTimes',
      'workersCacheStore',
      'workersKVStore',
    ]
    equal(Object.keys(jotgate).sort(), names)
  })
  const classes = {
    JOSEError: 'ERR_JOSE_GENERIC',
    JOSEAlgNotAllowed: 'ERR_JOSE_ALG_NOT_ALLOWED',
    JOSENotSupported: 'ERR_JOSE_NOT_SUPPORTED',
    JWSInvalid: 'ERR_JWS_INVALID',
    JWSSignatureVerificationFailed: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    JWTInvalid: 'ERR_JWT_INVALID',
    JWTExpired: 'ERR_JWT_EXPIRED',
    JWTClaimValidationFailed: 'ERR_JWT_CLAIM_VALIDATION_FAILED',
    JWKInvalid: 'ERR_JWK_INVALID',
    JWKSInvalid: 'ERR_JWKS_INVALID',
    JWKSNoMatchingKey: 'ERR_JWKS_NO_MATCHING_KEY',
    JWKSMultipleMatchingKeys: 'ERR_JWKS_MULTIPLE_MATCHING_KEYS',
    JWKSTimeout: 'ERR_JWKS_TIMEOUT',
    JotgateTokenTooLarge: 'ERR_JOTGATE_TOKEN_TOO_LARGE',
    JotgateKeysUnavailable: 'ERR_JOTGATE_KEYS_UNAVAILABLE',
    JotgateDiscoveryInvalid: 'ERR_JOTGATE_DISCOVERY_INVALID',
    JotgateKeysNotReady: 'ERR_JOTGATE_KEYS_NOT_READY',
    JotgateTokenMissing: 'ERR_JOTGATE_TOKEN_MISSING',
    JotgateInvalidRequest: 'ERR_JOTGATE_INVALID_REQUEST',
    JotgateInsufficientScope: 'ERR_JOTGATE_INSUFFICIENT_SCOPE',
    JotgateClockInvalid: 'ERR_JOTGATE_CLOCK_INVALID',
    JotgateInternal: 'ERR_JOTGATE_INTERNAL',
  }
  // Not about a token that somebody presented.
  const others = ['JotgatePropagationError', 'JotgateRefreshFailed', 'JotgateSignedOut']
  await tally.test('errors are these', () =>
    equal(Object.keys(errors).sort(), [...Object.keys(classes), ...others].sort()),
  )
  for (const name of others) {
    await tally.test(`errors.${name} is of its own kind`, () => {
      assert(
        !(errors[name].prototype instanceof errors.JOSEError) && errors[name].prototype instanceof Error,
        'its base',
      )
    })
  }
  for (const [name, code] of Object.entries(classes)) {
    await tally.test(`errors.${name}`, () => {
      const error = new errors[name]()
      const statuses = {
        JotgateInsufficientScope: [403, 'insufficient_scope'],
        JotgateInvalidRequest: [400, 'invalid_request'],
      }
      equal([error.name, error.code, errors[name].code], [name, code, code])
      equal([error.status, error.oauthError], statuses[name] ?? [401, 'invalid_token'])
      assert(error instanceof errors.JOSEError && error instanceof Error, 'it is no JOSEError')
      assert(error.message.length > 5 && error.stack.includes(error.message), 'message and stack')
      equal(new errors[name]('other').message, 'other')
      equal(JSON.parse(JSON.stringify(error)).code, code)
    })
  }
}

async function scopes(tally) {
  tally.group('scopes')
  const rows = [
    [{ scope: 'a b' }, {}, ['a', 'b']],
    [{ scope: ' b  a b ' }, {}, ['b', 'a']],
    [{ scope: ['a', 'b', 'a'] }, {}, ['a', 'b']],
    [{ scope: ['a b', 'c'] }, {}, ['a', 'b', 'c']],
    [{ scope: '' }, {}, []],
    [{}, {}, []],
    [{ scp: 'a' }, {}, ['a']],
    [{ scp: ['a'], scope: 'b' }, {}, ['b', 'a']],
    [{ permissions: ['a'] }, {}, []],
    [{ permissions: ['a'], scope: 'b' }, { permissions: true }, ['b', 'a']],
    [{ scope: 'é ✓ \u{1f511}' }, {}, ['é', '✓', '\u{1f511}']],
    [{ scope: 'a\u00a0b\tc' }, {}, ['a\u00a0b\tc']],
    [{ scope: ['a', 1, null] }, {}, ['a']],
    [{ scope: 1 }, {}, []],
  ]
  for (const [changes, options, expected] of rows) {
    await tally.test(`${JSON.stringify(changes)} ${JSON.stringify(options)}`, async () => {
      const body = claims(changes, 'scope' in changes ? [] : ['scope'])
      const token = await signed(body)
      const result = createVerifier(policy(options)).verifySync(token)
      equal([...result.scopes], expected)
      const { scopes: again } = result
      assert(again === result.scopes, 'not the same set twice')
      assert(result.hasScope(...expected), 'hasScope')
      assert(!result.hasScope(...expected, 'nope'), 'hasScope of more')
      for (const scope of expected) assert(result.hasScope(scope), `hasScope ${scope}`)
      for (const scope of ['', ' ', 'A', 'constructor', 'nope', undefined, null]) {
        assert(!result.hasScope(scope), `hasScope ${scope}`)
      }
    })
  }
  await tally.test('are those of the signed text', async () => {
    const result = createVerifier(policy()).verifySync(await signed(claims({ scope: 'read' })))
    result.payload.scope = 'admin'
    equal([...result.scopes], ['read'])
    assert(!result.hasScope('admin'), 'hasScope')
  })
  await tally.test('are those of the token, whatever is verified in between', async () => {
    const verifier = createVerifier(policy())
    const one = verifier.verifySync(await signed(claims({ scope: 'one' })))
    const other = await verifier.verify(await signed(claims({ scope: 'other' })))
    equal([[...one.scopes], [...other.scopes]], [['one'], ['other']])
  })
  await tally.test('a list of 1500', async () => {
    const many = Array.from({ length: 1500 }, (_, index) => `s${index}`)
    const token = await signed(claims({ scope: many }))
    const result = createVerifier(policy({ requiredScopes: many })).verifySync(token)
    equal(result.scopes.size, 1500)
  })
}

async function lastWord(tally, token) {
  tally.group('check')
  const REFUSED = 'ERR_JWT_CLAIM_VALIDATION_FAILED unspecified check_failed'
  const bothWays = async (check, text = token) => {
    const verifier = createVerifier(policy({ check }))
    const answer = answerAtOnce(() => verifier.verifySync(text), text)
    equal(await answerOf(() => verifier.verify(text), text), answer, 'verify')
    const failed = verifier.explain(text).find(({ outcome }) => outcome === 'fail')
    equal(failed?.code ?? 'accept', answer.split(' ')[0], 'explain')
    return answer
  }
  await tally.test('sees the result and accepts with nothing', async () => {
    let seen
    equal(
      await bothWays((result) => {
        seen = result
      }),
      'accept',
    )
    equal(seen.payload, CLAIMS)
    equal(seen.protectedHeader.alg, 'HS256')
    assert(seen.hasScope('read'), 'scopes')
  })
  const others = {
    false: false,
    true: true,
    null: null,
    0: 0,
    'an empty text': '',
    'an object': {},
    'a promise': Promise.resolve(),
  }
  for (const [name, answer] of Object.entries(others)) {
    await tally.test(`refuses with ${name}`, async () => equal(await bothWays(() => answer), REFUSED))
  }
  await tally.test('refuses with a text, which is the message', async () => {
    equal(await bothWays(() => 'not before lunch'), REFUSED)
    const error = await createVerifier(policy({ check: () => 'not before lunch' }))
      .verify(token)
      .catch((thrown) => thrown)
    equal(error.message, 'not before lunch')
  })
  await tally.test('refuses by throwing', async () => {
    const own = new Error('mine')
    const check = () => {
      throw own
    }
    equal(await bothWays(check), REFUSED)
    const error = await createVerifier(policy({ check }))
      .verify(token)
      .catch((thrown) => thrown)
    assert(error.cause === own, 'the cause')
  })
  await tally.test('may throw an error of ours', async () => {
    const check = () => {
      throw new errors.JotgateInsufficientScope()
    }
    equal(await bothWays(check), 'ERR_JOTGATE_INSUFFICIENT_SCOPE unspecified check_failed')
  })
  await tally.test('is not asked about what is refused anyway', async () => {
    const asked = counter()
    const verifier = createVerifier(policy({ check: asked.call }))
    const [header, payload] = token.split('.')
    const bad = [
      `${header}.${payload}.${'A'.repeat(43)}`,
      await signed(claims({ exp: NOW })),
      await signed(claims({ aud: 'x' })),
      'x',
    ]
    for (const text of bad) {
      assert(answerAtOnce(() => verifier.verifySync(text)) !== 'accept', 'accepted')
      assert((await answerOf(() => verifier.verify(text))) !== 'accept', 'accepted')
      verifier.explain(text)
    }
    equal(asked.times(), 0)
  })
  await tally.test('may verify another token', async () => {
    const other = await signed(claims({ jti: 'other', scope: 'other' }))
    const inner = createVerifier(policy())
    const check = (result) => {
      equal(inner.verifySync(other).payload.jti, 'other')
      equal([...result.scopes], ['read', 'write'])
    }
    equal(await bothWays(check), 'accept')
    const result = createVerifier(policy({ check })).verifySync(token)
    equal([result.payload.jti, [...result.scopes]], ['t-1', ['read', 'write']])
  })
}

async function refusals(tally, token, now) {
  tally.group('refusals')
  const expired = await signed(claims({ exp: NOW - 1 }))
  const [header, payload] = token.split('.')
  const forged = `${header}.${payload}.${'A'.repeat(43)}`
  const caught = (call) => {
    try {
      call()
    } catch (error) {
      return error
    }
    throw new Error('it was accepted')
  }
  const calls = {
    createVerifier: (text, more) => createVerifier(policy(more)).verifySync(text),
    jwtVerifySync: (text, more) => jwtVerifySync(text, secret, { ...now, ...more }),
  }
  for (const [name, call] of Object.entries(calls)) {
    await tally.test(`${name}: no token, no payload`, () => {
      for (const text of [expired, forged, 'x', `${header}.${payload}`]) {
        const error = caught(() => call(text, {}))
        equal([error.token, error.payload], [undefined, undefined])
        const shown = Object.keys(error).sort().join()
        assert(/^(claim,)?code,name,oauthError,(reason,)?rfc,status$/.test(shown), `it shows ${shown}`)
      }
    })
    await tally.test(`${name}: the token, when asked for`, () => {
      for (const text of [expired, forged, 'x.y']) {
        const error = caught(() => call(text, { includeTokenInErrors: true }))
        equal(error.token, text)
        assert(
          !Object.keys(error).includes('token') && !JSON.stringify(error).includes(text),
          'the token is enumerable',
        )
      }
    })
    await tally.test(`${name}: the claims, when asked for, but only once they are verified`, () => {
      const good = caught(() => call(expired, { includeTokenInErrors: true }))
      equal(good.payload, claims({ exp: NOW - 1 }))
      assert(
        !Object.keys(good).includes('payload') && !JSON.stringify(good).includes('user-1'),
        'the claims are enumerable',
      )
      for (const text of [forged, 'x.y.z', `${header}.${payload}`]) {
        equal(caught(() => call(text, { includeTokenInErrors: true })).payload, undefined)
      }
    })
  }
  await tally.test('rejections are the same errors', async () => {
    for (const [text, code] of [
      [expired, 'ERR_JWT_EXPIRED'],
      [forged, 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'],
    ]) {
      for (const promise of [createVerifier(policy()).verify(text), jwtVerify(text, secret, now)]) {
        const error = await promise.then(
          () => undefined,
          (thrown) => thrown,
        )
        equal(error?.code, code)
      }
    }
  })
  await tally.test('say where it is written', () => {
    const sections = { [expired]: 'RFC 7519 §4.1.4', [forged]: 'RFC 7515 §5.2', x: 'RFC 7515 §7.1' }
    for (const [text, rfc] of Object.entries(sections)) {
      const error = caught(() => calls.createVerifier(text))
      equal(error.rfc, rfc)
      equal(error.toJSON().rfc, rfc)
    }
  })
  await tally.test('a good token has no error on its way to the next', async () => {
    const verifier = createVerifier(policy())
    for (const text of [expired, forged, 'x', null, token]) {
      const answer = answerAtOnce(() => verifier.verifySync(text))
      equal(
        answerAtOnce(() => verifier.verifySync(token)),
        'accept',
        `after ${answer}`,
      )
      equal(await answerOf(() => verifier.verify(token)), 'accept', `after ${answer}`)
    }
  })
}

async function explanations(tally, token) {
  tally.group('explain')
  const all = { subject: 'user-1', requiredClaims: ['jti'], requiredScopes: ['read'], maxTokenAge: 60, check: () => {} }
  const order = [
    'size',
    'segments',
    'encoding',
    'header',
    'alg',
    'crit',
    'key',
    'signature',
    'payload',
    'exp',
    'nbf',
    'iat',
    'iss',
    'aud',
    'typ',
    'sub',
    'types',
    'required',
    'age',
    'scope',
    'check',
  ]
  await tally.test('names each check in its order', () => {
    const steps = createVerifier(policy(all)).explain(token)
    equal(
      steps.map(({ check }) => check),
      order,
    )
    assert(
      steps.every(({ outcome, what, rfc }) => outcome === 'pass' && what.length > 10 && /^RFC \d+ §/.test(rfc)),
      'a step is incomplete',
    )
  })
  await tally.test('keeps the order, wherever it fails', async () => {
    const [header, payload, signature] = token.split('.')
    const failing = {
      size: 'A'.repeat(20_000),
      segments: 'x',
      encoding: `${header}.${payload}.=`,
      header: `e30.${payload}.${signature}`,
      signature: `${header}.${payload}.${'A'.repeat(43)}`,
      exp: await signed(claims({ exp: NOW })),
      nbf: await signed(claims({ nbf: NOW + 1 })),
      iat: await signed(claims({ iat: 'x' })),
      iss: await signed(claims({ iss: 'x' })),
      aud: await signed(claims({ aud: 'x' })),
      typ: await signed(CLAIMS, { header: { typ: 'x' } }),
      sub: await signed(claims({ sub: 'x' })),
      types: await signed(claims({ client_id: 1 })),
      required: await signed(claims({}, ['jti'])),
      age: await signed(claims({ iat: NOW - 61 })),
      scope: await signed(claims({ scope: 'x' })),
    }
    for (const [check, text] of Object.entries(failing)) {
      const steps = createVerifier(policy(all)).explain(text)
      equal(
        steps.map((step) => step.check),
        order,
        `the order, failing at ${check}`,
      )
      const at = order.indexOf(check)
      equal(
        steps.map(({ outcome }) => outcome),
        order.map((_, index) => (index < at ? 'pass' : index === at ? 'fail' : 'not-reached')),
        check,
      )
    }
  })
  await tally.test('leaves out what nobody asked for', () => {
    const names = createVerifier(policy({ audience: null, profile: 'any' }))
      .explain(token)
      .map(({ check }) => check)
    for (const check of ['aud', 'typ', 'sub', 'required', 'age', 'scope', 'check'])
      assert(!names.includes(check), check)
  })
  await tally.test('leaves nothing behind', () => {
    const verifier = createVerifier(policy())
    verifier.explain('x')
    equal(
      answerAtOnce(() => verifier.verifySync(token)),
      'accept',
    )
    verifier.explain(token)
    equal(
      answerAtOnce(() => verifier.verifySync('x')),
      'ERR_JWS_INVALID',
    )
  })
}

async function cached(tally) {
  tally.group('cache')
  const fresh = (more) => {
    let moment = NOW
    const { currentDate: _, ...rest } = policy({ cache: { maxBytes: 100_000 }, ...more })
    return { verifier: createVerifier({ ...rest, clock: () => moment }), at: (seconds) => (moment = seconds) }
  }
  const token = await signed(claims({ nbf: NOW - 1, exp: NOW + 60 }))
  const nested = await signed(claims({ realm: { roles: [{ name: 'a' }] } }))
  const names = ['first', 'refused', 'third']
  const several = await Promise.all(names.map((jti) => signed(claims({ jti }))))
  await tally.test('a remembered token still expires', async () => {
    const { verifier, at } = fresh()
    equal(
      answerAtOnce(() => verifier.verifySync(token)),
      'accept',
    )
    equal(
      answerAtOnce(() => verifier.verifySync(token)),
      'accept',
      'remembered',
    )
    at(NOW + 60)
    equal(
      answerAtOnce(() => verifier.verifySync(token)),
      'ERR_JWT_EXPIRED exp check_failed',
    )
    equal(await answerOf(() => verifier.verify(token)), 'ERR_JWT_EXPIRED exp check_failed')
    at(NOW - 2)
    equal(
      answerAtOnce(() => verifier.verifySync(token)),
      'ERR_JWT_CLAIM_VALIDATION_FAILED nbf check_failed',
    )
    at(Number.NaN)
    equal(
      answerAtOnce(() => verifier.verifySync(token)),
      'ERR_JOTGATE_CLOCK_INVALID',
    )
    at(NOW)
    equal(
      answerAtOnce(() => verifier.verifySync(token)),
      'accept',
      'in time again',
    )
  })
  await tally.test('a remembered token grows too old', () => {
    const { verifier, at } = fresh({ maxTokenAge: 30 })
    equal(
      answerAtOnce(() => verifier.verifySync(token)),
      'accept',
    )
    at(NOW + 21)
    equal(
      answerAtOnce(() => verifier.verifySync(token)),
      'ERR_JWT_EXPIRED iat check_failed',
    )
  })
  await tally.test('nothing but the very same text is remembered', () => {
    const { verifier } = fresh()
    equal(
      answerAtOnce(() => verifier.verifySync(token)),
      'accept',
    )
    const [header, payload, signature] = token.split('.')
    const others = [
      `${header}.${payload}.${'A'.repeat(43)}`,
      `${header}.${payload}.`,
      `${header}.${payload}.${signature}A`,
      `${token} `,
      `${header}.e30.${signature}`,
    ]
    for (const text of others)
      assert(answerAtOnce(() => verifier.verifySync(text)) !== 'accept', 'a changed text was accepted')
    equal(
      answerAtOnce(() => verifier.verifySync(token)),
      'accept',
    )
  })
  await tally.test('refusals are not remembered as anything else', async () => {
    const { verifier, at } = fresh()
    at(NOW + 61)
    equal(
      answerAtOnce(() => verifier.verifySync(token)),
      'ERR_JWT_EXPIRED exp check_failed',
    )
    at(NOW)
    equal(
      answerAtOnce(() => verifier.verifySync(token)),
      'accept',
    )
  })
  await tally.test('check is asked each time, and nobody can change what the next one gets', () => {
    const asked = counter()
    const { verifier } = fresh({ check: asked.call })
    const text = nested
    const first = verifier.verifySync(text)
    const changes = [
      () => (first.payload.sub = 'changed'),
      () => (first.payload.realm.roles[0].name = 'changed'),
      () => first.payload.realm.roles.push({}),
      () => (first.protectedHeader.kid = 'changed'),
      () => (first.payload = {}),
      () => (first.hasScope = () => true),
    ]
    for (const [index, change] of changes.entries()) {
      let thrown
      try {
        change()
      } catch (error) {
        thrown = error
      }
      assert(thrown instanceof TypeError, `change ${index} was possible`)
    }
    const second = verifier.verifySync(text)
    equal([asked.times(), second.payload.sub, second.hasScope('read')], [2, 'user-1', true])
    equal(second.payload.realm, { roles: [{ name: 'a' }] })
  })
  await tally.test("the header is the token's own, whatever came before it", async () => {
    const kinds = await Promise.all(
      [{ kid: 'a' }, { kid: 'b' }, { kid: 'b', nested: { kid: 'a' } }].map(async (header) => ({
        header: { alg: 'HS256', typ: 'JWT', ...header },
        text: await signed(CLAIMS, { header }),
        expired: await signed(claims({ exp: NOW - 1 }), { header }),
      })),
    )
    for (const cache of [false, { maxBytes: 100_000 }]) {
      const verifiers = [createVerifier(policy({ cache })), createVerifier(policy({ cache }))]
      // Every kind behind every other, once or twice, with a refused one of any kind between them.
      for (const { text: before } of kinds) {
        for (const { expired } of kinds) {
          for (const { text, header } of kinds) {
            for (const { verifySync } of verifiers) {
              verifySync(before)
              for (const refused of [expired, `${expired}.`, `${before}A`]) {
                assert(answerAtOnce(() => verifySync(refused)) !== 'accept')
              }
              for (let time = 0; time < 2; time++) {
                const { protectedHeader } = verifySync(text)
                equal(protectedHeader, header)
              }
            }
          }
        }
      }
    }
  })
  await tally.test('without a cache each call has objects of its own', () => {
    const { verifySync } = createVerifier(policy())
    const first = verifySync(token)
    const { typ } = first.protectedHeader
    first.payload.sub = 'changed'
    first.protectedHeader.typ = 'changed'
    const second = verifySync(token)
    equal([second.payload.sub, second.protectedHeader.typ], ['user-1', typ])
  })
  await tally.test('a place that is taken over answers with its own token', () => {
    // Room for one: each takes the place of the one before, also where `check` refuses it.
    const { verifier } = fresh({
      cache: { maxBytes: 2200 },
      check: ({ payload }) => (payload.jti === 'refused' ? 'not this one' : undefined),
    })
    for (let round = 0; round < 4; round += 1) {
      for (const [index, text] of several.entries()) {
        const answer = index === 1 ? 'ERR_JWT_CLAIM_VALIDATION_FAILED unspecified check_failed' : names[index]
        let given
        equal(
          answerAtOnce(() => {
            given = verifier.verifySync(text)
          }),
          index === 1 ? answer : 'accept',
        )
        if (index !== 1) equal(given.payload.jti, answer)
      }
    }
  })
  await tally.test('many tokens in a small cache are each themselves', async () => {
    const { verifier } = fresh({ cache: { maxBytes: 2000 } })
    const tokens = await Promise.all(Array.from({ length: 40 }, (_, index) => signed(claims({ jti: `j${index}` }))))
    for (let round = 0; round < 3; round += 1) {
      for (const [index, text] of tokens.entries()) equal(verifier.verifySync(text).payload.jti, `j${index}`)
    }
  })
}

function counter() {
  let times = 0
  return {
    call() {
      times += 1
    },
    times: () => times,
  }
}
