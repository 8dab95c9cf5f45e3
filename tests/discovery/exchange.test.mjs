// Key sets that are exchanged while tokens come: between two tokens, and in the middle of one.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, mock, test } from 'node:test'
import { AUDIENCE, claimsOf, Issuer, IssuerServer, keyPair, outcome, tokenBy } from './issuer-server.mjs'
import { createRemoteJWKSet, createVerifier, engine, errors, jwtVerify, jwtVerifySync, keySources } from './jotgate.mjs'

const ISSUER = 'https://issuer.example'
const BROKEN = 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'
const NO_KEY = 'ERR_JWKS_NO_MATCHING_KEY'
const BACKENDS = ['wasm', 'webcrypto', 'auto']

/** A source that has whatever the test says, to exchange sets at moments that no server could choose. */
class Source {
  snapshot
  version = 0
  misses = []
  waits = 0
  isDue = false

  constructor(...keys) {
    if (keys.length > 0) this.publish(...keys)
    this.jwks = () => {}
    keySources.set(this.jwks, {
      current: () => this.snapshot,
      due: () => this.isDue || !this.snapshot,
      ready: async () => {
        this.waits += 1
        if (!this.snapshot) await this.onReady?.()
        if (!this.snapshot) throw new errors.JWKSTimeout()
        return this.snapshot
      },
      missed: async (kid, alg, used) => {
        this.misses.push([kid, alg, used])
        await this.onMiss?.()
        return this.snapshot.version === used ? undefined : this.snapshot
      },
    })
  }

  publish(...keys) {
    this.version += 1
    this.snapshot = { text: JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }), version: this.version }
  }
}

const [old, next, other] = ['k', 'k', 'k'].map((kid) => keyPair(kid))
const named = (key, kid) => ({ ...key, kid, jwk: { ...key.jwk, kid } })
const by = (key, more) => tokenBy(key, claimsOf(ISSUER, more))
const verifierOf = ({ jwks }, more = {}) => createVerifier({ issuer: ISSUER, audience: AUDIENCE, jwks, ...more })

for (const backend of BACKENDS) {
  for (const cache of [false, { maxBytes: 1_000_000 }]) {
    describe(`between two tokens, ${backend}, ${cache ? 'with' : 'without'} memory of verified tokens`, () => {
      test('a key that left stops verifying, though no key is missed', async () => {
        const source = new Source(old, named(other, 'o'))
        const verifier = verifierOf(source, { backend, cache })
        const token = by(old)
        for (let round = 0; round < 2; round += 1) assert.equal(await outcome(() => verifier.verify(token)), 'accept')
        source.publish(named(other, 'o'))
        assert.equal(await outcome(() => verifier.verify(token)), NO_KEY)
        source.publish(next)
        assert.equal(await outcome(() => verifier.verify(token)), BROKEN)
        source.publish(next, old)
        assert.equal(await outcome(() => verifier.verify(token)), 'accept')
      })

      test('a key that came under a known kid verifies', async () => {
        const source = new Source(old)
        const verifier = verifierOf(source, { backend, cache })
        assert.equal(await outcome(() => verifier.verify(by(next))), BROKEN)
        source.publish(next)
        assert.equal(await outcome(() => verifier.verify(by(next))), 'accept')
        assert.deepEqual(source.misses, [], 'a signature that does not verify is no missing key')
      })

      test('a missing key is asked for once, by kid and alg', async () => {
        const source = new Source(named(old, 'a'))
        const verifier = verifierOf(source, { backend, cache })
        const token = by(named(next, 'b'))
        assert.equal(await outcome(() => verifier.verify(token)), NO_KEY)
        assert.deepEqual(source.misses, [['b', 'ES256', 1]])
        source.onMiss = () => source.publish(named(next, 'b'))
        assert.equal(await outcome(() => verifier.verify(token)), 'accept')
        assert.deepEqual(source.misses.slice(1), [['b', 'ES256', 1]])
        assert.equal(await outcome(() => verifier.verify(by(named(old, 'a')))), NO_KEY)
        assert.deepEqual(source.misses.slice(2), [['a', 'ES256', 2]])
      })

      test('a set that may not be used any more is not', async () => {
        const source = new Source(old)
        const verifier = verifierOf(source, { backend, cache })
        const token = by(old)
        assert.equal(await outcome(() => verifier.verify(token)), 'accept')
        const { snapshot } = source
        source.snapshot = undefined
        assert.equal(await outcome(() => verifier.verify(token)), 'ERR_JWKS_TIMEOUT')
        const refused = backend === 'webcrypto' ? 'ERR_JOSE_NOT_SUPPORTED' : 'ERR_JOTGATE_KEYS_NOT_READY'
        assert.equal(await outcome(() => verifier.verifySync(token)), refused)
        assert.equal(
          verifier.explain(token).find(({ outcome }) => outcome === 'fail').code,
          'ERR_JOTGATE_KEYS_NOT_READY',
        )
        source.snapshot = snapshot
        assert.equal(await outcome(() => verifier.verify(token)), 'accept')
      })
    })
  }

  describe(`in the middle of a token, ${backend}`, () => {
    const rows = [
      ['to one without the key', [old], [named(other, 'o')], NO_KEY],
      ['to one with another key in its place', [old], [next], BROKEN],
      ['to one with another key before it', [old], [next, old], 'accept'],
      ['to one in another order', [old, named(other, 'o')], [named(other, 'o'), old], 'accept'],
      ['to one in another order, without the key', [next, old], [named(other, 'o'), next], BROKEN],
      ['to a longer one, without the key', [old], [next, other], BROKEN],
      ['to one with the key, from one without', [next], [old], 'accept'],
      ['to one with the key, from one without its kid', [named(next, 'n')], [old], 'accept'],
      ['to the same', [old], [old], 'accept'],
    ]
    for (const [name, before, later, expected] of rows) {
      test(`${name}`, async () => {
        const source = new Source(...before)
        const verifier = verifierOf(source, { backend, cache: { maxBytes: 1_000_000 } })
        const [token, another] = [by(old), by(old, { jti: 'another' })]
        // A second token brings the new set into the module while the first one's signature is with the platform.
        const release = holdingThePlatform(() => {
          source.publish(...later)
          return outcome(() => verifier.verify(another))
        })
        source.onMiss = () => source.snapshot.version === 1 && source.publish(...later)
        if (backend === 'wasm') source.publish(...later)
        const answers = await Promise.all([outcome(() => verifier.verify(token)), release.done])
        assert.equal(answers[0], expected)
        if (release.used()) assert.equal(answers[1], expected)
        if (backend !== 'wasm') assert.ok(release.used() || name.includes('its kid'), 'the platform was held')
        assert.equal(await outcome(() => verifier.verify(token)), expected, 'and from then on')
      })
    }
  })
}

test('a set that never stays the same ends in a refusal', async () => {
  const source = new Source(old)
  const versions = keySources.get(source.jwks)
  versions.current = () => {
    source.publish(old)
    return source.snapshot
  }
  assert.equal(await outcome(() => verifierOf(source).verify(by(old))), 'ERR_JOTGATE_KEYS_NOT_READY')
})

test('a set that is not there after all ends in a refusal', async () => {
  const source = new Source()
  const text = JSON.stringify({ keys: [] })
  const empty = keySources.get(source.jwks)
  empty.missed = async () => undefined
  empty.ready = async () => ({ text, version: 1 })
  assert.equal(await outcome(() => verifierOf(source).verify(by(old))), NO_KEY)
  empty.ready = async () => ({ text: 'no set', version: 2 })
  assert.equal(await outcome(() => verifierOf(source).verify(by(old))), 'ERR_JWKS_INVALID')
})

test('the clock is asked again after a wait for keys', async () => {
  const source = new Source()
  let seconds = 1_767_225_600
  source.onReady = () => {
    seconds += 60
    source.publish(old)
  }
  const token = tokenBy(old, claimsOf(ISSUER, { iat: seconds, exp: seconds + 30 }))
  assert.equal(
    await outcome(() => verifierOf(source, { clock: () => seconds }).verify(token)),
    'ERR_JWT_EXPIRED exp check_failed',
  )
  source.snapshot = undefined
  source.onReady = () => source.publish(old)
  seconds -= 60
  assert.equal(await outcome(() => verifierOf(source, { clock: () => seconds }).verify(token)), 'accept')
})

test('a stale set is refreshed behind the verdict, by good tokens and by those that other keys could save', async () => {
  const source = new Source(old)
  const verifier = verifierOf(source)
  source.isDue = true
  await verifier.verify(by(old))
  assert.equal(source.waits, 1)
  await outcome(() => verifier.verify(by(next)))
  assert.equal(source.waits, 2)
  const strangers = [
    tokenBy(old, claimsOf('https://evil.example')),
    'garbage',
    tokenBy(old, claimsOf(ISSUER), { alg: 'none' }),
  ]
  for (const token of strangers) await outcome(() => verifier.verify(token))
  verifier.verifySync(by(old))
  verifier.explain(by(old))
  assert.equal(source.waits, 2)
  await verifier.hydrate()
  assert.equal(source.waits, 3)
})

test('at once: a set that was exchanged counts from the next token on', () => {
  const source = new Source(old)
  for (const cache of [false, { maxBytes: 1_000_000 }]) {
    source.publish(old)
    const verifier = verifierOf(source, { cache })
    const sync = (token) => {
      try {
        verifier.verifySync(token)
        return 'accept'
      } catch ({ code }) {
        return code
      }
    }
    const [token, later] = [by(old), by(next)]
    assert.deepEqual([sync(token), sync(later)], ['accept', BROKEN])
    source.publish(next)
    assert.deepEqual([sync(token), sync(later)], [BROKEN, 'accept'])
    source.publish(named(other, 'o'))
    assert.deepEqual([sync(later), sync(by(named(other, 'o')))], [NO_KEY, 'accept'])
    source.publish(old)
    assert.deepEqual([sync(by(named(other, 'o'))), sync(token)], [NO_KEY, 'accept'])
  }
  assert.deepEqual([source.misses, source.waits], [[], 0])
})

test('what the platform cannot do with a key that left is not held against the token', async () => {
  const source = new Source(old)
  const verifier = verifierOf(source, { backend: 'webcrypto' })
  const held = mock.method(crypto.subtle, 'verify', async () => {
    held.mock.restore()
    source.publish(next)
    assert.equal(await outcome(() => verifier.verify(by(next, { jti: 'another' }))), 'accept')
    throw new DOMException('not here', 'NotSupportedError')
  })
  assert.equal(await outcome(() => verifier.verify(by(next))), 'accept')
})

test('sets that come and go leave no memory behind', async () => {
  const source = new Source(old)
  const verifier = verifierOf(source, { backend: 'wasm', cache: { maxBytes: 50_000 } })
  const crowd = Array.from({ length: 100 }, (_, number) => named(number % 2 === 0 ? next : other, `k${number}`))
  let before
  for (let round = 0; round < 250; round += 1) {
    const key = named(old, `k${round}`)
    source.publish(...crowd, key)
    assert.equal(await outcome(() => verifier.verify(by(key))), 'accept')
    // Every other time there is none at all.
    if (round % 2 === 0) source.snapshot = undefined
    assert.equal(await outcome(() => verifier.verify(by(key))), source.snapshot ? 'accept' : 'ERR_JWKS_TIMEOUT')
    if (round === 50) before = engine.glue.memory.buffer.byteLength
  }
  // What is computed once per key has its own bound, far below that of 20 000 keys.
  const grown = engine.glue.memory.buffer.byteLength - before
  assert.ok(grown < 3 * 1024 * 1024, `it has grown by ${grown} bytes`)
})

describe('jwtVerify', () => {
  test('answers with the key that verified, though the set changes meanwhile', async () => {
    const source = new Source(named(next, 'n'), old)
    const release = holdingThePlatform(() => source.publish(old, named(next, 'n')))
    const { key } = await jwtVerify(by(old), source.jwks, { issuer: ISSUER })
    await release.done
    const { x } = await crypto.subtle.exportKey('jwk', key)
    assert.equal(x, old.jwk.x)
  })

  test('also when that happens between the verdict and its arrival', async () => {
    const source = new Source(old)
    const options = { issuer: ISSUER }
    let asked = 0
    keySources.get(source.jwks).current = () => {
      asked += 1
      // First, the set comes into the module; then, the verdict is there.
      if (asked === 2) {
        queueMicrotask(() => {
          source.publish(named(next, 'n'), old)
          jwtVerifySync(by(named(next, 'n')), source.jwks, options)
        })
      }
      return source.snapshot
    }
    const { key } = await jwtVerify(by(old), source.jwks, options)
    const { x } = await crypto.subtle.exportKey('jwk', key)
    assert.deepEqual([source.version, x], [2, old.jwk.x])
  })

  test('refuses several that fit, and gives those of the new set', async () => {
    const source = new Source(old)
    assert.equal(await outcome(() => jwtVerify(by(old), source.jwks)), 'accept')
    source.publish(next, old)
    const error = await jwtVerify(by(old), source.jwks).catch((thrown) => thrown)
    assert.ok(error instanceof errors.JWKSMultipleMatchingKeys)
    const keys = []
    for await (const key of error) keys.push((await crypto.subtle.exportKey('jwk', key)).x)
    assert.deepEqual(keys, [next.jwk.x, old.jwk.x])
  })
})

describe('over the network', () => {
  let server
  before(async () => {
    server = await new IssuerServer().listen()
  })
  beforeEach(() => {
    server.answers.clear()
    server.news()
  })
  after(() => server.close())

  for (const backend of BACKENDS) {
    test(`a rotation costs one request, ${backend}`, async () => {
      const issuer = new Issuer(server, '', 'one')
      const verifier = createVerifier({
        issuer: issuer.name,
        audience: AUDIENCE,
        backend,
        cache: { maxBytes: 1_000_000 },
        remote: { allowInsecureLoopback: true },
      })
      const before = Array.from({ length: 20 }, (_, number) => issuer.token({ jti: String(number) }))
      await Promise.all(before.map((token) => verifier.verify(token)))
      server.news()
      const two = keyPair('two')
      issuer.publish(two)
      const later = Array.from({ length: 50 }, (_, number) => issuer.token({ jti: `two ${number}` }, two))
      await Promise.all(later.map((token) => verifier.verify(token)))
      assert.deepEqual(server.news(), ['/keys'])
      const answers = await Promise.all(before.map((token) => outcome(() => verifier.verify(token))))
      assert.deepEqual([...new Set(answers)], [NO_KEY])
    })
  }

  test('two verifiers with one set see each exchange', async () => {
    const issuer = new Issuer(server, '', 'one')
    const jwks = createRemoteJWKSet(`${issuer.name}/keys`, { allowInsecureLoopback: true })
    const [one, another] = [1, 2].map(() => createVerifier({ issuer: issuer.name, audience: AUDIENCE, jwks }))
    const [token, two] = [issuer.token(), keyPair('two')]
    assert.deepEqual(await Promise.all([one, another].map((each) => outcome(() => each.verify(token)))), [
      'accept',
      'accept',
    ])
    issuer.publish(two)
    assert.equal(await outcome(() => one.verify(issuer.token({}, two))), 'accept')
    assert.equal(await outcome(() => another.verify(issuer.token({}, two))), 'accept')
    assert.equal(await outcome(() => another.verify(token)), NO_KEY)
    assert.deepEqual(server.news(), ['/keys', '/keys'])
  })
})

/** Runs `meanwhile` after the platform has checked a signature, and before the one who asked is told. */
function holdingThePlatform(meanwhile) {
  let used = false
  let settle
  const done = new Promise((resolve) => {
    settle = resolve
  })
  const { verify } = crypto.subtle
  const held = mock.method(crypto.subtle, 'verify', async (...parameters) => {
    held.mock.restore()
    used = true
    const verified = await verify.apply(crypto.subtle, parameters)
    settle(await meanwhile())
    return verified
  })
  // Where the platform was not asked, there is nothing to wait for.
  return {
    used: () => used,
    get done() {
      return new Promise((resolve) => setImmediate(resolve)).then(() => {
        if (!used) held.mock.restore()
        return used ? done : undefined
      })
    },
  }
}
