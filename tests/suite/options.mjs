import { createLocalJWKSet, createRemoteJWKSet, createVerifier, jwksCache, jwtVerify, jwtVerifySync } from 'jotgate'
import { answerAtOnce, answerOf } from './answers.mjs'
import { AUDIENCE, claims, ecA, ISSUER, NOW, policy, publicJwk, secret, signed } from './issuer.mjs'
import { assert, equal } from './tally.mjs'

const LONE = 'https://issuer.example\ud800'
const throwing = (name) => Object.defineProperty({}, name, { enumerable: true, get: () => fail() })
const fail = () => {
  throw new Error('a getter that throws')
}
const hostileList = (list) => new Proxy(list, { get: (target, name) => (name === 'length' ? fail() : target[name]) })
const sparse = (...list) => {
  list.length += 1
  return list
}

const TEXT_LISTS = [
  1,
  true,
  '',
  {},
  [''],
  [1],
  [null],
  [undefined],
  [LONE],
  sparse('x'),
  [['x']],
  new String('x'),
  Symbol('x'),
]
const TEXTS = [1, true, null, '', {}, [], ['x'], LONE, new String('x'), Symbol('x'), 1n]
const PERIODS = [
  ...[Number.NaN, Number.POSITIVE_INFINITY, -1, -0.001, null, {}, [], [1], true, 1n, Symbol('x'), new Number(1)],
  ...[
    '',
    ' ',
    'soon',
    '5',
    '5 minutes ago',
    '-5 minutes',
    '+5 s',
    '5 fortnights',
    '1e3 s',
    '0x5 s',
    '5s5s',
    'Infinity s',
    '5\u00a0s',
  ],
]

/** Wrong options, by name. */
const WRONG = {
  issuer: [...TEXT_LISTS, null, undefined, []],
  audience: [...TEXT_LISTS, undefined, []],
  jwks: [
    ...[
      null,
      1,
      true,
      '',
      'text',
      '/jwks',
      '//issuer.example/jwks',
      'http://issuer.example/jwks',
      'http://127.0.0.1/jwks',
      'ftp://issuer.example/jwks',
      'data:application/json,{"keys":[]}',
      'https://user:secret@issuer.example/jwks',
      '{"keys":[]}',
      [],
      [{}],
      () => ({}),
      class {},
    ],
    ...[Symbol('x'), 1n, new Uint16Array(64), new DataView(new ArrayBuffer(64)), throwing('kty')],
    ...[
      { type: 'private', export: () => ({}) },
      { type: 'public', export: fail },
    ],
  ],
  algorithms: [
    ...[
      undefined,
      null,
      [],
      'RS256',
      {},
      1,
      [''],
      [1],
      [undefined],
      sparse('RS256'),
      ['none'],
      ['RS256', 'none'],
      ['rs256'],
    ],
    ...[['ESP256'], ['RS256 '], ['ECDH-ES'], hostileList(['RS256']), new Set(['RS256'])],
  ],
  profile: ['', 'JWT', 'AT+JWT', 1, null, {}, ['jwt']],
  typ: TEXTS,
  subject: TEXTS,
  requiredClaims: ['exp', ...TEXT_LISTS, null],
  requiredScopes: ['read', ...TEXT_LISTS, null],
  permissions: ['true', 1, 0, null, {}],
  maxTokenAge: PERIODS,
  clockTolerance: PERIODS,
  maxTokenSize: [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 32, '16384', null, {}, 1n],
  crit: [
    null,
    [],
    ['b64'],
    'b64',
    1,
    { x: 1 },
    { x: 'true' },
    { x: null },
    { x: undefined },
    throwing('x'),
    { '': true },
  ],
  currentDate: [null, NOW, '2026-01-01', {}, new Date(Number.NaN), { getTime: () => 0 }, Object.create(Date.prototype)],
  clock: [null, NOW, new Date(), {}],
  check: [null, 'x', {}, true],
  backend: ['', 'native', 'WASM', 1, null, ['wasm']],
  includeTokenInErrors: ['yes', 1, null, {}],
  cache: [true, 1, null, 'x', [], () => ({})],
}

const MAY_BE_UNDEFINED = [
  'profile',
  'typ',
  'subject',
  'requiredClaims',
  'requiredScopes',
  'permissions',
  'maxTokenAge',
  'clockTolerance',
  'maxTokenSize',
  'crit',
  'clock',
  'check',
  'backend',
  'includeTokenInErrors',
  'issuers',
  'cache',
]

const JOSE_SHAPED = [
  'issuer',
  'audience',
  'typ',
  'subject',
  'requiredClaims',
  'maxTokenAge',
  'clockTolerance',
  'maxTokenSize',
  'crit',
  'currentDate',
  'includeTokenInErrors',
]

export async function options(tally) {
  const token = await signed()
  const jwk = publicJwk(ecA)

  tally.group('wrong options of createVerifier')
  for (const [name, values] of Object.entries(WRONG)) {
    for (const [at, value] of values.entries()) {
      await tally.test(`${name}, ${at}: ${told(value)}`, () => {
        const { currentDate, ...rest } = policy()
        const given = {
          ...(name === 'clock' || name === 'currentDate' ? rest : { ...rest, currentDate }),
          [name]: value,
        }
        equal(
          answerAtOnce(() => createVerifier(given)),
          `TypeError ${name}`,
        )
      })
    }
    await tally.test(`${name}, a getter that throws`, () => {
      const given = Object.defineProperty(policy(), name, { enumerable: true, get: fail })
      if (name === 'clock') delete given.currentDate
      equal(
        answerAtOnce(() => createVerifier(given)),
        `TypeError ${name}`,
      )
    })
  }
  for (const name of ['issuer', 'audience']) {
    await tally.test(`${name} left out`, () => {
      const { [name]: _, ...given } = policy()
      equal(
        answerAtOnce(() => createVerifier(given)),
        `TypeError ${name}`,
      )
    })
  }
  await tally.test('algorithms left out with an HMAC secret', () => {
    const { algorithms: _, ...given } = policy()
    equal(
      answerAtOnce(() => createVerifier(given)),
      'TypeError algorithms',
    )
  })
  for (const name of MAY_BE_UNDEFINED) {
    await tally.test(`${name}: undefined is not given`, () => {
      const { [name]: _, ...rest } = policy()
      equal(
        answerAtOnce(() => createVerifier({ ...rest, [name]: undefined }).verifySync(token)),
        'accept',
      )
    })
  }
  for (const maxBytes of [undefined, null, 0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1', 2 ** 40]) {
    await tally.test(`cache of ${maxBytes}`, () => {
      equal(
        answerAtOnce(() => createVerifier(policy({ cache: { maxBytes } }))),
        'TypeError cache',
      )
    })
  }
  await tally.test('clock and currentDate', () => {
    equal(
      answerAtOnce(() => createVerifier(policy({ clock: () => NOW }))),
      'TypeError clock',
    )
  })
  for (const name of ['audiences', 'Issuer', 'requiredScope', 'ignoreExpiration', 'jwksUri', 'bearerOnly', '']) {
    await tally.test(`an unknown option "${name}"`, () => {
      let message = ''
      try {
        createVerifier(policy({ [name]: undefined }))
      } catch (error) {
        assert(error instanceof TypeError, 'no TypeError')
        message = error.message
      }
      assert(message.includes(`"${name}"`), `the message is "${message}"`)
    })
  }
  await tally.test('a near miss is told', () => {
    let message = ''
    try {
      createVerifier(policy({ audiences: AUDIENCE }))
    } catch (error) {
      message = error.message
    }
    assert(message.includes('"audience"'), `the message is "${message}"`)
  })
  const trap = () => fail()
  const noObjects = [
    undefined,
    null,
    1,
    'x',
    [],
    () => policy(),
    new Proxy(policy(), { ownKeys: trap }),
    new Proxy(policy(), { has: trap, get: trap }),
  ]
  for (const [at, value] of noObjects.entries()) {
    await tally.test(`no options at all, ${at}`, () => {
      equal(answerAtOnce(() => createVerifier(value)).split(' ')[0], 'TypeError')
    })
  }

  tally.group('wrong options of what is fetched')
  const { jwks: _keys, ...discovering } = policy()
  const wrongSources = [
    // An issuer to discover from is one https URL without query and fragment: RFC 8414 §2.
    ...[
      'joe',
      'issuer.example',
      'http://issuer.example',
      'ftp://issuer.example',
      'https://',
      'https://user@issuer.example',
    ],
    ...['https://issuer.example?', 'https://issuer.example/?a', 'https://issuer.example#', 'https://issuer.example/#a'],
    ...['http://127.0.0.1:1', 'http://localhost', ' '],
  ].map((issuer) => [{ issuer }, 'issuer'])
  wrongSources.push(
    [{ issuer: [ISSUER, 'https://other.example'] }, 'jwks'],
    [{ issuer: 'https://login.example/{tid}/v2.0' }, 'jwks'],
    [{ issuer: 'https://login.example/{tid' }, 'jwks'],
    ...[
      null,
      1,
      '',
      'x',
      '/metadata',
      'http://issuer.example',
      'file:///metadata',
      'https://user@issuer.example',
      [ISSUER],
      {},
    ].map((discovery) => [{ discovery }, 'discovery']),
    [{ discovery: ISSUER, jwks: secret }, 'discovery'],
    [{ discovery: ISSUER, jwks: ISSUER }, 'discovery'],
    [{ jwks: new URL('http://issuer.example') }, 'jwks'],
    [{ jwks: secret, remote: {} }, 'remote'],
    [{ jwks: createLocalJWKSet({ keys: [jwk] }), remote: {} }, 'remote'],
    [{ jwks: createRemoteJWKSet(ISSUER), remote: {} }, 'remote'],
    ...[
      null,
      1,
      'x',
      [],
      true,
      { cooldown: 1 },
      { cooldownDuration: -1 },
      { cooldownDuration: '1' },
      { store: {} },
    ].map((remote) => [{ remote }, 'remote']),
    // One object for the sets of several issuers would mix them.
    [{ remote: { [jwksCache]: {} } }, 'remote'],
    [{ jwks: ISSUER, remote: { [jwksCache]: {} } }, 'remote'],
    ...[
      'https://login.example/{}',
      'https://login.example/{a}/{b}',
      'https://login.example/a}',
      'https://login.example/{{a}}',
    ].map((issuer) => [{ issuer, jwks: secret }, 'issuer']),
  )
  for (const [at, [given, name]] of wrongSources.entries()) {
    await tally.test(`${at}: ${name} of ${told(given)}`, () => {
      equal(
        answerAtOnce(() => createVerifier({ ...discovering, ...given })),
        `TypeError ${name}`,
      )
    })
  }

  tally.group('wrong issuers of createVerifier')
  const { issuer: _, jwks: __, ...common } = policy()
  const one = { issuer: ISSUER, jwks: secret }
  const wrongIssuers = [
    [[], 'issuers'],
    [{}, 'issuers'],
    [null, 'issuers'],
    ['x', 'issuers'],
    [sparse(one), 'issuers'],
    [hostileList([one]), 'issuers'],
    [[one, one], 'issuer'],
    [[{ ...one, issuer: [ISSUER, ISSUER] }], 'issuer'],
    [[{ issuer: 'joe' }], 'issuer'],
    [[{ jwks: secret }], 'issuer'],
    [[{ ...one, issuer: [] }], 'issuer'],
    [[{ ...one, jwks: null }], 'jwks'],
    [[{ ...one, audience: '' }], 'audience'],
    [[{ ...one, algorithms: [] }], 'algorithms'],
    [[{ ...one, algorithms: undefined }], 'algorithms'],
    [[{ ...one, algorithms: ['none'] }], 'algorithms'],
    [[{ ...one, profile: 'any' }], 'profile'],
    [[{ ...one, discovery: ISSUER }], 'discovery'],
    [[{ ...one, remote: {} }], 'remote'],
    [[one, { issuer: 'https://other.example', remote: { cooldown: 1 } }], 'remote'],
  ]
  for (const [at, [issuers, name]] of wrongIssuers.entries()) {
    await tally.test(`${at}: ${name}`, () => {
      equal(
        answerAtOnce(() => createVerifier({ ...common, issuers })),
        `TypeError ${name}`,
      )
    })
  }
  for (const value of [null, 1, 'x', []]) {
    await tally.test(`a member ${told(value)}`, () => {
      equal(answerAtOnce(() => createVerifier({ ...common, issuers: [value] })).split(' ')[0], 'TypeError')
    })
  }
  for (const name of ['issuer', 'jwks', 'discovery']) {
    await tally.test(`beside ${name}`, () => {
      equal(
        answerAtOnce(() => createVerifier({ ...common, issuers: [one], [name]: one[name] ?? ISSUER })),
        `TypeError ${name}`,
      )
    })
  }

  tally.group('wrong options of jwtVerify')
  for (const name of JOSE_SHAPED) {
    for (const [at, value] of WRONG[name].entries()) {
      if (value === undefined) continue
      const given = { currentDate: new Date(NOW * 1000), [name]: value }
      await tally.test(`${name}, ${at}: ${told(value)}`, async () => {
        equal(await answerOf(() => jwtVerify(token, secret, given)), `TypeError ${name}`)
        equal(
          answerAtOnce(() => jwtVerifySync(token, secret, given)),
          `TypeError ${name}`,
        )
      })
    }
  }
  for (const value of [null, [], 'HS256', [''], [1], hostileList(['HS256'])]) {
    await tally.test(`algorithms: ${told(value)}`, async () => {
      equal(await answerOf(() => jwtVerify(token, secret, { algorithms: value })), 'TypeError algorithms')
    })
  }
  for (const value of [null, 1, 'x', []]) {
    await tally.test(`no options but ${told(value)}`, async () => {
      equal((await answerOf(() => jwtVerify(token, secret, value))).split(' ')[0], 'TypeError')
    })
  }
  // A URL is no key: createRemoteJWKSet makes one of it.
  const noKeys = [undefined, 'https://issuer.example/jwks', hostileList([])]
  for (const value of [...WRONG.jwks.filter((each) => typeof each !== 'function'), ...noKeys]) {
    await tally.test(`a key ${told(value)}`, async () => {
      equal(await answerOf(() => jwtVerify(token, value)), 'TypeError key')
    })
    await tally.test(`a key set ${told(value)}`, () => {
      equal(
        answerAtOnce(() => createLocalJWKSet(value)),
        'ERR_JWKS_INVALID',
      )
    })
  }

  tally.group('options are read once')
  await tally.test('each getter is asked once', () => {
    const asked = {}
    const given = {}
    for (const [name, value] of Object.entries(policy({ requiredClaims: ['sub'], crit: { x: true } }))) {
      asked[name] = 0
      Object.defineProperty(given, name, {
        enumerable: true,
        get() {
          asked[name] += 1
          return value
        },
      })
    }
    createVerifier(given).verifySync(token)
    for (const [name, times] of Object.entries(asked)) equal(times, 1, `reads of ${name}`)
  })
  await tally.test('what is changed later does not count', async () => {
    const keys = { keys: [{ ...jwk, kid: 'k' }] }
    const given = policy({
      jwks: keys,
      algorithms: ['ES256'],
      issuer: [ISSUER],
      audience: [AUDIENCE],
      requiredClaims: ['sub'],
    })
    const verifier = createVerifier(given)
    const es256 = await signed(undefined, { alg: 'ES256', key: ecA, header: { kid: 'k' } })
    equal(
      answerAtOnce(() => verifier.verifySync(es256)),
      'accept',
    )
    given.issuer[0] = 'https://evil.example'
    given.audience.length = 0
    given.algorithms.push('HS256')
    given.currentDate.setTime(0)
    given.requiredClaims.push('nope')
    keys.keys[0].kid = 'other'
    keys.keys.length = 0
    equal(
      answerAtOnce(() => verifier.verifySync(es256)),
      'accept',
      'after the changes',
    )
    equal(await answerOf(() => verifier.verify(es256)), 'accept', 'after the changes, awaited')
  })
  await tally.test('a secret that is changed later does not count', () => {
    const bytes = Uint8Array.from(secret)
    const verifier = createVerifier(policy({ jwks: bytes }))
    bytes.fill(0)
    equal(
      answerAtOnce(() => verifier.verifySync(token)),
      'accept',
    )
  })
  await tally.test('an answer that is a different one each time is asked for once', async () => {
    let asked = 0
    const audience = new Proxy([AUDIENCE], {
      get: (target, name) => (name === '0' ? ['x', AUDIENCE][Math.min(asked++, 1)] : target[name]),
    })
    const verifier = createVerifier(policy({ audience }))
    const forX = await signed(claims({ aud: 'x' }))
    equal(
      answerAtOnce(() => verifier.verifySync(forX)),
      'accept',
    )
    equal(
      answerAtOnce(() => verifier.verifySync(token)),
      'ERR_JWT_CLAIM_VALIDATION_FAILED aud check_failed',
    )
  })
  await tally.test('Object.prototype gives no options', async () => {
    const expired = await signed(claims({ exp: NOW - 1 }))
    const planted = {
      clockTolerance: 9999,
      requiredScopes: ['x'],
      check: () => 'no',
      algorithms: ['HS256'],
      audience: 'x',
    }
    for (const [name, value] of Object.entries(planted)) {
      Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: false })
    }
    try {
      equal(
        answerAtOnce(() => createVerifier(policy()).verifySync(token)),
        'accept',
      )
      equal(
        answerAtOnce(() => createVerifier(policy()).verifySync(expired)),
        'ERR_JWT_EXPIRED exp check_failed',
      )
    } finally {
      for (const name of Object.keys(planted)) delete Object.prototype[name]
    }
  })
  await tally.test('options may be inherited from a class', () => {
    const given = Object.create(policy())
    equal(
      answerAtOnce(() => createVerifier(given).verifySync(token)),
      'accept',
    )
  })
  await tally.test('the functions need no this', async () => {
    const { verify, verifySync, explain } = createVerifier(policy())
    equal(
      answerAtOnce(() => verifySync(token)),
      'accept',
    )
    equal(await answerOf(() => verify(token)), 'accept')
    assert(
      explain(token).every(({ outcome }) => outcome === 'pass'),
      'explain',
    )
  })

  tally.group('periods')
  const words = {
    1: '1 s',
    60: '1 minute',
    90: '1.5 mins',
    3600: '1h',
    7200: '2 hrs',
    86400: '1 day',
    604800: '1w',
    31557600: '1 year',
    0: '0 s',
  }
  for (const [seconds, text] of Object.entries(words)) {
    await tally.test(text, async () => {
      const inside = await signed(claims({ exp: NOW - Number(seconds) + 0.5 }))
      const outside = await signed(claims({ exp: NOW - Number(seconds) }))
      const verifier = createVerifier(policy({ clockTolerance: text.toUpperCase() }))
      equal(
        answerAtOnce(() => verifier.verifySync(inside)),
        'accept',
      )
      equal(
        answerAtOnce(() => verifier.verifySync(outside)),
        'ERR_JWT_EXPIRED exp check_failed',
      )
    })
  }

  tally.group('clock')
  const clocks = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    undefined,
    null,
    '1767225600',
    new Date(NOW * 1000),
    BigInt(NOW),
    { valueOf: () => NOW },
  ]
  const refused = async (clock) => {
    const { currentDate: _, ...rest } = policy()
    const verifier = createVerifier({ ...rest, clock })
    equal(
      answerAtOnce(() => verifier.verifySync(token), token),
      'ERR_JOTGATE_CLOCK_INVALID',
    )
    equal(await answerOf(() => verifier.verify(token), token), 'ERR_JOTGATE_CLOCK_INVALID')
    assert(
      verifier.explain(token).some(({ code }) => code === 'ERR_JOTGATE_CLOCK_INVALID'),
      'explain does not say so',
    )
  }
  for (const value of clocks) await tally.test(`that gives ${told(value)}`, () => refused(() => value))
  await tally.test('that throws', () => refused(fail))
  await tally.test('that verifies a token itself', async () => {
    const inner = createVerifier(policy())
    const expired = await signed(claims({ exp: NOW - 1 }))
    const { currentDate: _, ...rest } = policy()
    const clock = () => {
      answerAtOnce(() => inner.verifySync(expired))
      return NOW
    }
    const verifier = createVerifier({ ...rest, clock })
    equal(
      answerAtOnce(() => verifier.verifySync(token)),
      'accept',
    )
    equal(verifier.verifySync(token).payload.jti, 't-1')
  })
  await tally.test('that moves on', () => {
    const times = [NOW, NOW + 3600, NOW]
    const { currentDate: _, ...rest } = policy()
    const verifier = createVerifier({ ...rest, clock: () => times.shift() })
    equal(
      answerAtOnce(() => verifier.verifySync(token)),
      'accept',
    )
    equal(
      answerAtOnce(() => verifier.verifySync(token)),
      'ERR_JWT_EXPIRED exp check_failed',
    )
    equal(
      answerAtOnce(() => verifier.verifySync(token)),
      'accept',
    )
  })
  await tally.test('the system clock, when there is none', async () => {
    const { currentDate: _, ...rest } = policy()
    const seconds = Date.now() / 1000
    const verifier = createVerifier(rest)
    equal(await answerOf(async () => verifier.verify(await signed(claims({ exp: seconds + 60 })))), 'accept')
    const old = await signed(claims({ exp: seconds - 1 }))
    equal(await answerOf(() => verifier.verify(old), old), 'ERR_JWT_EXPIRED exp check_failed')
  })
}

function told(value) {
  if (typeof value === 'string') return JSON.stringify(value)
  try {
    return typeof value === 'object' && value !== null
      ? Object.prototype.toString.call(value)
      : String(value).slice(0, 40)
  } catch {
    return 'what cannot be shown'
  }
}
