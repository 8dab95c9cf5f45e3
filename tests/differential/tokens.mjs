// Tokens from a seeded generator: valid ones, ones with a byte changed, and ones signed over odd headers and claims.
import { createHmac, createPrivateKey, sign } from 'node:crypto'
import { CLAIMS, ecA, ed, NOW, rsaA, secret } from '../suite/issuer.mjs'

export const issuers = {
  HS256: { key: secret, sign: (input) => createHmac('sha256', secret).update(input).digest() },
  RS256: { key: rsaA, sign: signer(rsaA, 'sha256') },
  ES256: { key: ecA, sign: signer(ecA, 'sha256') },
  EdDSA: { key: ed, sign: signer(ed, null) },
}

function signer(jwk, hash) {
  const key = createPrivateKey({ key: jwk, format: 'jwk' })
  return (input) => sign(hash, input, { key, dsaEncoding: 'ieee-p1363' })
}

export function generator(seed) {
  let state = seed
  const random = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (count) => Math.floor(random() * count)
  return { random, below, pick: (list) => list[below(list.length)] }
}

const encode = (bytes) => Buffer.from(bytes).toString('base64url')

/** A token over exactly these bytes or texts. */
export function signed(alg, header, payload) {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${encode(issuers[alg].sign(Buffer.from(input)))}`
}

export function valid(chance) {
  const { pick, below } = chance
  const alg = pick(Object.keys(issuers))
  const claims = {
    ...CLAIMS,
    jti: `j${below(1000)}`,
    [pick(['x', 'é', '', '__proto__x', 'constructor'])]: value(chance, 3),
  }
  return signed(
    alg,
    JSON.stringify({ alg, ...pick([{}, { typ: 'JWT' }, { typ: 'at+jwt', kid: 'k' }]) }),
    JSON.stringify(claims),
  )
}

/** Every place of a text with something else in it: replaced, left out, doubled. */
export function* mutated(text, others) {
  for (let at = 0; at < text.length; at += 1) {
    for (const other of others) if (other !== text[at]) yield text.slice(0, at) + other + text.slice(at + 1)
    yield text.slice(0, at) + text.slice(at + 1)
    yield text.slice(0, at) + text[at] + text.slice(at)
  }
}

/** The token with every other last letter: some stand for the same bytes. */
export function lastLetters(token) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return [...letters].map((letter) => token.slice(0, -1) + letter).filter((other) => other !== token)
}

/** The bytes of a header or a payload, each changed, and signed as they are then. */
export function* resigned(header, payload, { below, pick }) {
  const structural = [...'"{}[],:\\ 0eE-+.1n\n\0'].map((character) => character.charCodeAt(0))
  const others = [0x80, 0xc0, 0xed, 0xff, 0xef]
  for (const [bytes, place] of [
    [Buffer.from(header), 'header'],
    [Buffer.from(payload), 'payload'],
  ]) {
    for (let at = 0; at < bytes.length; at += 1) {
      for (const byte of [
        pick(structural),
        pick(structural),
        pick(structural),
        pick(others),
        bytes[below(bytes.length)],
      ]) {
        const changed = Buffer.from(bytes)
        changed[at] = byte
        yield place === 'header' ? signed('HS256', changed, payload) : signed('HS256', header, changed)
      }
      const without = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)])
      yield place === 'header' ? signed('HS256', without, payload) : signed('HS256', header, without)
    }
  }
}

const TIMES = [
  NOW,
  NOW - 1,
  NOW + 1,
  NOW + 0.5,
  NOW - 0.5,
  NOW - 60,
  NOW + 60,
  NOW - 61,
  0,
  -1,
  1e20,
  1.1e20,
  2 ** 63,
  1e-7,
]

/** A JSON text of claims in which anything may stand for anything. */
export function oddClaims(chance) {
  const { pick, below } = chance
  const members = Object.entries(CLAIMS).map(([name, usual]) => [name, JSON.stringify(usual)])
  for (let changes = 1 + below(3); changes > 0; changes -= 1) {
    const name = pick([
      'iss',
      'sub',
      'aud',
      'exp',
      'nbf',
      'iat',
      'jti',
      'scope',
      'EXP',
      '__proto__',
      'toString',
      'tenant',
    ])
    const text = pick([
      () => String(pick(TIMES)),
      () => pick(['1e400', '-1e400', '1e999999', '1E3', '-0', '0.1e1', '1.7672292e9', '99999999999999999999999']),
      () => JSON.stringify(value(chance, 2)),
      () => JSON.stringify(pick([CLAIMS.iss, CLAIMS.aud, 'https://other.example', '', ` ${CLAIMS.aud}`])),
      () => JSON.stringify([pick([CLAIMS.aud, 'x', 1, null]), pick([CLAIMS.aud, 'y', [], {}])]),
      () => pick(['[]', '{}', 'null', '"\\ud800"', '"\\u0000"', '"\\/"', '[null]', 'true', '{"a":1,"a":2}', '[[[]]]']),
      () => nested(126 + below(4)),
    ])()
    const at = members.findIndex(([each]) => each === name)
    const how = below(10)
    if (at >= 0 && how < 6) members[at] = [name, text]
    else if (at >= 0 && how < 8) members.splice(at, 1)
    else members.splice(below(members.length + 1), 0, [name, text])
  }
  const space = () => pick(['', '', '', ' ', '\n'])
  const body = members
    .map(([name, text]) => `${space()}"${pick([name, name, escaped(name)])}"${space()}:${text}`)
    .join(',')
  return `${pick(['', '', '', '', '\ufeff', ' '])}{${body}}${pick(['', '', '', ' ', ',', 'x'])}`
}

const nested = (levels) => '['.repeat(levels) + ']'.repeat(levels)
const escaped = (name) => `\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}`

/** A JSON text of a header in which anything may be odd but, mostly, its alg. */
export function oddHeader(chance) {
  const { pick, below } = chance
  const members = [
    [
      'alg',
      pick([
        '"HS256"',
        '"HS256"',
        '"HS256"',
        '"HS256"',
        '"none"',
        '"hs256"',
        '1',
        'null',
        '["HS256"]',
        '"H\\u0053256"',
      ]),
    ],
  ]
  for (let more = below(4); more > 0; more -= 1) {
    members.splice(
      below(members.length + 1),
      0,
      pick([
        ['typ', pick(['"JWT"', '"jwt"', '"at+jwt"', '"application/at+jwt"', '1', 'null', '""'])],
        ['cty', pick(['"JWT"', '1', 'null'])],
        ['kid', pick(['"k"', '""', '1', 'null', '["k"]'])],
        [
          'crit',
          pick([
            '["x"]',
            '["b64"]',
            '["x","x"]',
            '["b64","b64"]',
            '[]',
            '"x"',
            'null',
            '["alg"]',
            '["exp"]',
            '["toString"]',
            '[1]',
            '["x","b64"]',
          ]),
        ],
        ['crit', pick(['["b64"],"b64":true', '["b64","b64"],"b64":true', '["x","x"],"x":1'])],
        ['b64', pick(['true', 'false', '1', 'null', '"false"'])],
        ['x', pick(['1', 'null', '{"a":1,"a":1}', '"\\ud800"'])],
        ['jwk', '{"kty":"oct","k":"AAAA"}'],
        ['jku', '"https://evil.example"'],
        ['exp', '1'],
        ['alg', '"HS256"'],
        ['enc', '"A256GCM"'],
        ['zip', '"DEF"'],
      ]),
    )
  }
  return `{${members.map(([name, text]) => `"${pick([name, name, name, escaped(name)])}":${text}`).join(',')}}`
}

/** A set of keys in which the right one may be missing, spoilt or doubled. */
export function oddSet({ pick, below }, right) {
  const spoilt = (key) => {
    const members = { ...key }
    const name = pick(['kid', 'use', 'key_ops', 'alg', 'x', 'kty', 'crv', 'none', 'none'])
    const values = {
      kid: ['k', 'other', '', 1, null],
      use: ['sig', 'enc', 'Sig', null, 1],
      key_ops: [['verify'], ['sign'], ['verify', 'sign'], ['verify', 'verify'], 'verify', []],
      alg: ['ES256', 'ES384', 'RS256', 'none', 1],
      x: ['AA', '', 1, `${key.x}=`],
      kty: ['EC', 'OKP', 'ec', 1],
      crv: ['P-256', 'P-384', 'p-256', 1],
    }
    if (name in values) members[name] = pick(values[name])
    return members
  }
  const keys = Array.from({ length: below(4) }, () => spoilt(pick([...right, ...right])))
  return { keys: pick([keys, keys, keys, [...keys, null], [...keys, 'x'], [...keys, {}]]) }
}

function value(chance, depth) {
  const { pick, below, random } = chance
  const kinds = depth > 0 ? 8 : 6
  switch (below(kinds)) {
    case 0:
      return pick([0, 1, -1, 1.5, 2 ** 53, 1e21, 1e-9])
    case 1:
      return pick(['', 'a', 'é', '\u{1f511}', '"', '\\', '\u0000', '/', '\ud800', '</script>'])
    case 2:
      return pick([true, false, null])
    case 3:
      return Math.floor(random() * 1e10)
    case 4:
      return 'x'.repeat(below(40))
    case 5:
      return pick(['https://api.example', 'https://issuer.example'])
    case 6:
      return Array.from({ length: below(4) }, () => value(chance, depth - 1))
    default:
      return Object.fromEntries(
        Array.from({ length: below(4) }, (_, index) => [
          pick(['a', 'b', 'é', '__proto__']) + index,
          value(chance, depth - 1),
        ]),
      )
  }
}
