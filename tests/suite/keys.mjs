import { createLocalJWKSet, createVerifier, jwtVerify, jwtVerifySync } from 'jotgate'
import { answerAtOnce, answerOf } from './answers.mjs'
import {
  claims,
  ecA,
  ecB,
  ed,
  importParameters,
  NOW,
  policy,
  publicJwk,
  rsaA,
  rsaB,
  secret,
  signed,
} from './issuer.mjs'
import { assert, equal } from './tally.mjs'
import { base64url, bytesOf } from './tokens.mjs'

const BROKEN = 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'
const NO_KEY = 'ERR_JWKS_NO_MATCHING_KEY'
const WEAK = 'ERR_JWK_INVALID'
const UNKNOWN = 'ERR_JOSE_NOT_SUPPORTED'

/** Which keys are taken, in which forms, and which of a set is chosen. */
export async function keys(tally) {
  const es256 = await signed(claims(), { alg: 'ES256', key: ecA, header: { kid: 'ec' } })
  const rs256 = await signed(claims(), { alg: 'RS256', key: rsaA, header: { kid: 'rsa' } })
  const hs256 = await signed(claims())
  const now = { currentDate: new Date(NOW * 1000) }
  const publicly = (jwks, more) => {
    const { algorithms: _, ...rest } = policy({ jwks, ...more })
    return createVerifier(rest)
  }

  await forms(tally, { es256, rs256, hs256, now, publicly })
  await badKeys(tally)
  await selection(tally, { es256, rs256, now, publicly })
}

async function forms(tally, { es256, rs256, hs256, now, publicly }) {
  const platform = async (alg, jwk, extractable) =>
    crypto.subtle.importKey('jwk', publicJwk(jwk), importParameters(alg), extractable, ['verify'])
  const ecKey = await platform('ES256', ecA, true)
  const rsaKey = await platform('RS256', rsaA, true)
  const pem = async (key) => {
    const der = new Uint8Array(await crypto.subtle.exportKey('spki', key))
    const text = btoa(String.fromCharCode(...der)).replace(/.{64}/g, '$&\n')
    return `-----BEGIN PUBLIC KEY-----\n${text.trim()}\n-----END PUBLIC KEY-----\n`
  }
  const good = {
    'EC, JWK': [es256, publicJwk(ecA)],
    'EC, JWK that says what it is for': [
      es256,
      publicJwk(ecA, { use: 'sig', key_ops: ['verify'], alg: 'ES256', kid: 'another' }),
    ],
    'EC, set': [es256, { keys: [publicJwk(ecA, { kid: 'ec' })] }],
    'EC, createLocalJWKSet': [es256, createLocalJWKSet({ keys: [publicJwk(ecA, { kid: 'ec' })] })],
    'EC, PEM': [es256, await pem(ecKey)],
    'EC, PEM with CRLF': [es256, (await pem(ecKey)).replaceAll('\n', '\r\n')],
    'EC, KeyObject': [es256, keyObject(publicJwk(ecA))],
    'RSA, JWK': [rs256, publicJwk(rsaA)],
    'RSA, JWK with a leading zero': [
      rs256,
      publicJwk(rsaA, { n: base64url(Uint8Array.from([0, ...bytesOf(rsaA.n)])) }),
    ],
    'RSA, PEM': [rs256, await pem(rsaKey)],
    'RSA, KeyObject': [rs256, keyObject(publicJwk(rsaA))],
    'HMAC, bytes': [hs256, secret, ['HS256']],
    'HMAC, a view on bytes': [hs256, new Uint8Array([1, ...secret, 1]).subarray(1, -1), ['HS256']],
    'HMAC, JWK': [hs256, { kty: 'oct', k: base64url(secret) }, ['HS256']],
    'HMAC, set': [hs256, { keys: [{ kty: 'oct', k: base64url(secret) }] }, ['HS256']],
  }
  tally.group('forms of keys')
  for (const [name, [token, key, algorithms]] of Object.entries(good)) {
    await tally.test(name, async () => {
      for (const backend of ['wasm', 'webcrypto', 'auto']) {
        const verifier = algorithms
          ? createVerifier(policy({ jwks: key, algorithms, backend }))
          : publicly(key, { backend })
        equal(await answerOf(() => verifier.verify(token)), 'accept', backend)
      }
      const verifier = algorithms ? createVerifier(policy({ jwks: key, algorithms })) : publicly(key)
      equal(
        answerAtOnce(() => verifier.verifySync(token)),
        'accept',
        'verifySync',
      )
      equal(
        await answerOf(() => jwtVerify(token, key, { ...now, ...(algorithms && { algorithms }) })),
        'accept',
        'jwtVerify',
      )
      equal(
        answerAtOnce(() => jwtVerifySync(token, key, { ...now, ...(algorithms && { algorithms }) })),
        'accept',
        'jwtVerifySync',
      )
    })
    await tally.test(`${name}, another's token`, async () => {
      const [alg, own, other] = name.startsWith('HMAC')
        ? ['HS256', secret, new Uint8Array(64)]
        : name.startsWith('RSA')
          ? ['RS256', rsaA, rsaB]
          : ['ES256', ecA, ecB]
      assert(own !== other, 'no other key')
      const forged = await signed(claims(), { alg, key: other, header: alg === 'ES256' ? { kid: 'ec' } : {} })
      for (const backend of ['wasm', 'webcrypto', 'auto']) {
        const verifier = algorithms
          ? createVerifier(policy({ jwks: key, algorithms, backend }))
          : publicly(key, { backend })
        equal(await answerOf(() => verifier.verify(forged), forged), BROKEN, backend)
      }
      equal(
        answerAtOnce(() => jwtVerifySync(forged, key, { ...now, ...(algorithms && { algorithms }) }), forged),
        BROKEN,
        'jwtVerifySync',
      )
    })
  }

  const ready = 'accept'
  const extractable = { EC: [es256, ecKey], RSA: [rs256, rsaKey] }
  for (const [name, [token, key]] of Object.entries(extractable)) {
    await tally.test(`${name}, CryptoKey`, async () => {
      for (const backend of ['wasm', 'webcrypto', 'auto']) {
        const verifier = publicly(key, { backend })
        equal(await answerOf(() => verifier.verify(token)), 'accept', backend)
      }
      const verifier = publicly(key)
      await verifier.verify(token)
      equal(
        answerAtOnce(() => verifier.verifySync(token)),
        ready,
        'verifySync, after verify',
      )
      equal(await answerOf(() => jwtVerify(token, key, now)), 'accept', 'jwtVerify')
    })
    await tally.test(`${name}, CryptoKey, verifySync first`, () => {
      const answer = answerAtOnce(() => publicly(key).verifySync(token))
      assert(['accept', 'ERR_JOTGATE_KEYS_NOT_READY'].includes(answer), `the answer is ${answer}`)
    })
  }
  const held = { EC: [es256, await platform('ES256', ecA, false)], RSA: [rs256, await platform('RS256', rsaA, false)] }
  const raw = await crypto.subtle.importKey('raw', secret, importParameters('HS256'), false, ['verify'])
  for (const [name, [token, key]] of Object.entries({ ...held, HMAC: [hs256, raw] })) {
    const make = (backend) =>
      name === 'HMAC' ? createVerifier(policy({ jwks: key, backend })) : publicly(key, { backend })
    await tally.test(`${name}, CryptoKey that stays where it is`, async () => {
      equal(await answerOf(() => make('auto').verify(token)), 'accept', 'auto')
      equal(await answerOf(() => make('webcrypto').verify(token)), 'accept', 'webcrypto')
      equal(await answerOf(() => make('wasm').verify(token)), UNKNOWN, 'wasm')
      equal(
        answerAtOnce(() => make('auto').verifySync(token)),
        UNKNOWN,
        'verifySync',
      )
      const [header, payload, signature] = token.split('.')
      const other = `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
      equal(await answerOf(() => make('auto').verify(other), other), BROKEN)
    })
  }
  await tally.test('a CryptoKey is for its own algorithm', async () => {
    const pss = await crypto.subtle.importKey('jwk', publicJwk(rsaA), { name: 'RSA-PSS', hash: 'SHA-256' }, true, [
      'verify',
    ])
    const sha512 = await crypto.subtle.importKey(
      'jwk',
      publicJwk(rsaA),
      { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' },
      false,
      ['verify'],
    )
    for (const key of [pss, sha512]) {
      equal(await answerOf(() => publicly(key).verify(rs256), rs256), NO_KEY)
    }
  })

  tally.group('keys that are none')
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const aes = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt', 'decrypt'])
  const signing = await crypto.subtle.importKey('raw', secret, importParameters('HS256'), true, ['sign'])
  const short = await crypto.subtle.importKey('raw', new Uint8Array(16).fill(7), importParameters('HS256'), false, [
    'verify',
  ])
  const spki = await pem(ecKey)
  const none = {
    'a private CryptoKey': [pair.privateKey, 'TypeError jwks'],
    'a CryptoKey of AES': [aes, 'TypeError jwks'],
    'a CryptoKey for signing only': [signing, 'TypeError jwks'],
    'an HMAC CryptoKey that is too short': [short, 'TypeError jwks'],
    'a pair': [pair, 'ERR_JWKS_INVALID'],
    'a private KeyObject': [{ type: 'private', export: () => ecA }, 'TypeError jwks'],
    'a private JWK': [ecA, WEAK],
    'a private RSA JWK': [rsaA, WEAK],
    'a private OKP JWK': [ed, WEAK],
    'a PEM certificate': [spki.replaceAll('PUBLIC KEY', 'CERTIFICATE'), WEAK],
    'a PEM private key': [spki.replaceAll('PUBLIC KEY', 'PRIVATE KEY'), WEAK],
    'a PEM of PKCS#1': [spki.replaceAll('PUBLIC KEY', 'RSA PUBLIC KEY'), WEAK],
    'a PEM that is cut': [spki.slice(0, 60), WEAK],
    'a PEM with other base64': [spki.replace('MFkw', '*&^%'), WEAK],
    'a PEM of nothing': ['-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n', WEAK],
    'an object': [{}, 'ERR_JWKS_INVALID'],
    'keys that are no array': [{ keys: {} }, 'ERR_JWKS_INVALID'],
    'keys that are inherited': [Object.create({ keys: [] }), 'ERR_JWKS_INVALID'],
    '1001 keys': [{ keys: Array.from({ length: 1001 }, () => publicJwk(ecA)) }, 'ERR_JWKS_INVALID'],
  }
  for (const [name, [key, expected]] of Object.entries(none)) {
    await tally.test(name, () =>
      equal(
        answerAtOnce(() => publicly(key)),
        expected,
      ),
    )
  }
  await tally.test('no message shows a secret', () => {
    for (const key of [ecA, rsaA, 'a secret text', { kty: 'oct', k: 'c2hvcnQtc2VjcmV0' }, spki.slice(0, 60)]) {
      try {
        createVerifier(policy({ jwks: key }))
        assert(false, 'this was taken for a key')
      } catch (error) {
        const told = `${error.message} ${JSON.stringify(error)} ${error.stack}`
        for (const piece of [ecA.d, rsaA.d.slice(0, 20), 'a secret text', 'c2hvcnQt', spki.slice(28, 48)]) {
          assert(!told.includes(piece), `the error shows "${piece}"`)
        }
      }
    }
  })
}

async function badKeys(tally) {
  tally.group('JWKs that are not acceptable')
  const n = bytesOf(rsaA.n)
  const bits = (length, last = 1) => {
    const octets = new Uint8Array(length / 8).fill(0xa5)
    octets[0] = 0x80
    octets[octets.length - 1] = last
    return base64url(octets)
  }
  const ec = publicJwk(ecA)
  const rsa = publicJwk(rsaA)
  const okp = publicJwk(ed)
  const without = (jwk, name) => Object.fromEntries(Object.entries(jwk).filter(([member]) => member !== name))
  const rows = [
    ['kty missing', without(ec, 'kty'), 'ERR_JWKS_INVALID'],
    ['kty unknown', { ...ec, kty: 'XX' }, UNKNOWN],
    ['kty in another case', { ...ec, kty: 'ec' }, UNKNOWN],
    ['kty no text', { ...ec, kty: 1 }, WEAK],
    ['crv missing', without(ec, 'crv'), WEAK],
    ['crv unknown', { ...ec, crv: 'P-192' }, UNKNOWN],
    ['crv of another curve', { ...ec, crv: 'P-384' }, WEAK],
    ['crv in another case', { ...ec, crv: 'p-256' }, UNKNOWN],
    ['crv X25519', { ...okp, crv: 'X25519' }, UNKNOWN],
    ['crv Ed448', { ...okp, crv: 'Ed448' }, UNKNOWN],
    ['crv P-256 of OKP', { ...okp, crv: 'P-256' }, UNKNOWN],
    ['use enc', { ...ec, use: 'enc' }, WEAK],
    ['use Sig', { ...ec, use: 'Sig' }, WEAK],
    ['use null', { ...ec, use: null }, WEAK],
    ['key_ops sign', { ...ec, key_ops: ['sign'] }, WEAK],
    ['key_ops twice', { ...ec, key_ops: ['verify', 'verify'] }, WEAK],
    ['key_ops a text', { ...ec, key_ops: 'verify' }, WEAK],
    ['key_ops empty', { ...ec, key_ops: [] }, WEAK],
    ['key_ops with a number', { ...ec, key_ops: ['verify', 1] }, WEAK],
    ['alg of another type', { ...ec, alg: 'RS256' }, WEAK],
    ['alg of another curve', { ...ec, alg: 'ES384' }, WEAK],
    ['alg of encryption', { ...rsa, alg: 'RSA-OAEP' }, WEAK],
    ['alg none', { ...rsa, alg: 'none' }, WEAK],
    ['alg HMAC for RSA', { ...rsa, alg: 'HS256' }, WEAK],
    ['alg no text', { ...rsa, alg: 1 }, WEAK],
    ['kid no text', { ...rsa, kid: 1 }, WEAK],
    ['RSA n missing', without(rsa, 'n'), WEAK],
    ['RSA e missing', without(rsa, 'e'), WEAK],
    ['RSA of 1024 bits', { ...rsa, n: bits(1024) }, WEAK],
    ['RSA of 2040 bits', { ...rsa, n: bits(2040) }, WEAK],
    ['RSA of 8200 bits', { ...rsa, n: bits(8200) }, WEAK],
    ['RSA of 16384 bits', { ...rsa, n: bits(16384) }, WEAK],
    ['RSA that is even', { ...rsa, n: bits(2048, 2) }, WEAK],
    [
      'RSA of zeros before 1024 bits',
      { ...rsa, n: base64url(Uint8Array.from([...new Uint8Array(128), ...n.subarray(0, 127), 1])) },
      WEAK,
    ],
    ['RSA e 1', { ...rsa, e: 'AQ' }, WEAK],
    ['RSA e 0', { ...rsa, e: 'AA' }, WEAK],
    ['RSA e empty', { ...rsa, e: '' }, WEAK],
    ['RSA e even', { ...rsa, e: 'AQAC' }, WEAK],
    ['RSA e of 33 bits', { ...rsa, e: 'AQAAAAE' }, WEAK],
    ['RSA n with padding', { ...rsa, n: `${rsa.n}==` }, WEAK],
    ['RSA n in hexadecimal', { ...rsa, n: Array.from(n, (octet) => octet.toString(16)).join(':') }, WEAK],
    ['RSA n a number', { ...rsa, n: 3233 }, WEAK],
    ['EC x too short', { ...ec, x: base64url(bytesOf(ec.x).subarray(1)) }, WEAK],
    ['EC x too long', { ...ec, x: base64url(Uint8Array.from([0, ...bytesOf(ec.x)])) }, WEAK],
    ['EC not on the curve', { ...ec, y: ecB.y }, WEAK],
    ['EC at infinity', { ...ec, x: base64url(new Uint8Array(32)), y: base64url(new Uint8Array(32)) }, WEAK],
    ['EC beyond the field', { ...ec, x: base64url(new Uint8Array(32).fill(255)) }, WEAK],
    ['EC y missing', without(ec, 'y'), WEAK],
    ['OKP x too short', { ...okp, x: base64url(new Uint8Array(31)) }, WEAK],
    ['OKP of small order', { ...okp, x: base64url(Uint8Array.from([1, ...new Uint8Array(31)])) }, WEAK],
    ['OKP not canonical', { ...okp, x: base64url(new Uint8Array(32).fill(255)) }, WEAK],
    ['oct of 31 bytes', { kty: 'oct', k: base64url(secret.subarray(0, 31)) }, WEAK],
    ['oct empty', { kty: 'oct', k: '' }, WEAK],
    ['oct without k', { kty: 'oct' }, WEAK],
    ['oct for HS512 of 32 bytes', { kty: 'oct', k: base64url(secret.subarray(0, 32)), alg: 'HS512' }, WEAK],
    ['bytes, 31 of them', secret.subarray(0, 31), WEAK],
    ['bytes, none', new Uint8Array(), WEAK],
    ['AKP', { kty: 'AKP', alg: 'ML-DSA-44', pub: 'AAAA' }, UNKNOWN],
  ]
  const good = publicJwk(ecA, { kid: 'good' })
  const token = await signed(claims(), { alg: 'ES256', key: ecA, header: { kid: 'good' } })
  for (const [name, key, expected] of rows) {
    await tally.test(name, async () => {
      const options = policy({ jwks: key, algorithms: ['HS256', 'ES256', 'RS256', 'EdDSA'] })
      equal(
        answerAtOnce(() => createVerifier(options)),
        expected,
        'createVerifier',
      )
      equal(await answerOf(() => jwtVerify(token, key, { algorithms: ['ES256'] })), expected, 'jwtVerify')
    })
    await tally.test(`${name}, in a set with a good one`, () => {
      if (key instanceof Uint8Array) return
      const verifier = createVerifier(policy({ jwks: { keys: [key, null, 1, [], good, key] }, algorithms: ['ES256'] }))
      equal(
        answerAtOnce(() => verifier.verifySync(token)),
        'accept',
      )
    })
  }
}

async function selection(tally, { es256, rs256, now, publicly }) {
  tally.group('which key of a set')
  const a = publicJwk(ecA, { kid: 'ec' })
  const b = publicJwk(ecB, { kid: 'ec' })
  const rsa = publicJwk(rsaA, { kid: 'rsa' })
  const oct = { kty: 'oct', k: base64url(secret), kid: 'oct' }
  const byA = (kid) => signed(claims(), { alg: 'ES256', key: ecA, header: kid === undefined ? {} : { kid } })
  const hs256 = await signed(claims(), { header: { kid: 'oct' } })
  const MANY = 'ERR_JWKS_MULTIPLE_MATCHING_KEYS'
  const rows = [
    ['the one with the kid', [rsa, a], es256, 'accept', 'accept'],
    ['the one of the type', [{ ...rsa, kid: 'ec' }, a], es256, 'accept', 'accept'],
    ['a kid that no key has', [a, rsa], await byA('other'), NO_KEY, NO_KEY],
    ['a kid in another case', [a], await byA('EC'), NO_KEY, NO_KEY],
    ['a kid that starts like it', [a], await byA('e'), NO_KEY, NO_KEY],
    ['an empty kid', [a], await byA(''), NO_KEY, NO_KEY],
    ['no kid, one key', [a], await byA(), 'accept', 'accept'],
    ['no kid, one of the type', [rsa, a], await byA(), 'accept', 'accept'],
    ['no kid, several', [b, a], await byA(), 'accept', MANY],
    ['a kid twice, the right one first', [a, b], es256, 'accept', MANY],
    ['a kid twice, the right one last', [b, a], es256, 'accept', MANY],
    ['a kid twice, both wrong', [b, { ...b, use: 'sig' }], es256, BROKEN, MANY],
    ['eight with the kid, the last is right', [...Array(7).fill(b), a], es256, 'accept', MANY],
    ['nine with the kid', [...Array(8).fill(b), a], es256, MANY, MANY],
    [
      'the kid on a key of another type',
      [
        { ...rsa, kid: 'ec' },
        { ...a, kid: 'x' },
      ],
      es256,
      NO_KEY,
      NO_KEY,
    ],
    [
      'the kid on a broken key',
      [
        { ...a, x: 'AA' },
        { ...a, kid: 'x' },
      ],
      es256,
      NO_KEY,
      NO_KEY,
    ],
    ['another alg', [{ ...rsa, alg: 'RS512' }], rs256, NO_KEY, NO_KEY],
    ['another use', [{ ...rsa, use: 'enc' }], rs256, NO_KEY, NO_KEY],
    ['an empty set', [], es256, NO_KEY, NO_KEY],
    ['a wrong key', [b], es256, BROKEN, BROKEN],
    ['a secret beside public keys', [a, oct], hs256, NO_KEY, NO_KEY, ['ES256', 'HS256']],
    ['a secret beside a broken public key', [{ kty: 'RSA' }, oct], hs256, NO_KEY, NO_KEY, ['ES256', 'HS256']],
    ['a secret, and HMAC is not allowed', [oct], hs256, 'ERR_JOSE_ALG_NOT_ALLOWED', 'ERR_JOSE_ALG_NOT_ALLOWED'],
  ]
  for (const [name, list, token, expected, joseShaped, algorithms] of rows) {
    await tally.test(name, async () => {
      for (const backend of ['wasm', 'webcrypto', 'auto']) {
        const verifier = algorithms
          ? createVerifier(policy({ jwks: { keys: list }, algorithms, backend }))
          : publicly({ keys: list }, { backend })
        equal(await answerOf(() => verifier.verify(token), token), expected, backend)
        if (backend !== 'webcrypto')
          equal(
            answerAtOnce(() => verifier.verifySync(token), token),
            expected,
            `${backend}, verifySync`,
          )
      }
    })
    await tally.test(`${name}, as in jose`, async () => {
      const options = { ...now, ...(algorithms && { algorithms }) }
      equal(await answerOf(() => jwtVerify(token, { keys: list }, options), token), joseShaped, 'jwtVerify')
      equal(
        answerAtOnce(() => jwtVerifySync(token, { keys: list }, options), token),
        joseShaped,
        'jwtVerifySync',
      )
      equal(
        await answerOf(() => jwtVerify(token, createLocalJWKSet({ keys: list }), options), token),
        joseShaped,
        'createLocalJWKSet',
      )
    })
  }
  await tally.test('the header brings no key', async () => {
    const jwk = publicJwk(ecB)
    for (const header of [
      { jwk },
      { jwk, kid: 'ec' },
      { jku: 'https://evil.example/jwks' },
      { x5c: ['AAAA'] },
      { x5u: 'https://evil.example' },
    ]) {
      const forged = await signed(claims(), { alg: 'ES256', key: ecB, header })
      equal(
        answerAtOnce(() => publicly({ keys: [a] }).verifySync(forged), forged),
        BROKEN,
      )
    }
  })
  await tally.test('EdDSA and Ed25519 are two names of which a key may have one', () => {
    const key = (alg) => ({ keys: [publicJwk(ed, { alg })] })
    const text = (alg) => `${base64url(JSON.stringify({ alg }))}.${base64url('{}')}.${base64url(new Uint8Array(64))}`
    const pairs = { EdDSA: 'Ed25519', Ed25519: 'EdDSA' }
    for (const [one, other] of Object.entries(pairs)) {
      equal(
        answerAtOnce(() => publicly(key(one)).verifySync(text(one))),
        BROKEN,
      )
      equal(
        answerAtOnce(() => publicly(key(one)).verifySync(text(other))),
        NO_KEY,
      )
    }
  })
}

/** A KeyObject where there are any, else what looks like one. */
function keyObject(jwk) {
  const node = globalThis.process?.getBuiltinModule?.('node:crypto')
  return node?.createPublicKey?.({ key: jwk, format: 'jwk' }) ?? { type: 'public', export: () => jwk }
}
