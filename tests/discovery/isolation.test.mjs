// Several issuers: each has keys of its own, waits for its own, and fails alone.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { after, before, beforeEach, describe, test } from 'node:test'
import {
  AUDIENCE,
  claimsOf,
  hang,
  Issuer,
  IssuerServer,
  keyPair,
  OPENID,
  outcome,
  text,
  tokenBy,
} from './issuer-server.mjs'
import { createRemoteJWKSet, createVerifier, errors } from './jotgate.mjs'

const remote = { allowInsecureLoopback: true }
const BROKEN = 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'
const NO_KEY = 'ERR_JWKS_NO_MATCHING_KEY'
const NOT_READY = 'ERR_JOTGATE_KEYS_NOT_READY'
const NOT_ALLOWED = 'ERR_JOSE_ALG_NOT_ALLOWED'

const servers = []
let a
let b
before(async () => {
  servers.push(await new IssuerServer().listen(), await new IssuerServer().listen())
})
beforeEach(() => {
  for (const server of servers) {
    server.answers.clear()
    server.news()
  }
  a = new Issuer(servers[0], '', 'same')
  b = new Issuer(servers[1], '', 'same')
})
after(() => Promise.all(servers.map((server) => server.close())))

const news = () => servers.map((server) => server.news().length)
const verifierOfBoth = (more = {}) =>
  createVerifier({ audience: AUDIENCE, remote, issuers: [{ issuer: a.name }, { issuer: b.name }], ...more })

for (const backend of ['wasm', 'webcrypto', 'auto']) {
  test(`one kid in two issuers never mixes, ${backend}`, async () => {
    const rows = [
      [a.token(), 'accept'],
      [b.token(), 'accept'],
      [a.token({}, b.key), BROKEN],
      [b.token({}, a.key), BROKEN],
    ]
    const verifier = verifierOfBoth({ backend, cache: { maxBytes: 1_000_000 } })
    for (const order of [rows, [...rows].reverse(), rows]) {
      const answers = await Promise.all(order.map(([token]) => outcome(() => verifier.verify(token))))
      assert.deepEqual(
        answers,
        order.map(([, expected]) => expected),
      )
    }
    assert.deepEqual(news(), [2, 2])
  })
}

test('an issuer that does not answer delays no token of another', async () => {
  servers[1].answers.set(OPENID, hang)
  const verifier = verifierOfBoth()
  let settled = false
  const waiting = outcome(() => verifier.verify(b.token())).finally(() => {
    settled = true
  })
  for (let round = 0; round < 50; round += 1) assert.equal(await outcome(() => verifier.verify(a.token())), 'accept')
  assert.equal(verifier.verifySync(a.token()).payload.iss, a.name)
  assert.equal(settled, false, 'the token of the silent issuer still waits')
  assert.equal(verifier.explain(b.token()).find(({ outcome }) => outcome === 'fail').code, NOT_READY)
  assert.deepEqual(news(), [2, 1])
  // Now it answers, and hangs no longer: the same verifier, without a fault left behind.
  servers[1].answers.set(OPENID, b.metadata())
  servers[1].cut()
  assert.match(await waiting, /^ERR_JOTGATE_KEYS_UNAVAILABLE/)
})

describe('a dead issuer beside a healthy one', () => {
  const deaths = [
    ['refuses connections', undefined, 'ERR_JOTGATE_KEYS_UNAVAILABLE'],
    ['answers 500', () => servers[1].answers.set(OPENID, text('', 500)), 'ERR_JOTGATE_KEYS_UNAVAILABLE'],
    ['has lost its metadata', () => servers[1].answers.clear(), 'ERR_JOTGATE_KEYS_UNAVAILABLE'],
    ['names another issuer', () => servers[1].answers.set(OPENID, a.metadata()), 'ERR_JOTGATE_DISCOVERY_INVALID'],
    ['has an empty set', () => servers[1].answers.set('/keys', { keys: [] }), 'ERR_JWKS_INVALID'],
    ['never answers', () => servers[1].answers.set('/keys', hang), 'ERR_JWKS_TIMEOUT'],
  ]
  for (const [name, kill, code] of deaths) {
    test(name, async () => {
      let { name: issuer } = b
      if (kill) kill()
      else issuer = `http://127.0.0.1:${await closedPort()}`
      const verifier = createVerifier({
        audience: AUDIENCE,
        remote: { ...remote, timeoutDuration: 300 },
        issuers: [{ issuer: a.name }, { issuer }],
      })
      const error = await verifier.hydrate().catch((thrown) => thrown)
      assert.equal(error.code, code)
      assert.ok(error instanceof errors.JOSEError && error.message.startsWith(`${issuer}: `), error.message)
      assert.equal(error.cause.code, code)
      assert.equal(verifier.verifySync(a.token()).payload.iss, a.name, 'the healthy one is ready')
      const dead = tokenBy(b.key, claimsOf(issuer))
      assert.equal(await outcome(() => verifier.verify(dead)), code)
      assert.equal(await outcome(() => verifier.verifySync(dead)), NOT_READY)
      assert.equal(await outcome(() => verifier.verify(a.token())), 'accept')
    })
  }

  test('costs few requests, whatever the load', async () => {
    servers[1].answers.set(OPENID, text('', 500))
    const verifier = verifierOfBoth()
    const tokens = Array.from({ length: 300 }, (_, number) => (number % 2 === 0 ? a : b).token({ jti: String(number) }))
    const answers = await Promise.all(tokens.map((token) => outcome(() => verifier.verify(token))))
    assert.equal(answers.filter((answer) => answer === 'accept').length, 150)
    assert.equal(answers.filter((answer) => answer === 'ERR_JOTGATE_KEYS_UNAVAILABLE').length, 150)
    const [ofA, ofB] = news()
    assert.equal(ofA, 2)
    assert.ok(ofB <= 2, `${ofB} requests to the dead one`)
  })
})

describe('tokens that nobody has to be asked for', () => {
  const foreign = keyPair('same')
  const claims = (more) => claimsOf(a.name, more)
  const rows = [
    ['an unknown issuer', () => tokenBy(foreign, claims({ iss: 'https://unknown.example' })), NO_KEY],
    [
      'an unknown issuer on the same machine',
      () => tokenBy(foreign, claims({ iss: `${servers[0].origin}/other` })),
      NO_KEY,
    ],
    ['a slash more', () => tokenBy(foreign, claims({ iss: `${a.name}/` })), NO_KEY],
    ['another case', () => tokenBy(foreign, claims({ iss: a.name.replace('http', 'HTTP') })), NO_KEY],
    ['the issuer as the start of another', () => tokenBy(foreign, claims({ iss: `${a.name}.evil.example` })), NO_KEY],
    ['no issuer', () => tokenBy(foreign, claims({ iss: undefined })), NO_KEY],
    ['a list with the issuer', () => tokenBy(foreign, claims({ iss: [a.name] })), NO_KEY],
    ['two issuers', () => tokenBy(foreign, `{"iss":"https://unknown.example","iss":"${a.name}"}`), NO_KEY],
    ['no claims', () => tokenBy(foreign, '[]'), NO_KEY],
    [
      'where its keys are',
      () => tokenBy(foreign, claims({ iss: 'https://unknown.example' }), { jku: `${a.name}/keys` }),
      NO_KEY,
    ],
    ['an algorithm that is not allowed', () => tokenBy(foreign, claims({}), { alg: 'HS256' }), NOT_ALLOWED],
    ['no algorithm', () => tokenBy(foreign, claims({}), { alg: 'none' }), NOT_ALLOWED],
    ['an unknown extension', () => tokenBy(foreign, claims({}), { crit: ['x'], x: 1 }), 'ERR_JOSE_NOT_SUPPORTED'],
    ['no token', () => 'garbage', 'ERR_JWS_INVALID'],
    ['two segments', () => 'e30.e30', 'ERR_JWS_INVALID'],
    ['too long a token', () => `${'x'.repeat(20_000)}`, 'ERR_JOTGATE_TOKEN_TOO_LARGE'],
    ['no text', () => null, 'ERR_JWS_INVALID'],
  ]
  for (const [name, make, expected] of rows) {
    test(`${name}: 300 of them`, async () => {
      const one = createVerifier({ issuer: a.name, audience: AUDIENCE, remote })
      for (const verifier of [one, verifierOfBoth()]) {
        const tokens = Array.from({ length: 150 }, make)
        const answers = await Promise.all(tokens.map((token) => outcome(() => verifier.verify(token))))
        assert.deepEqual([...new Set(answers)], [expected])
        assert.equal(await outcome(() => verifier.verifySync(tokens[0])), expected)
        verifier.explain(tokens[0])
      }
      assert.deepEqual(news(), [0, 0])
    })
  }

  test('nor when the keys are there', async () => {
    const verifier = verifierOfBoth({ remote: { ...remote, cooldownDuration: 0 } })
    await verifier.hydrate()
    news()
    for (const [name, make, expected] of rows) {
      assert.equal(await outcome(() => verifier.verify(make())), expected, name)
    }
    assert.deepEqual(news(), [0, 0])
  })

  test('unknown kids of a known issuer cost one request', async () => {
    const verifier = verifierOfBoth()
    await verifier.hydrate()
    news()
    const tokens = Array.from({ length: 300 }, (_, number) => tokenBy({ ...a.key, kid: `k${number}` }, claims({})))
    const answers = await Promise.all(tokens.map((token) => outcome(() => verifier.verify(token))))
    assert.deepEqual([...new Set(answers)], [NO_KEY])
    const [ofA, ofB] = news()
    assert.ok(ofA <= 1, `${ofA} requests`)
    assert.equal(ofB, 0)
  })
})

test('local keys, a URL, createRemoteJWKSet and discovery go together, each with its own rules', async () => {
  const local = keyPair('same')
  const [byUrl, bySet] = [new Issuer(servers[0], '/url', 'same'), new Issuer(servers[1], '/set', 'same')]
  const rsa = keyPair('same', 'RS256')
  bySet.publish(bySet.key, rsa)
  const verifier = createVerifier({
    audience: AUDIENCE,
    remote,
    issuers: [
      { issuer: 'https://local.example', jwks: local.jwk, audience: 'https://local-api.example' },
      { issuer: byUrl.name, jwks: `${servers[0].origin}/url/keys`, audience: null },
      { issuer: bySet.name, jwks: createRemoteJWKSet(`${servers[1].origin}/set/keys`, remote), algorithms: ['RS256'] },
      { issuer: a.name },
    ],
  })
  const rows = [
    [tokenBy(local, claimsOf('https://local.example', { aud: 'https://local-api.example' })), 'accept', [0, 0]],
    [tokenBy(local, claimsOf('https://local.example')), 'ERR_JWT_CLAIM_VALIDATION_FAILED aud check_failed', [0, 0]],
    [tokenBy(a.key, claimsOf('https://local.example')), BROKEN, [0, 0]],
    [byUrl.token({ aud: 'anybody' }), 'accept', [1, 0]],
    [byUrl.token({}, local), BROKEN, [0, 0]],
    [bySet.token(), NOT_ALLOWED, [0, 0]],
    [bySet.token({}, rsa), 'accept', [0, 1]],
    // What was fetched may have come out of a store, so that a key that is missing is looked for once more.
    [a.token({}, rsa), NO_KEY, [3, 0]],
    [a.token(), 'accept', [0, 0]],
    [a.token({ aud: 'anybody' }), 'ERR_JWT_CLAIM_VALIDATION_FAILED aud check_failed', [0, 0]],
    [a.token({}, byUrl.key), BROKEN, [0, 0]],
    [a.token({}, bySet.key), BROKEN, [0, 0]],
  ]
  for (const [at, [token, expected, asked]] of rows.entries()) {
    assert.equal(await outcome(() => verifier.verify(token)), expected, `row ${at}`)
    assert.deepEqual(news(), asked, `what row ${at} asks for`)
    assert.equal(await outcome(() => verifier.verifySync(token)), expected, `row ${at}, at once`)
  }
})

test('one issuer has fetching rules of its own', async () => {
  const sent = []
  const answer = (body) => (request, response) => {
    sent.push(request.headers['x-key'])
    text(JSON.stringify(body))(request, response)
  }
  servers[0].answers.set('/keys', answer({ keys: [a.key.jwk] }))
  servers[1].answers.set('/keys', answer({ keys: [b.key.jwk] }))
  const verifier = createVerifier({
    audience: AUDIENCE,
    remote: { ...remote, headers: { 'x-key': 'of all' } },
    issuers: [
      { issuer: a.name, jwks: `${a.name}/keys` },
      { issuer: b.name, jwks: `${b.name}/keys`, remote: { ...remote, headers: { 'x-key': 'of b' } } },
    ],
  })
  await verifier.verify(a.token())
  await verifier.verify(b.token())
  assert.deepEqual(sent, ['of all', 'of b'])
})

async function closedPort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}
