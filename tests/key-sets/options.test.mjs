// The options of a remote key set, and what of it is as in jose.
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import * as jose from 'jose'
import { ecA, ecB, publicJwk, rsaA, signed } from '../suite/issuer.mjs'
import { jotgate } from './jotgate.mjs'
import { KeyServer } from './key-server.mjs'

const { createRemoteJWKSet, createVerifier, customFetch, errors, jwksCache, jwtVerify } = jotgate
const URL_OF_SET = 'https://issuer.example/jwks'
const LOOPBACK = { allowInsecureLoopback: true }
const HEADER = { alg: 'ES256', kid: 'a' }
const jwks = { keys: [publicJwk(ecA, { kid: 'a' })] }
const token = await signed({ sub: 'user-1' }, { alg: 'ES256', key: ecA, header: { kid: 'a' } })

let server
before(async () => {
  server = await new KeyServer().listen()
  server.keys = jwks.keys
})
after(() => server.close())

/** An option that answers what `make` makes, and what it was called with. */
function answering(make = () => Response.json(jwks)) {
  const calls = []
  const answer = async (...parameters) => {
    calls.push(parameters)
    return make()
  }
  return { calls, answer, option: { [customFetch]: answer } }
}

for (const [url, message] of [
  [undefined, /absolute/],
  [null, /absolute/],
  [1, /absolute/],
  ['', /absolute/],
  ['/jwks', /absolute/],
  ['issuer.example/jwks', /absolute/],
  [{ href: URL_OF_SET }, /absolute/],
  [{ toString: () => URL_OF_SET }, /absolute/],
  ['ftp://issuer.example/jwks', /https/],
  ['file:///etc/jwks.json', /https/],
  ['data:application/json,{"keys":[]}', /https/],
  ['blob:https://issuer.example/1', /https/],
  ['http://issuer.example/jwks', /https$/],
  ['http://127.0.0.1/jwks', /allowInsecureLoopback/],
  ['http://localhost/jwks', /allowInsecureLoopback/],
  ['http://[::1]/jwks', /allowInsecureLoopback/],
  ['https://user@issuer.example/jwks', /credentials/],
  ['https://:secret@issuer.example/jwks', /credentials/],
]) {
  test(`refused as a URL: ${typeof url === 'object' ? JSON.stringify(url) : String(url)}`, () => {
    assert.throws(
      () => createRemoteJWKSet(url),
      (error) => error instanceof TypeError && message.test(error.message) && !error.message.includes('secret'),
    )
  })
}

for (const url of [
  'http://issuer.example/jwks',
  'http://127.0.0.1.issuer.example/jwks',
  'http://localhost.issuer.example/jwks',
  'http://128.0.0.1/jwks',
  'http://0.0.0.0/jwks',
  'http://[::2]/jwks',
  'http://127.0.0.1@issuer.example/jwks',
  'ws://127.0.0.1/jwks',
]) {
  test(`allowInsecureLoopback does not allow ${url}`, () => {
    assert.throws(() => createRemoteJWKSet(url, LOOPBACK), TypeError)
  })
}

for (const url of ['http://127.0.0.1/jwks', 'http://127.1/jwks', 'http://[::1]:8080/jwks', 'http://LOCALHOST/jwks']) {
  test(`allowInsecureLoopback allows ${url}`, () => {
    createRemoteJWKSet(url, LOOPBACK)
    createRemoteJWKSet(new URL(url), LOOPBACK)
  })
}

const durations = ['cooldownDuration', 'cacheMaxAge', 'cacheMinAge', 'staleIfError', 'staleWhileRevalidate']
for (const [name, ...values] of [
  ...durations.map((name) => [name, -1, Number.NaN, '1000', null, {}, Number.NEGATIVE_INFINITY]),
  ['timeoutDuration', -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, '5000', null],
  ['maxSize', 0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '1'],
  ['maxKeys', 0, 1001, 0.5, '1'],
  ['headers', 'accept', 1, { 'a b': 'c' }, { a: 'b\nc' }],
  ['onStale', null, 'log', {}],
  ['waitUntil', null, true],
  ['allowInsecureLoopback', 1, 'yes', null],
  ['store', null, {}, { get() {} }, { put() {} }, 'KV', new Map()],
]) {
  for (const value of values) {
    test(`refused: ${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`, () => {
      assert.throws(
        () => createRemoteJWKSet(URL_OF_SET, { [name]: value }),
        (error) => error instanceof TypeError && error.message.startsWith(`createRemoteJWKSet: option "${name}"`),
      )
    })
  }
}

for (const [what, options, message] of [
  ['a minimum above the maximum', { cacheMinAge: 2, cacheMaxAge: 1 }, /cacheMinAge.*cacheMaxAge/],
  ['a minimum above the maximum by default', { cacheMinAge: 600_001 }, /cacheMinAge.*cacheMaxAge/],
  [
    'a misspelt option',
    { cacheMaxAge: 1, cooldownDurations: 1 },
    /"cooldownDurations", did you mean "cooldownDuration"/,
  ],
  ['an option of older joses', { agent: {} }, /unknown option "agent"/],
  ['options that are none', 'fast', /must be an object/],
  ['options that are a list', [], /must be an object/],
  ['customFetch that is none', { [customFetch]: 'fetch' }, /customFetch/],
  ['jwksCache that is none', { [jwksCache]: 'cache' }, /jwksCache/],
]) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => createRemoteJWKSet(URL_OF_SET, options),
      (error) => error instanceof TypeError && message.test(error.message),
    )
  })
}

test('no options, null and what Infinity is good for', () => {
  createRemoteJWKSet(new URL(URL_OF_SET))
  createRemoteJWKSet(new URL(URL_OF_SET), null)
  createRemoteJWKSet(new URL(URL_OF_SET), Object.fromEntries(durations.map((name) => [name, Number.POSITIVE_INFINITY])))
  createRemoteJWKSet(new URL(URL_OF_SET), { cacheMaxAge: 0, cooldownDuration: 0, timeoutDuration: 0 })
})

test('options are read once', async () => {
  const more = answering()
  const options = { ...more.option, headers: { 'x-a': '1' } }
  const url = new URL(URL_OF_SET)
  const keys = createRemoteJWKSet(url, options)
  options.headers['x-a'] = '2'
  options[customFetch] = () => assert.fail('exchanged')
  url.href = 'https://other.example/'
  await keys(HEADER)
  const [[asked, { headers }]] = more.calls
  assert.equal(asked, URL_OF_SET)
  assert.equal(headers.get('x-a'), '1')
})

test('what is asked for', async () => {
  const more = answering()
  await createRemoteJWKSet(`${URL_OF_SET}?a=1#here`, { ...more.option, headers: { authorization: 'Basic eA==' } })(
    HEADER,
  )
  const [[asked, { headers, signal, ...init }]] = more.calls
  assert.equal(asked, `${URL_OF_SET}?a=1`)
  assert.ok(headers instanceof Headers && signal instanceof AbortSignal)
  assert.deepEqual(init, {
    method: 'GET',
    redirect: 'manual',
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    cache: 'no-cache',
  })
  assert.deepEqual(
    [...headers],
    [
      ['accept', 'application/jwk-set+json, application/json'],
      ['authorization', 'Basic eA=='],
      ['user-agent', 'jotgate'],
    ],
  )
})

test('headers of the application come first', async () => {
  const headers = { Accept: 'text/plain', 'User-Agent': 'gate/1' }
  const keys = createRemoteJWKSet(server.url, { ...LOOPBACK, headers })
  await keys(HEADER)
  assert.equal(server.headers.accept, 'text/plain')
  assert.equal(server.headers['user-agent'], 'gate/1')
  assert.equal(server.headers.cookie, undefined)
  assert.equal(server.headers.referer, undefined)
})

for (const [what, make, code] of [
  ['nothing', () => undefined, 'ERR_JOTGATE_KEYS_UNAVAILABLE'],
  ['an error', () => Promise.reject(new Error('no')), 'ERR_JOTGATE_KEYS_UNAVAILABLE'],
  ['a text', () => 'keys', 'ERR_JOTGATE_KEYS_UNAVAILABLE'],
  ['a network error', () => Response.error(), 'ERR_JOTGATE_KEYS_UNAVAILABLE'],
  ['status 201', () => Response.json(jwks, { status: 201 }), 'ERR_JOTGATE_KEYS_UNAVAILABLE'],
  ['another document', () => Response.json({ issuer: 'a' }), 'ERR_JWKS_INVALID'],
  ['one key', () => Response.json(jwks.keys[0]), 'ERR_JWKS_INVALID'],
  ['keys that are no list', () => Response.json({ keys: {} }), 'ERR_JWKS_INVALID'],
  ['only keys for encryption', () => Response.json({ keys: [{ ...jwks.keys[0], use: 'enc' }] }), 'ERR_JWKS_INVALID'],
  ['only private keys', () => Response.json({ keys: [ecA] }), 'ERR_JWKS_INVALID'],
  ['a body that was read', () => readBefore(), 'ERR_JOTGATE_KEYS_UNAVAILABLE'],
]) {
  test(`refused from customFetch: ${what}`, async () => {
    const keys = createRemoteJWKSet(URL_OF_SET, answering(make).option)
    await assert.rejects(keys(HEADER), (error) => error instanceof errors.JOSEError && error.code === code)
    assert.equal(keys.jwks(), undefined)
    assert.equal(keys.fresh, false)
    assert.equal(keys.reloading, false)
  })
}

async function readBefore() {
  const response = Response.json(jwks)
  await response.text()
  return response
}

test('an answer with no more than json, as jose takes it', async () => {
  const keys = createRemoteJWKSet(URL_OF_SET, answering(() => ({ status: 200, json: async () => jwks })).option)
  assert.equal((await keys(HEADER)).type, 'public')
})

test('an answer whose body is a stream of another kind, as of node-fetch', async () => {
  const body = Readable.from([JSON.stringify(jwks)])
  const answer = () => ({ status: 200, headers: new Headers(), body, text: () => text(body) })
  const keys = createRemoteJWKSet(URL_OF_SET, answering(answer).option)
  assert.equal((await keys(HEADER)).type, 'public')
})

test('bad keys beside a good one do no harm', async () => {
  const several = { keys: [{ kty: 'XX' }, { ...publicJwk(ecB), kid: 'a', use: 'enc' }, null, ...jwks.keys] }
  const keys = createRemoteJWKSet(URL_OF_SET, answering(() => Response.json(several)).option)
  assert.equal((await keys(HEADER)).type, 'public')
})

test('as many keys as allowed, and as many bytes', async () => {
  const keys = Array.from({ length: 7 }, (_, index) => publicJwk(ecA, { kid: `${index}` }))
  const whole = JSON.stringify({ keys })
  const { option } = answering(() => new Response(whole))
  const good = { maxKeys: 7, maxSize: whole.length }
  await createRemoteJWKSet(URL_OF_SET, { ...option, ...good })({ alg: 'ES256', kid: '6' })
  const refused = (more) => createRemoteJWKSet(URL_OF_SET, { ...option, ...good, ...more })({ alg: 'ES256', kid: '6' })
  await assert.rejects(refused({ maxKeys: 6 }), { code: 'ERR_JWKS_INVALID' })
  await assert.rejects(refused({ maxSize: whole.length - 1 }), { code: 'ERR_JOTGATE_KEYS_UNAVAILABLE' })
})

test('properties, as in jose', async () => {
  const { answer, option } = answering()
  const names = (keys) =>
    Object.entries(Object.getOwnPropertyDescriptors(keys))
      .filter(([, { enumerable }]) => enumerable)
      .map(([name]) => name)
      .sort()
  const keys = createRemoteJWKSet(new URL(URL_OF_SET), option)
  const theirs = jose.createRemoteJWKSet(new URL(URL_OF_SET), { [jose.customFetch]: answer })
  assert.deepEqual(names(keys), names(theirs))
  const seen = ({ coolingDown, fresh, reloading, jwks: copy }) => ({ coolingDown, fresh, reloading, set: copy() })
  assert.deepEqual(seen(keys), seen(theirs))
  const both = [keys.reload(), theirs.reload()]
  assert.deepEqual(seen(keys), seen(theirs))
  assert.equal(keys.reloading, true)
  assert.deepEqual(await Promise.all(both), [undefined, undefined])
  assert.deepEqual(seen(keys), seen(theirs))
  assert.deepEqual(seen(keys), { coolingDown: true, fresh: true, reloading: false, set: jwks })
  keys.jwks().keys.length = 0
  assert.deepEqual(keys.jwks(), jwks)
  assert.equal(keys.length, theirs.length)
})

test('the key function, as in jose', async () => {
  const several = { keys: [...jwks.keys, publicJwk(ecB, { kid: 'a' }), publicJwk(rsaA, { kid: 'r' })] }
  const { answer, option } = answering(() => Response.json(several))
  const keys = createRemoteJWKSet(URL_OF_SET, option)
  const theirs = jose.createRemoteJWKSet(new URL(URL_OF_SET), { [jose.customFetch]: answer })
  for (const header of [
    { alg: 'RS256', kid: 'r' },
    { alg: 'RS256' },
    { alg: 'PS512', kid: 'r' },
    { alg: 'ES256', kid: 'a' },
    { alg: 'ES256' },
    { alg: 'ES256', kid: 'b' },
    { alg: 'ES384', kid: 'a' },
    { alg: 'HS256', kid: 'a' },
    { alg: 'none' },
    {},
  ]) {
    const outcome = (promise) =>
      promise.then(
        ({ algorithm }) => algorithm.name,
        ({ code }) => code,
      )
    assert.equal(await outcome(keys(header)), await outcome(theirs(header)), JSON.stringify(header))
  }
  const error = await keys({ alg: 'ES256', kid: 'a' }).catch((thrown) => thrown)
  assert.equal((await Array.fromAsync(error)).length, 2)
})

test('as the key of jwtVerify and of createVerifier', async () => {
  const keys = createRemoteJWKSet(server.url, LOOPBACK)
  const { payload, key } = await jwtVerify(token, keys)
  assert.equal(payload.sub, 'user-1')
  assert.equal(key.type, 'public')
  const rules = { issuer: 'https://a.example', audience: null, jwks: keys }
  const claims = { iss: 'https://a.example', sub: 'user-1', exp: 4_102_444_800 }
  const { verify, verifySync } = createVerifier(rules)
  assert.equal(
    (await verify(await signed(claims, { alg: 'ES256', key: ecA, header: { kid: 'a' } }))).payload.sub,
    'user-1',
  )
  assert.throws(() => verifySync(token), errors.JOSEError)
  await assert.rejects(verify(await signed(claims, { alg: 'ES256', key: ecB, header: { kid: 'a' } })), {
    code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
  })
})

test('jwksCache: started from, and written to', async () => {
  const cache = {}
  const first = answering()
  await createRemoteJWKSet(URL_OF_SET, { ...first.option, [jwksCache]: cache })(HEADER)
  assert.deepEqual(cache.jwks, jwks)
  assert.ok(Math.abs(Date.now() - cache.uat) < 5000)
  const second = answering()
  const keys = createRemoteJWKSet(URL_OF_SET, { ...second.option, [jwksCache]: cache })
  assert.deepEqual([keys.fresh, keys.coolingDown], [true, true])
  await keys(HEADER)
  assert.equal(second.calls.length, 0)
})

for (const [what, cache] of Object.entries({
  'no time': { jwks },
  'a time that is none': { jwks, uat: '1' },
  NaN: { jwks, uat: Number.NaN },
  Infinity: { jwks, uat: Number.POSITIVE_INFINITY },
  'no set': { uat: Date.now() },
  'a set that is none': { jwks: [], uat: Date.now() },
  'a set without keys': { jwks: { keys: [] }, uat: Date.now() },
  'a set of private keys': { jwks: { keys: [ecA] }, uat: Date.now() },
  'a set that cannot be written': { jwks: { keys: jwks.keys, toJSON: () => assert.fail() }, uat: Date.now() },
})) {
  test(`jwksCache with ${what} is empty`, async () => {
    const fetching = answering()
    const keys = createRemoteJWKSet(URL_OF_SET, { ...fetching.option, [jwksCache]: cache })
    assert.equal(keys.fresh, false)
    assert.equal(keys.jwks(), undefined)
    await keys(HEADER)
    assert.equal(fetching.calls.length, 1)
  })
}

test('jwksCache that is older than cacheMaxAge is stale, and one that is frozen no obstacle', async () => {
  const fetching = answering()
  const cache = Object.freeze({ jwks, uat: Date.now() - 700_000 })
  const keys = createRemoteJWKSet(URL_OF_SET, { ...fetching.option, [jwksCache]: cache })
  assert.equal(keys.fresh, false)
  await keys(HEADER)
  await keys.reload()
  assert.equal(keys.fresh, true)
})
