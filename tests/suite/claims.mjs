import { createVerifier, jwtVerifySync } from 'jotgate'
import { answerAtOnce, answerOf } from './answers.mjs'
import { AUDIENCE, CLAIMS, claims, ISSUER, NOW, policy, secret, signed } from './issuer.mjs'
import { equal } from './tally.mjs'

const missing = (claim) => `ERR_JWT_CLAIM_VALIDATION_FAILED ${claim} missing`
const invalid = (claim) => `ERR_JWT_CLAIM_VALIDATION_FAILED ${claim} invalid`
const unacceptable = (claim) => `ERR_JWT_CLAIM_VALIDATION_FAILED ${claim} check_failed`
const EXPIRED = 'ERR_JWT_EXPIRED exp check_failed'
const TOO_OLD = 'ERR_JWT_EXPIRED iat check_failed'
const NO_DATES = ['"1767229200"', '""', 'true', 'false', 'null', '[]', '[1767229200]', '{}', '1e400', '-1e400', '1e21']

/** Which claims are accepted, and how the others are refused. */
export async function claimRules(tally) {
  const rows = [...dates(), ...names(), ...types(), ...profiles(), ...extensions(), ...texts(), ...scopes()]
  for (const { title, body = CLAIMS, header = {}, options = {}, expected } of rows) {
    tally.group('claims, createVerifier')
    const token = await signed(body, { header })
    await tally.test(title, async () => {
      const verifier = createVerifier(policy(options))
      equal(
        answerAtOnce(() => verifier.verifySync(token), token),
        expected,
        'verifySync',
      )
      equal(await answerOf(() => verifier.verify(token), token), expected, 'verify')
      const failed = verifier.explain(token).find(({ outcome }) => outcome !== 'pass')
      const { code, claim, reason } = failed ?? { code: 'accept' }
      equal([code, ...(claim ? [claim, reason] : [])].join(' '), expected, 'explain')
    })
  }

  tally.group('claims, jwtVerifySync')
  for (const { title, body = CLAIMS, header = {}, options = {}, expected } of leniences()) {
    const token = await signed(body, { header })
    await tally.test(title, () => {
      const all = { currentDate: new Date(NOW * 1000), ...options }
      equal(
        answerAtOnce(() => jwtVerifySync(token, secret, all), token),
        expected,
      )
    })
  }
}

const withText = (name, json) => JSON.stringify(claims({}, [name])).replace(/\}$/, `,"${name}":${json}}`)

function dates() {
  const rows = []
  const add = (title, changes, expected, options) => rows.push({ title, body: claims(changes), expected, options })
  add('exp one second ahead', { exp: NOW + 1 }, 'accept')
  add('exp a fraction ahead', { exp: NOW + 0.001 }, 'accept')
  add('exp now', { exp: NOW }, EXPIRED)
  add('exp a fraction ago', { exp: NOW - 0.001 }, EXPIRED)
  add('exp at the tolerance', { exp: NOW - 10 }, EXPIRED, { clockTolerance: 10 })
  add('exp within the tolerance', { exp: NOW - 9.5 }, 'accept', { clockTolerance: 10 })
  add('exp within a tolerance in words', { exp: NOW - 299 }, 'accept', { clockTolerance: '5 minutes' })
  add('exp beyond a tolerance in words', { exp: NOW - 300 }, EXPIRED, { clockTolerance: '5 minutes' })
  add('exp zero', { exp: 0 }, EXPIRED)
  add('exp negative', { exp: -1e20 }, EXPIRED)
  add('exp as far as dates go', { exp: 1e20 }, 'accept')
  add('exp in milliseconds is far, but a date', { exp: (NOW + 1) * 1000 }, 'accept')
  add('nbf now', { nbf: NOW }, 'accept')
  add('nbf a fraction ahead', { nbf: NOW + 0.001 }, unacceptable('nbf'))
  add('nbf at the tolerance', { nbf: NOW + 10 }, 'accept', { clockTolerance: 10 })
  add('nbf beyond the tolerance', { nbf: NOW + 10.5 }, unacceptable('nbf'), { clockTolerance: 10 })
  add('expired comes before not active', { exp: NOW - 1, nbf: NOW + 1 }, EXPIRED)
  add('iat ahead, no maximum age', { iat: NOW + 9999 }, 'accept')
  add('iat ahead, maximum age', { iat: NOW + 1 }, unacceptable('iat'), { maxTokenAge: 60 })
  add('iat ahead within the tolerance', { iat: NOW + 5 }, 'accept', { maxTokenAge: 60, clockTolerance: 5 })
  add('iat at the maximum age', { iat: NOW - 60 }, 'accept', { maxTokenAge: 60 })
  add('iat beyond the maximum age', { iat: NOW - 60.5 }, TOO_OLD, { maxTokenAge: 60 })
  add('iat beyond a maximum age in words', { iat: NOW - 3601 }, TOO_OLD, { maxTokenAge: '1 hour' })
  add('iat within the tolerance of the maximum age', { iat: NOW - 65 }, 'accept', {
    maxTokenAge: 60,
    clockTolerance: 5,
  })
  add('maximum age zero', { iat: NOW }, 'accept', { maxTokenAge: 0 })
  add('maximum age zero, a fraction too old', { iat: NOW - 0.5 }, TOO_OLD, { maxTokenAge: 0 })
  rows.push({ title: 'exp missing', body: claims({}, ['exp']), expected: missing('exp') })
  rows.push({ title: 'iat missing', body: claims({}, ['iat']), expected: 'accept' })
  const young = { maxTokenAge: 60 }
  rows.push({ title: 'iat missing, maximum age', body: claims({}, ['iat']), options: young, expected: missing('iat') })
  for (const json of NO_DATES) {
    for (const name of ['exp', 'nbf', 'iat']) {
      rows.push({ title: `${name} ${json}`, body: withText(name, json), expected: invalid(name) })
    }
  }
  for (const json of ['1767229200.0', '1.7672292e9', '17672292E+2', '1767229200.000000000000000001', '9e19']) {
    rows.push({ title: `exp ${json}`, body: withText('exp', json), expected: 'accept' })
  }
  return rows
}

function names() {
  const rows = []
  const others = [
    '',
    ' ',
    ISSUER.toUpperCase(),
    `${ISSUER}/`,
    `${ISSUER} `,
    `${ISSUER}\u0000`,
    ISSUER.slice(0, -1),
    `x${ISSUER}`,
  ]
  for (const iss of others)
    rows.push({ title: `iss ${JSON.stringify(iss)}`, body: claims({ iss }), expected: unacceptable('iss') })
  for (const iss of [null, 1, true, [ISSUER], { toString: ISSUER }]) {
    rows.push({ title: `iss ${JSON.stringify(iss)}`, body: claims({ iss }), expected: unacceptable('iss') })
  }
  rows.push({ title: 'iss missing', body: claims({}, ['iss']), expected: missing('iss') })
  rows.push({ title: 'iss, any of several', options: { issuer: ['https://a.example', ISSUER] }, expected: 'accept' })
  rows.push({
    title: 'iss, none of several',
    options: { issuer: ['https://a.example', 'https://b.example'] },
    expected: unacceptable('iss'),
  })
  rows.push({
    title: 'iss, an escape for a letter',
    body: withText('iss', '"https:\\/\\/issuer.ex\\u0061mple"'),
    expected: 'accept',
  })
  const auds = [
    '',
    `${AUDIENCE}/`,
    AUDIENCE.toUpperCase(),
    AUDIENCE.slice(0, -1),
    `${AUDIENCE}.evil.example`,
    ` ${AUDIENCE}`,
  ]
  for (const aud of auds) {
    rows.push({ title: `aud ${JSON.stringify(aud)}`, body: claims({ aud }), expected: unacceptable('aud') })
    rows.push({
      title: `aud [${JSON.stringify(aud)}]`,
      body: claims({ aud: [aud, aud] }),
      expected: unacceptable('aud'),
    })
  }
  for (const aud of [
    [],
    null,
    0,
    true,
    {},
    [[AUDIENCE]],
    [null],
    [AUDIENCE, 1],
    [AUDIENCE, null],
    [AUDIENCE, [AUDIENCE]],
    { 0: AUDIENCE, length: 1 },
  ]) {
    rows.push({ title: `aud ${JSON.stringify(aud)}`, body: claims({ aud }), expected: unacceptable('aud') })
  }
  rows.push({ title: 'aud missing', body: claims({}, ['aud']), expected: missing('aud') })
  rows.push({
    title: 'aud missing, for anybody',
    body: claims({}, ['aud']),
    options: { audience: null },
    expected: 'accept',
  })
  rows.push({
    title: 'aud of another, for anybody',
    body: claims({ aud: 'x' }),
    options: { audience: null },
    expected: 'accept',
  })
  rows.push({
    title: 'aud of a wrong type, for anybody',
    body: claims({ aud: 1 }),
    options: { audience: null },
    expected: invalid('aud'),
  })
  rows.push({
    title: 'aud, one in common',
    body: claims({ aud: ['x', AUDIENCE] }),
    options: { audience: ['y', AUDIENCE] },
    expected: 'accept',
  })
  rows.push({
    title: 'aud, none in common',
    body: claims({ aud: ['x', 'z'] }),
    options: { audience: ['y', AUDIENCE] },
    expected: unacceptable('aud'),
  })
  rows.push({ title: 'sub as expected', options: { subject: 'user-1' }, expected: 'accept' })
  rows.push({ title: 'sub of another', options: { subject: 'user-2' }, expected: unacceptable('sub') })
  rows.push({
    title: 'sub missing',
    body: claims({}, ['sub']),
    options: { subject: 'user-1' },
    expected: missing('sub'),
  })
  rows.push({
    title: 'sub in a list',
    body: claims({ sub: ['user-1'] }),
    options: { subject: 'user-1' },
    expected: unacceptable('sub'),
  })
  return rows
}

function types() {
  const rows = []
  for (const name of ['sub', 'jti', 'client_id']) {
    for (const value of [1, true, [], ['x'], {}]) {
      const title = `${name} ${JSON.stringify(value)}`
      rows.push({ title, body: claims({ [name]: value }), expected: invalid(name) })
    }
    rows.push({ title: `${name} missing`, body: claims({}, [name]), expected: 'accept' })
    rows.push({
      title: `${name} missing, required`,
      body: claims({}, [name]),
      options: { requiredClaims: [name] },
      expected: missing(name),
    })
  }
  const required = { requiredClaims: ['tenant'] }
  rows.push({ title: 'a required claim', body: claims({ tenant: 0 }), options: required, expected: 'accept' })
  rows.push({ title: 'a required claim, missing', options: required, expected: missing('tenant') })
  rows.push({
    title: 'a required claim, null',
    body: claims({ tenant: null }),
    options: required,
    expected: missing('tenant'),
  })
  rows.push({
    title: 'a required claim, in another case',
    body: claims({ Tenant: 1 }),
    options: required,
    expected: missing('tenant'),
  })
  rows.push({
    title: 'a required claim, further inside',
    body: claims({ act: { tenant: 1 } }),
    options: required,
    expected: missing('tenant'),
  })
  for (const name of ['constructor', '__proto__', 'hasOwnProperty', 'length']) {
    rows.push({ title: `inherited: ${name}`, options: { requiredClaims: [name] }, expected: missing(name) })
  }
  const many = Array.from({ length: 300 }, (_, index) => `c${index}`)
  const all = Object.fromEntries(many.map((name) => [name, 1]))
  rows.push({ title: '300 required claims', body: claims(all), options: { requiredClaims: many }, expected: 'accept' })
  const { c200: _, ...most } = all
  rows.push({
    title: '300 required claims but one',
    body: claims(most),
    options: { requiredClaims: many },
    expected: missing('c200'),
  })
  return rows
}

function profiles() {
  const rows = []
  const typed = (title, typ, options, expected) => rows.push({ title, header: { typ }, options, expected })
  for (const typ of ['JWT', 'jwt', 'application/jwt', 'at+jwt', 'APPLICATION/AT+JWT', undefined]) {
    typed(`profile jwt, typ ${typ}`, typ, {}, 'accept')
  }
  for (const typ of [
    '',
    'JWS',
    'JWT2',
    'jwt/x',
    'application/jwt/x',
    'text/jwt',
    'application/',
    'JWT\u0000',
    'ＪＷＴ',
  ]) {
    typed(`profile jwt, typ ${JSON.stringify(typ)}`, typ, {}, unacceptable('typ'))
  }
  for (const typ of [1, null, true, [], ['JWT'], {}]) {
    typed(`typ ${JSON.stringify(typ)}`, typ, { profile: 'any' }, 'ERR_JWS_INVALID')
    rows.push({ title: `cty ${JSON.stringify(typ)}`, header: { cty: typ }, expected: 'ERR_JWS_INVALID' })
    rows.push({ title: `kid ${JSON.stringify(typ)}`, header: { kid: typ }, expected: 'ERR_JWS_INVALID' })
  }
  typed('a typ of its own', 'x+jwt', { typ: 'application/X+jwt' }, 'accept')
  typed('a typ of its own, whatever the profile says', 'x+jwt', { typ: 'x+jwt', profile: 'jwt' }, 'accept')
  typed('another typ', 'JWT', { typ: 'x+jwt' }, unacceptable('typ'))
  typed('no typ', undefined, { typ: 'x+jwt' }, missing('typ'))
  return rows
}

function extensions() {
  const rows = []
  const crit = (title, header, expected, understood) => {
    rows.push({ title: `crit, ${title}`, header, options: understood ? { crit: understood } : {}, expected })
  }
  crit('understood', { crit: ['x'], x: 1 }, 'accept', { x: true })
  crit('understood, not to be protected', { crit: ['x'], x: 1 }, 'accept', { x: false })
  crit('not understood', { crit: ['x'], x: 1 }, 'ERR_JOSE_NOT_SUPPORTED')
  crit('one of two understood', { crit: ['x', 'y'], x: 1, y: 1 }, 'ERR_JOSE_NOT_SUPPORTED', { x: true })
  crit('understood, but not there', { crit: ['x'] }, 'ERR_JWS_INVALID', { x: true })
  crit('twice', { crit: ['x', 'x'], x: 1 }, 'ERR_JWS_INVALID', { x: true })
  crit('registered names', { crit: ['exp', 'alg'], exp: 1 }, 'ERR_JWS_INVALID', { exp: true })
  crit('inherited names', { crit: ['toString'], x: 1 }, 'ERR_JWS_INVALID', { toString: true })
  crit('b64 true', { crit: ['b64'], b64: true }, 'accept')
  crit('b64 false', { crit: ['b64'], b64: false }, 'ERR_JWT_INVALID')
  crit('b64 false, though understood', { crit: ['b64'], b64: false }, 'ERR_JWT_INVALID', { b64: true })
  crit('b64 false, not critical', { b64: false }, 'ERR_JWT_INVALID')
  for (const b64 of [null, 0, 'false', [], {}])
    crit(`b64 ${JSON.stringify(b64)}`, { crit: ['b64'], b64 }, 'ERR_JWS_INVALID')
  for (const value of [null, 0, '', 'x', {}, [], [1], [null], [['x']], ['']]) {
    crit(JSON.stringify(value), { crit: value, x: 1 }, 'ERR_JWS_INVALID', { x: true })
  }
  return rows
}

function texts() {
  const rows = []
  const good = JSON.stringify(CLAIMS)
  const within = (json) => good.replace(/\}$/, `,"x":${json}}`)
  const bad = (title, body) => rows.push({ title: `payload, ${title}`, body, expected: 'ERR_JWT_INVALID' })
  const values = [
    '01',
    '+1',
    '1.',
    '.5',
    '-',
    '1e',
    '1e+',
    '0x1',
    'NaN',
    'Infinity',
    '-Infinity',
    'undefined',
    'True',
    'nul',
    "'a'",
  ]
  for (const json of values) bad(`a member ${json}`, within(json))
  for (const json of ['"\\x"', '"\\u12"', '"\\u123g"', '"a', '"\n"', '"\t"', '"\u0000"', '"\\'])
    bad(`a text ${JSON.stringify(json)}`, within(json))
  for (const json of [
    '[',
    '[1',
    '[1,]',
    '[,1]',
    '[1 2]',
    '{',
    '{"a"',
    '{"a":}',
    '{"a":1,}',
    '{a:1}',
    '{1:1}',
    '{"a" 1}',
  ])
    bad(`inside, ${json}`, within(json))
  for (const body of [
    '',
    ' ',
    'null',
    'true',
    '1',
    '"x"',
    '[]',
    `[${good}]`,
    `${good},`,
    `${good}${good}`,
    `${good}\u0000`,
    `\ufeff${good}`,
    `/**/${good}`,
    good.slice(0, -1),
  ]) {
    bad(`as a whole, ${JSON.stringify(body).slice(0, 40)}`, body)
  }
  bad('a claim twice', good.replace(/\}$/, ',"sub":"user-1"}'))
  bad('a claim twice, once with an escape', good.replace(/\}$/, ',"s\\u0075b":"user-1"}'))
  bad('a member twice, far inside', within('[{"a":[{"b":1,"c":2,"b":1}]}]'))
  bad('__proto__ twice', within('{"__proto__":1,"__proto__":2}'))
  bad('a lone surrogate twice', within('{"\\ud800":1,"\\ud800":2}'))
  bad('129 levels', within('['.repeat(128) + ']'.repeat(128)))
  rows.push({ title: 'payload, 128 levels', body: within('['.repeat(127) + ']'.repeat(127)), expected: 'accept' })
  rows.push({ title: 'payload, white space', body: `\t\r\n ${good.replaceAll(',', ' ,\n')} \n`, expected: 'accept' })
  rows.push({ title: 'payload, two lone surrogates', body: within('{"\\ud800":1,"\\ud801":2}'), expected: 'accept' })
  rows.push({ title: 'payload, an empty name', body: within('{"":{"":0}}'), expected: 'accept' })
  rows.push({ title: 'payload, __proto__', body: within('{"__proto__":{"admin":true}}'), expected: 'accept' })
  for (const [title, bytes] of [
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate in UTF-8', [0xed, 0xa0, 0x80]],
    ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['a continuation alone', [0x80]],
    ['a sequence cut short', [0xe2, 0x82]],
    ['Latin-1', [0xe9]],
  ]) {
    const [before, after] = within('"?"')
      .split('?')
      .map((text) => new TextEncoder().encode(text))
    bad(`UTF-8, ${title}`, Uint8Array.from([...before, ...bytes, ...after]))
  }
  const headers = [
    '',
    'null',
    '[]',
    '{}',
    '{"alg":"HS256",}',
    '{"alg":"HS256"}}',
    '{"alg":"HS256"} x',
    '\ufeff{"alg":"HS256"}',
  ]
  const twice = [
    '{"alg":"HS256","alg":"HS256"}',
    '{"alg":"HS256","x":{"a":1,"a":1}}',
    '{"alg":"none","a\\u006cg":"HS256"}',
  ]
  const algs = ['1', 'null', 'true', '["HS256"]', '{"alg":"HS256"}'].map((json) => `{"alg":${json}}`)
  const deep = `{"alg":"HS256","x":${'['.repeat(128)}${']'.repeat(128)}}`
  for (const header of [...headers, ...twice, ...algs, deep]) {
    rows.push({ title: `header ${header.slice(0, 60)}`, header, expected: 'ERR_JWS_INVALID' })
  }
  for (const alg of [
    'none',
    'None',
    '',
    'hs256',
    'HS256 ',
    'HS384',
    'RS256',
    'HS256\\u0000',
    '__proto__',
    'constructor',
  ]) {
    rows.push({ title: `alg "${alg}"`, header: `{"alg":"${alg}"}`, expected: 'ERR_JOSE_ALG_NOT_ALLOWED' })
  }
  rows.push({ title: 'header with an escape in alg', header: '{"\\u0061lg":"HS\\u003256"}', expected: 'accept' })
  return rows
}

function scopes() {
  const rows = []
  const scoped = (title, changes, expected, options = { requiredScopes: ['read', 'write'] }) => {
    rows.push({
      title: `scope, ${title}`,
      body: claims(changes, changes.scope === undefined ? ['scope'] : []),
      options,
      expected,
    })
  }
  const insufficient = 'ERR_JOTGATE_INSUFFICIENT_SCOPE scope check_failed'
  scoped('both', { scope: 'read write' }, 'accept')
  scoped('both and more', { scope: 'a write  read b' }, 'accept')
  scoped('a list', { scope: ['write', 'read'] }, 'accept')
  scoped('scp, a text', { scp: 'read write' }, 'accept')
  scoped('scp, a list', { scp: ['read', 'write'] }, 'accept')
  scoped('one in each', { scope: 'read', scp: ['write'] }, 'accept')
  scoped('one', { scope: 'read' }, insufficient)
  scoped('none', {}, insufficient)
  scoped('empty', { scope: '' }, insufficient)
  scoped('in another case', { scope: 'Read Write' }, insufficient)
  scoped('as parts of others', { scope: 'reader write:all' }, insufficient)
  scoped('with other white space', { scope: 'read\twrite' }, insufficient)
  scoped('nested', { scope: [['read', 'write']] }, insufficient)
  scoped('an object', { scope: { read: true, write: true } }, insufficient)
  scoped('permissions, not counted', { permissions: ['read', 'write'] }, insufficient)
  scoped('permissions, counted', { permissions: ['read', 'write'] }, 'accept', {
    requiredScopes: ['read', 'write'],
    permissions: true,
  })
  scoped('expired all the same', { scope: 'x', exp: NOW - 1 }, EXPIRED)
  return rows
}

/** Where jwtVerify does as jose does. */
function leniences() {
  const rows = []
  const add = (title, body, expected, options, header) => rows.push({ title, body, expected, options, header })
  add('exp missing', claims({}, ['exp']), 'accept')
  add('exp missing, required', claims({}, ['exp']), missing('exp'), { requiredClaims: ['exp'] })
  add('nothing but an empty set', {}, 'accept')
  add('iss not asked for', claims({ iss: 'x' }), 'accept')
  add('iss asked for', claims({ iss: 'x' }), unacceptable('iss'), { issuer: ISSUER })
  add('iss asked for, missing', claims({}, ['iss']), missing('iss'), { issuer: [ISSUER] })
  add('aud not asked for', claims({ aud: 'x' }), 'accept')
  add('aud asked for', claims({ aud: ['x'] }), unacceptable('aud'), { audience: [AUDIENCE] })
  add('aud asked for, missing', claims({}, ['aud']), missing('aud'), { audience: AUDIENCE })
  add('sub asked for', claims({ sub: 'x' }), unacceptable('sub'), { subject: 'user-1' })
  add('typ not asked for', CLAIMS, 'accept', {}, { typ: 'anything' })
  add('typ asked for', CLAIMS, unacceptable('typ'), { typ: 'at+jwt' }, { typ: 'JWT' })
  add('expired', claims({ exp: NOW }), EXPIRED)
  add('expired, within a tolerance in words', claims({ exp: NOW - 29 }), 'accept', { clockTolerance: '30s' })
  add('not active', claims({ nbf: NOW + 1 }), unacceptable('nbf'))
  add('too old', claims({ iat: NOW - 61 }), TOO_OLD, { maxTokenAge: '1 minute' })
  add('exp no date', claims({ exp: '1' }), invalid('exp'))
  add('iat no date', claims({ iat: '1' }), invalid('iat'))
  add('a claim twice', '{"sub":"a","sub":"a"}', 'ERR_JWT_INVALID')
  add('an option that jose does not have', CLAIMS, 'accept', { requiredScopes: ['admin'] })
  add('crit not understood', CLAIMS, 'ERR_JOSE_NOT_SUPPORTED', {}, { crit: ['x'], x: 1 })
  add('crit understood', CLAIMS, 'accept', { crit: { x: true } }, { crit: ['x'], x: 1 })
  return rows
}
