// The provider on its bad days: what counts as what, how long it is left alone, when it is over.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FakeProvider, openTab, signedIn, World } from './stage.mjs'

const SECOND = 1000
const MINUTE = 60 * SECOND

/** The moments of calls while the provider answers with `trouble` only. */
async function outage(trouble, { duration = 5 * MINUTE, options } = {}) {
  const { world, provider, tab, manager } = await signedIn({ options })
  const calls = []
  provider.trouble = () => {
    calls.push(world.time)
    return trouble(provider, world)
  }
  await world.advance(duration)
  return { world, provider, tab, manager, calls }
}

const bad = {
  'a network that fails': [() => () => Promise.reject(new TypeError('fetch failed')), 'network', undefined, undefined],
  'a 503': [(provider) => provider.respond(503, 'upstream'), 'server', 503, undefined],
  'a 500 with an OAuth error': [
    (provider) => provider.respond(500, { error: 'server_error' }),
    'server',
    500,
    'server_error',
  ],
  'a 429': [(provider) => provider.respond(429, ''), 'limited', 429, undefined],
  'a 400 of another error': [
    (provider) => provider.respond(400, { error: 'invalid_client' }),
    'refused',
    400,
    'invalid_client',
  ],
  'a 404 without a body': [(provider) => provider.respond(404, ''), 'refused', 404, undefined],
  'an error with status 200': [
    (provider) => provider.respond(200, { error: 'invalid_scope' }),
    'refused',
    200,
    'invalid_scope',
  ],
  'a 200 that is no JSON': [(provider) => provider.respond(200, '<html>'), 'unusable', 200, undefined],
  'a 200 without a token': [(provider) => provider.respond(200, { token_type: 'Bearer' }), 'unusable', 200, undefined],
  'a token of another type': [
    (provider) => provider.respond(200, { access_token: 'a', token_type: 'DPoP' }),
    ...['unusable', 200, undefined],
  ],
  'a token that would break a header': [
    (provider) => provider.respond(200, { access_token: 'a\r\nx-injected: 1' }),
    ...['unusable', 200, undefined],
  ],
  'no response at all': [() => () => Promise.resolve(undefined), 'unusable', undefined, undefined],
  'what oauth4webapi throws': [
    () => () => Promise.reject(Object.assign(new Error('x'), { error: 'invalid_scope', status: 400 })),
    ...['refused', 400, 'invalid_scope'],
  ],
  'a thrown response': [
    (provider) => () => Promise.reject(Object.assign(new Error('x'), { response: provider.respond(502, '') })),
    ...['server', 502, undefined],
  ],
  'a thrown text': [() => () => Promise.reject('no'), 'network', undefined, undefined],
  'a thrown nothing': [() => () => Promise.reject(undefined), 'network', undefined, undefined],
}

describe('told apart', () => {
  for (const [what, [trouble, problem, httpStatus, oauthError]] of Object.entries(bad)) {
    test(what, async () => {
      const { world, tab, manager } = await outage(trouble, { duration: 20 * SECOND })
      const { error } = tab.events.find(({ type }) => type === 'refreshfailed')
      assert.deepEqual(
        [error.name, error.code, error.problem, error.httpStatus, error.oauthError, 'cause' in error],
        ['JotgateRefreshFailed', 'ERR_JOTGATE_REFRESH_FAILED', problem, httpStatus, oauthError, false],
      )
      assert.equal(tab.count('signedout'), 0)
      await world.advance(5 * SECOND)
      await assert.rejects(world.until(manager.getToken()), { problem })
    })
  }

  test('a refresh that does not answer is given up after refreshTimeout, and told to stop', async () => {
    const signals = []
    const { world, tab } = await signedIn({
      options: {
        refreshTimeout: 3000,
        refresh: ({ signal }) => {
          signals.push(signal)
          return new Promise(() => {})
        },
      },
    })
    await world.advance(20 * SECOND)
    assert.ok(signals.length >= 1 && signals[0].aborted)
    assert.equal(tab.events.find(({ type }) => type === 'refreshfailed').error.problem, 'timeout')
  })

  test('signOut tells a refresh on its way to stop', async () => {
    const signals = []
    const refresh = ({ signal }) => {
      signals.push(signal)
      return new Promise(() => {})
    }
    const { world, manager } = await signedIn({ options: { refresh } })
    await world.advance(19 * SECOND)
    assert.equal(signals[0].aborted, false)
    manager.signOut()
    assert.equal(signals[0].aborted, true)
    await world.advance(SECOND)
    assert.equal(manager.state.refreshing, false)
  })

  test('so is one whose body never ends', async () => {
    const { world, tab } = await signedIn({
      options: { refreshTimeout: 3000, refresh: () => new Response(new ReadableStream({})) },
    })
    await world.advance(20 * SECOND)
    assert.equal(tab.events.find(({ type }) => type === 'refreshfailed').error.problem, 'timeout')
  })

  test('a refresh that throws at once', async () => {
    const world = new World()
    const { manager } = openTab(world, new FakeProvider(world), {
      refresh() {
        throw new RangeError('no')
      },
    })
    await assert.rejects(world.until(manager.getToken()), { problem: 'network' })
  })
})

describe('back-off', () => {
  test('twice as long after each failure, half of it by chance, at most 30 seconds', async () => {
    const { calls } = await outage((provider) => provider.respond(503, ''))
    const waits = calls.slice(1).map((at, index) => (at - calls[index]) / SECOND)
    const bounds = [1, 2, 4, 8, 16, 30, 30, 30, 30]
    for (const [index, most] of bounds.entries()) {
      // The way there and back, and the lock, take up to half a second.
      assert.ok(waits[index] >= most / 2 && waits[index] <= most + 0.5, `wait ${index}: ${waits[index]} s`)
    }
    assert.ok(new Set(waits.slice(5).map(Math.round)).size > 2)
  })

  test('no refresh is lost when the provider comes back', async () => {
    const { world, provider, tab, manager } = await outage((provider) => provider.respond(503, ''))
    assert.equal(manager.state.status, 'expired')
    assert.ok(manager.state.failures >= 8)
    provider.trouble = undefined
    await world.advance(31 * SECOND)
    assert.ok(provider.isGood(manager.getTokenSync()))
    assert.equal(manager.state.failures, 0)
    assert.equal(tab.count('expired'), 1)
  })

  test('who asks meanwhile is told at once, and asks nobody', async () => {
    const { world, manager, calls } = await outage((provider) => provider.respond(503, ''))
    const before = calls.length
    const from = world.time
    for (let call = 0; call < 100; call += 1)
      await assert.rejects(world.until(manager.getToken()), { problem: 'server' })
    assert.ok(calls.length - before <= 1)
    assert.ok(world.time - from < SECOND)
  })

  test('who insists is let through once in a while', async () => {
    const { world, manager, calls, provider } = await outage((provider) => provider.respond(503, ''))
    const before = calls.length
    for (let step = 0; step < 100; step += 1) {
      manager.getToken({ forceRefresh: true }).catch(() => {})
      await world.advance(100)
    }
    assert.ok(calls.length - before >= 5 && calls.length - before <= 11, `${calls.length - before}`)
    provider.trouble = undefined
    await world.advance(SECOND)
    assert.ok(await world.until(manager.getToken({ forceRefresh: true })))
  })

  test('a token that is still valid goes on being given', async () => {
    const world = new World()
    const provider = new FakeProvider(world)
    provider.lifetime = 600
    const { manager } = await signedIn({ world, provider })
    const token = manager.getTokenSync()
    provider.trouble = () => provider.respond(503, '')
    await world.advance(590 * SECOND)
    assert.equal(await world.until(manager.getToken({ minValidity: 60 })), token)
    await assert.rejects(world.until(manager.getToken({ forceRefresh: true })), { problem: 'server' })
    await world.advance(10 * SECOND)
    await assert.rejects(world.until(manager.getToken()), { problem: 'server' })
  })

  test('an `online` event ends it', async () => {
    const { world, provider, tab, calls } = await outage(() => () => Promise.reject(new TypeError('offline')))
    provider.trouble = undefined
    const before = calls.length
    await world.advance(2 * SECOND)
    tab.scope.fire('online')
    await world.advance(2 * SECOND)
    assert.equal(calls.length, before)
    assert.equal(provider.refreshes.length, 1)
  })
})

describe('Retry-After', () => {
  const seconds = (value) => (provider) => provider.respond(429, '', { 'retry-after': value })
  for (const [what, trouble, least, most] of [
    ['in seconds', seconds('120'), 120, 121.5],
    [
      'as a date',
      (provider, world) => seconds(new Date((world.seconds + 90) * SECOND).toUTCString())(provider),
      89,
      91.5,
    ],
    ['with a 503', (provider) => provider.respond(503, '', { 'retry-after': '45' }), 45, 46.5],
    ['thrown', () => () => Promise.reject(Object.assign(new Error('x'), { status: 429, retryAfter: 70 })), 70, 71.5],
    ['of a thrown response', (provider) => () => Promise.reject({ response: seconds('80')(provider) }), 80, 81.5],
    ['in the past', (provider) => seconds(new Date(0).toUTCString())(provider), 0.5, 1.5],
    ['that is nothing', seconds('soon'), 0.5, 1.5],
    ['that is negative', seconds('-5'), 0.5, 1.5],
    ['of a year, at most an hour', seconds('31536000'), 3600, 3601.5],
  ]) {
    test(what, async () => {
      const { world, manager, calls } = await outage(trouble, { duration: 16 * SECOND, options: { jitter: 0 } })
      assert.equal(calls.length >= 1, true)
      // Not even who insists gets through.
      if (least > 10)
        await assert.rejects(world.until(manager.getToken({ forceRefresh: true })), { code: /REFRESH_FAILED/ })
      await world.advance(3700 * SECOND)
      const wait = (calls[1] - calls[0]) / SECOND
      assert.ok(wait >= least && wait <= most, `${wait} s`)
    })
  }

  test('as a date counts by the server, not by a wrong clock', async () => {
    const world = new World()
    world.offset = 600 * SECOND
    const { provider } = await signedIn({ world })
    const calls = []
    provider.trouble = () => {
      calls.push(world.time)
      return provider.respond(429, '', { 'retry-after': new Date((world.seconds + 90) * SECOND).toUTCString() })
    }
    await world.advance(150 * SECOND)
    assert.ok(calls[1] - calls[0] >= 88 * SECOND && calls[1] - calls[0] <= 92 * SECOND, `${calls[1] - calls[0]}`)
  })

  test('an `online` event does not end it', async () => {
    const { world, tab, calls } = await outage(seconds('120'), { duration: 20 * SECOND })
    tab.scope.fire('online')
    await world.advance(60 * SECOND)
    assert.equal(calls.length, 1)
  })
})

describe('the end', () => {
  for (const [what, trouble, reason] of [
    ['invalid_grant', (provider) => provider.respond(400, { error: 'invalid_grant' }), 'invalid_grant'],
    ['invalid_grant, thrown', () => () => Promise.reject({ error: 'invalid_grant' }), 'invalid_grant'],
    ['login_required', (provider) => provider.respond(401, { error: 'login_required' }), 'login_required'],
  ]) {
    test(what, async () => {
      const { world, tab, manager, calls } = await outage(trouble)
      assert.equal(calls.length, 1)
      assert.equal(manager.state.status, 'signedout')
      assert.equal(manager.getTokenSync(), undefined)
      assert.deepEqual(
        tab.events.filter(({ type }) => type === 'signedout').map(({ by, reason }) => [by, reason]),
        [['this', reason]],
      )
      assert.equal(tab.count('refreshfailed'), 0)
      const unsubscribe = manager.subscribe(() => assert.fail('it needs no lock to know'))
      for (const options of [{}, { forceRefresh: true }])
        await assert.rejects(world.until(manager.getToken(options)), {
          name: 'JotgateSignedOut',
          code: 'ERR_JOTGATE_SIGNED_OUT',
        })
      await world.advance(10 * MINUTE)
      assert.equal(calls.length, 1)
      unsubscribe()
    })
  }

  test('is not the end of the next session', async () => {
    const { world, provider, manager } = await outage((provider) => provider.respond(400, { error: 'invalid_grant' }))
    provider.trouble = undefined
    await world.until(manager.signIn(provider.signIn()))
    assert.equal(manager.state.status, 'valid')
    await world.advance(60 * SECOND)
    assert.ok(provider.refreshes.length >= 3)
  })
})

describe('signIn', () => {
  test('takes a token response, a Response, and nothing', async () => {
    const { world, provider, manager } = await signedIn()
    await world.until(manager.signIn(provider.respond(200, provider.signIn())))
    assert.ok(provider.isGood(manager.getTokenSync()))
    const { manager: other } = openTab(world, provider, { session: 'cookie', refresh: async () => provider.signIn() })
    await world.until(other.signIn())
    assert.ok(provider.isGood(other.getTokenSync()))
  })

  test('refuses what is no token response, and leaves what is there', async () => {
    const { world, provider, manager } = await signedIn()
    const token = manager.getTokenSync()
    for (const response of [
      ...[null, 'token', {}, { access_token: '' }, { access_token: 1 }, { access_token: 'a b' }],
      ...[
        { access_token: 'a', expires_in: -1 },
        { access_token: 'a', token_type: 'mac' },
      ],
      provider.respond(400, { error: 'invalid_grant' }),
    ]) {
      await assert.rejects(world.until(manager.signIn(response)), { name: 'JotgateRefreshFailed' })
      assert.equal(manager.getTokenSync(), token)
    }
  })

  test('without a response, a refresh that fails is told', async () => {
    const { world, manager } = await signedIn({ options: { refresh: () => Promise.reject(new TypeError('offline')) } })
    await assert.rejects(world.until(manager.signIn()), { problem: 'network' })
    assert.equal(manager.getTokenSync(), undefined)
  })
})
