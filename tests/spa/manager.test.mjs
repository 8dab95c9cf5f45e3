// One tab: when it refreshes, what it answers, what it tells.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { addManager, FakeProvider, openTab, signedIn, World } from './stage.mjs'

const SECOND = 1000

describe('ahead of the expiry', () => {
  test('it refreshes once for each token, within the window that jitter leaves', async () => {
    const { world, provider, tab } = await signedIn({ options: { before: 5, jitter: 0.5 } })
    await world.advance(200 * SECOND)
    const moments = [0, ...provider.refreshes.map(({ at }) => at)]
    assert.ok(moments.length > 11 && moments.length < 16, `${moments.length}`)
    for (let at = 1; at < moments.length; at += 1) {
      const age = (moments[at] - moments[at - 1]) / SECOND
      // 5 to 7.5 seconds before the end of 20, whose beginning is cut off to seconds; and the ways of the messages.
      assert.ok(age > 11.3 && age < 16, `refreshed after ${age} s`)
    }
    assert.equal(new Set(moments.map((moment) => moment % 1000)).size > 8, true)
    assert.equal(tab.count('expired'), 0)
    assert.equal(tab.count('refreshed'), moments.length)
    assert.equal(provider.reuses, 0)
  })

  for (const [before, least, most] of [
    [undefined, 60, 90],
    [0.25, 900, 1350],
    [600, 600, 900],
    [9999, 1800, 2700],
  ]) {
    test(`before: ${before}`, async () => {
      const { manager } = await signedIn({ options: before === undefined ? {} : { before }, provider: hourly() })
      const { refreshAt, expiresAt } = manager.state
      assert.ok(expiresAt - refreshAt >= least - 1 && expiresAt - refreshAt <= most + 1, `${expiresAt - refreshAt}`)
    })
  }

  test('a lifetime above what setTimeout takes is waited for in short waits', async () => {
    const world = new World()
    const provider = new FakeProvider(world)
    provider.lifetime = 90 * 86_400
    const waits = []
    const tab = openTab(world, provider)
    const { setTimeout } = tab.environment
    tab.environment.setTimeout = (run, ms) => {
      waits.push(ms)
      return setTimeout(run, ms)
    }
    await world.until(tab.manager.signIn(provider.signIn()))
    await world.advance(3600 * SECOND)
    assert.equal(provider.refreshes.length, 0)
    assert.ok(waits.length > 100 && Math.max(...waits) <= 30_000)
    await world.sleep(89.9999 * 86_400 * SECOND)
    await world.advance(60 * SECOND)
    assert.equal(provider.refreshes.length, 1)
  })

  test('an opaque token goes by expires_in', async () => {
    const world = new World()
    const provider = Object.assign(new FakeProvider(world), { jwt: false })
    const { tab } = await signedIn({ world, provider })
    await world.advance(100 * SECOND)
    assert.ok(provider.refreshes.length >= 5 && provider.refreshes.length <= 9)
    assert.equal(tab.count('expired'), 0)
  })

  test('a token of which nobody knows the end is used until it is refused', async () => {
    const world = new World()
    const { provider, manager, tab } = await signedIn({ world })
    const { access_token, refresh_token } = { ...provider.signIn(), access_token: 'opaque' }
    await world.until(manager.signIn({ access_token, refresh_token }))
    await world.advance(86_400 * SECOND)
    assert.equal(provider.refreshes.length, 0)
    assert.equal(manager.getTokenSync(), 'opaque')
    assert.deepEqual(
      [manager.state.status, manager.state.expiresAt, manager.state.refreshAt],
      ['valid', undefined, undefined],
    )
    assert.equal(tab.count('expiring') + tab.count('expired'), 0)
    assert.notEqual(await world.until(manager.getToken({ forceRefresh: true })), 'opaque')
  })

  test('not with autoRefresh: false, but when asked', async () => {
    const { world, provider, manager, tab } = await signedIn({ options: { autoRefresh: false } })
    await world.advance(60 * SECOND)
    assert.deepEqual(tab.names(), ['refreshed', 'expiring', 'expired'])
    assert.equal(manager.getTokenSync(), undefined)
    assert.equal(provider.refreshes.length, 0)
    assert.ok(provider.isGood(await world.until(manager.getToken())))
  })

  test('in a worker, which has no document', async () => {
    const { world, provider } = await signedIn({ tabOptions: { worker: true } })
    await world.advance(60 * SECOND)
    assert.ok(provider.refreshes.length >= 3)
  })
})

describe('a hidden tab', () => {
  test('does not refresh until it is seen again', async () => {
    const { world, provider, tab, manager } = await signedIn()
    tab.show(false)
    await world.advance(600 * SECOND)
    assert.equal(provider.refreshes.length, 0)
    assert.deepEqual(tab.names(), ['refreshed', 'expiring', 'expired'])
    assert.equal(manager.state.status, 'expired')
    tab.show()
    await world.advance(SECOND)
    assert.equal(provider.refreshes.length, 1)
    assert.equal(manager.state.status, 'valid')
  })

  test('refreshes when a token is asked for, once', async () => {
    const { world, provider, tab, manager } = await signedIn()
    tab.show(false)
    await world.advance(600 * SECOND)
    const tokens = await world.until(Promise.all([manager.getToken(), manager.getToken(), manager.getToken()]))
    assert.ok(provider.isGood(tokens[0]))
    assert.equal(new Set(tokens).size, 1)
    assert.equal(provider.refreshes.length, 1)
  })
})

describe('getToken', () => {
  test('gives the present token while it is valid long enough', async () => {
    const { world, provider, manager } = await signedIn({ options: { autoRefresh: false } })
    const token = manager.getTokenSync()
    await world.advance(11 * SECOND)
    assert.equal(await world.until(manager.getToken()), token)
    assert.equal(await world.until(manager.getToken({ minValidity: 8 })), token)
    assert.equal(provider.refreshes.length, 0)
    const next = await world.until(manager.getToken({ minValidity: 9.5 }))
    assert.notEqual(next, token)
    assert.deepEqual(
      provider.refreshes.map(({ reason }) => reason),
      ['validity'],
    )
  })

  test('asked for more than half the lifetime, it does not refresh every time', async () => {
    const { world, provider, manager } = await signedIn({ options: { autoRefresh: false } })
    for (let call = 0; call < 8; call += 1) {
      await world.until(manager.getToken({ minValidity: 3600 }))
      await world.advance(1100)
    }
    assert.equal(provider.refreshes.length, 0)
  })

  test('without a token it asks for one, once for all', async () => {
    const world = new World()
    const provider = new FakeProvider(world)
    const asked = []
    const { manager } = openTab(world, provider, {
      refresh: async ({ current, reason }) => {
        asked.push([current, reason])
        await world.pause(500)
        return provider.signIn()
      },
    })
    const tokens = await world.until(Promise.all(Array.from({ length: 50 }, () => manager.getToken())))
    assert.equal(new Set(tokens).size, 1)
    assert.deepEqual(asked, [[undefined, 'none']])
  })

  test('forceRefresh gets another one, and one is enough for all', async () => {
    const { world, provider, manager } = await signedIn()
    const token = manager.getTokenSync()
    await world.advance(2 * SECOND)
    const tokens = await world.until(Promise.all([1, 2, 3].map(() => manager.getToken({ forceRefresh: true }))))
    assert.ok(tokens.every((each) => each !== token && each === tokens[0]))
    assert.equal(provider.refreshes.length, 1)
  })

  test('forceRefresh right after a refresh gives what that brought', async () => {
    const { world, provider, manager } = await signedIn({ options: { minInterval: 5 } })
    for (let call = 0; call < 40; call += 1) {
      await world.until(manager.getToken({ forceRefresh: true }))
      await world.advance(100)
    }
    assert.ok(provider.refreshes.length <= 3, `${provider.refreshes.length} in 5 to 8 seconds`)
  })

  test('cacheOnly never refreshes', async () => {
    const world = new World()
    const provider = new FakeProvider(world)
    const { manager } = openTab(world, provider)
    assert.equal(await world.until(manager.getToken({ cacheOnly: true })), undefined)
    await world.until(manager.signIn(provider.signIn()))
    assert.ok(await world.until(manager.getToken({ cacheOnly: true })))
    assert.equal(await world.until(manager.getToken({ cacheOnly: true, forceRefresh: true })), undefined)
    assert.equal(provider.refreshes.length, 0)
  })

  test('a caller that gives up does not disturb the others, nor the refresh', async () => {
    const world = new World()
    const provider = new FakeProvider(world)
    let signal
    const { manager } = openTab(world, provider, {
      refresh: async (request) => {
        signal = request.signal
        await world.pause(500)
        return provider.signIn()
      },
    })
    const controller = new AbortController()
    const impatient = manager.getToken({ signal: controller.signal })
    const patient = manager.getToken()
    await world.advance(300)
    controller.abort(new Error('too slow'))
    await assert.rejects(world.until(impatient), { message: 'too slow' })
    assert.equal(signal.aborted, false)
    assert.ok(provider.isGood(await world.until(patient)))
    await assert.rejects(world.until(manager.getToken({ signal: controller.signal })), { message: 'too slow' })
  })

  test('when all have given up, the refresh is finished all the same: its refresh token is the only good one', async () => {
    const { world, provider, manager } = await signedIn()
    await world.advance(2 * SECOND)
    const signal = AbortSignal.abort(new Error('gone'))
    const impatient = manager.getToken({ forceRefresh: true, signal })
    await assert.rejects(world.until(impatient), { message: 'gone' })
    await world.advance(2 * SECOND)
    assert.equal(provider.refreshes.length, 1)
    await world.advance(60 * SECOND)
    assert.equal(provider.reuses, 0)
  })

  for (const minValidity of [-1, Number.NaN, '5', null]) {
    test(`minValidity: ${String(minValidity)} is refused`, async () => {
      const { world, manager } = await signedIn()
      await assert.rejects(world.until(manager.getToken({ minValidity })), {
        name: 'TypeError',
        message: /minValidity/,
      })
    })
  }
})

describe('a floor', () => {
  for (const [what, answer] of [
    ['exp equal to iat', (world) => jwt({ iat: Math.floor(world.seconds), exp: Math.floor(world.seconds) })],
    ['exp long ago', (world) => jwt({ iat: Math.floor(world.seconds), exp: 1000 })],
    ['expires_in: 0', () => ({ access_token: 'opaque', expires_in: 0 })],
    ['a lifetime of a second', (world) => jwt({ iat: Math.floor(world.seconds), exp: Math.floor(world.seconds) + 1 })],
  ]) {
    test(`holds against a provider whose tokens have ${what}`, async () => {
      const world = new World()
      const provider = new FakeProvider(world)
      let calls = 0
      const { manager } = openTab(world, provider, {
        async refresh() {
          calls += 1
          await world.pause(10)
          return answer(world)
        },
      })
      for (let call = 0; call < 600; call += 1) {
        manager.getToken().catch(() => {})
        manager.getToken({ forceRefresh: true }).catch(() => {})
        await world.advance(100)
      }
      assert.ok(calls >= 2 && calls <= 61, `${calls} calls in a minute`)
    })
  }

  test('holds for any clock', async () => {
    const { world, provider } = await signedIn()
    const { random } = world
    for (let step = 0; step < 600; step += 1) {
      world.offset = (random() - 0.5) * 10 ** (random() * 15)
      await world.advance(100)
    }
    assert.ok(provider.refreshes.length <= 61, `${provider.refreshes.length} refreshes in a minute`)
  })
})

describe('the state', () => {
  test('goes through the life of a token, and is the same object until it changes', async () => {
    const world = new World()
    const provider = new FakeProvider(world)
    const tab = openTab(world, provider)
    const seen = []
    const { manager } = tab
    const { getSnapshot, subscribe } = manager
    let last = getSnapshot()
    const unsubscribe = subscribe(() => {
      const next = getSnapshot()
      assert.notEqual(next, last)
      assert.notDeepEqual(next, last)
      assert.ok(Object.isFrozen(next) && Object.isFrozen(next.scopes))
      last = next
      seen.push(`${next.status} ${next.refreshing}`)
    })
    assert.deepEqual(last, {
      ...{ status: 'none', refreshing: false, issuedAt: undefined, refreshAt: undefined, expiresAt: undefined },
      ...{ scopes: [], skew: 0, failures: 0 },
    })
    await world.until(manager.signIn(provider.signIn()))
    assert.equal(getSnapshot(), getSnapshot())
    const state = getSnapshot()
    await world.advance(5 * SECOND)
    assert.equal(getSnapshot(), state)
    assert.deepEqual(state.scopes, ['read', 'write'])
    assert.ok(state.refreshAt > state.issuedAt && state.refreshAt < state.expiresAt)
    await world.advance(14 * SECOND)
    tab.show(false)
    await world.advance(60 * SECOND)
    manager.signOut()
    assert.deepEqual(seen, [
      ...['valid false', 'expiring false', 'expiring waiting', 'expiring asking', 'valid asking', 'valid false'],
      ...['expiring false', 'expired false', 'signedout false'],
    ])
    unsubscribe()
    await world.until(manager.signIn(provider.signIn()))
    assert.equal(seen.length, 9)
    assert.equal(manager.state, getSnapshot())
  })

  test('a listener that throws stops nobody', async () => {
    const { world, provider, manager } = await signedIn()
    const thrown = []
    process.setUncaughtExceptionCaptureCallback((error) => thrown.push(error.message))
    manager.subscribe(() => {
      throw new Error('a listener of the state')
    })
    manager.addEventListener('refreshed', () => {
      throw new Error('a listener of an event')
    })
    await world.advance(60 * SECOND)
    process.setUncaughtExceptionCaptureCallback(null)
    assert.ok(provider.refreshes.length >= 3)
    assert.deepEqual([...new Set(thrown)].sort(), ['a listener of an event', 'a listener of the state'])
  })
})

describe('the events', () => {
  test('tell what happened, each once', async () => {
    const { world, tab, provider } = await signedIn({ options: { name: 'orders' } })
    await world.advance(20 * SECOND)
    const [first, expiring, refreshed] = tab.events
    assert.deepEqual(tab.names(), ['refreshed', 'expiring', 'refreshed'])
    const { type, at, ...details } = first
    assert.deepEqual(Object.keys(details), ['name', 'by', 'reason', 'issuedAt', 'expiresAt'])
    assert.deepEqual([first.name, first.by, first.reason], ['orders', 'this', undefined])
    assert.ok(expiring.expiresIn > 4 && expiring.expiresIn < 8 && expiring.expiresAt === first.expiresAt)
    assert.deepEqual([refreshed.by, refreshed.reason], ['this', 'scheduled'])
    assert.equal(provider.refreshes.length, 1)
  })

  test('come when the state has changed', async () => {
    const { world, provider, manager } = await signedIn()
    const seen = []
    for (const name of ['refreshed', 'expiring', 'expired', 'refreshfailed', 'signedout'])
      manager.addEventListener(name, () => seen.push([name, manager.state.status, manager.state.failures]))
    await world.advance(18 * SECOND)
    provider.trouble = () => provider.respond(503, '')
    await world.advance(22 * SECOND)
    manager.signOut()
    assert.deepEqual(seen.slice(0, 4), [
      ['expiring', 'expiring', 0],
      ['refreshed', 'valid', 0],
      ['expiring', 'expiring', 0],
      ['refreshfailed', 'expiring', 1],
    ])
    assert.deepEqual(seen.at(-1), ['signedout', 'signedout', 0])
    assert.ok(seen.some(([name, status]) => name === 'expired' && status === 'expired'))
  })

  test('come as events do: once, removed, as handleEvent', async () => {
    const { world, manager } = await signedIn()
    const heard = []
    const removed = () => heard.push('removed')
    manager.addEventListener('refreshed', () => heard.push('once'), { once: true })
    manager.addEventListener('refreshed', { handleEvent: ({ type }) => heard.push(type) })
    manager.addEventListener('refreshed', removed)
    manager.removeEventListener('refreshed', removed)
    await world.advance(35 * SECOND)
    assert.deepEqual(heard, ['once', 'refreshed', 'refreshed'])
  })
})

describe('dispose', () => {
  test('stops everything', async () => {
    const { world, provider, tab, manager } = await signedIn()
    manager.dispose()
    manager.dispose()
    await world.advance(100)
    assert.deepEqual(world.locks.names(), [])
    assert.equal(tab.channels.size, 0)
    assert.equal(tab.document.listeners.length + tab.scope.listeners.length, 0)
    await world.advance(100 * SECOND)
    assert.equal(provider.refreshes.length, 0)
    assert.deepEqual(tab.names(), ['refreshed'])
  })

  test('finishes a refresh that is on its way, for the other tabs', async () => {
    const world = new World()
    const provider = new FakeProvider(world)
    const tabs = [openTab(world, provider), openTab(world, provider)]
    await world.until(tabs[0].manager.signIn(provider.signIn()))
    await world.advance(2 * SECOND)
    const token = tabs[0].manager.getToken({ forceRefresh: true })
    await world.advance(30)
    tabs[0].manager.dispose()
    const text = await world.until(token)
    await world.advance(100)
    assert.equal(tabs[1].manager.getTokenSync(), text)
  })

  test('of one manager leaves those beside it', async () => {
    const { world, provider, tab, manager } = await signedIn()
    const other = addManager(tab.tab, provider)
    manager.dispose()
    assert.ok(other.manager.getTokenSync())
    await world.advance(30 * SECOND)
    assert.ok(provider.refreshes.length >= 1)
    assert.ok(provider.isGood(other.manager.getTokenSync()))
  })

  test('by Symbol.dispose', async () => {
    const { world, provider, manager } = await signedIn()
    manager[Symbol.dispose]()
    await world.advance(100 * SECOND)
    assert.equal(provider.refreshes.length, 0)
  })
})

describe('options', () => {
  const refresh = async () => ({ access_token: 'a' })
  for (const [name, values] of Object.entries({
    refresh: [undefined, null, 'https://a.example', {}],
    session: ['', 1, null],
    name: ['', 1],
    before: [-1, Number.NaN, Number.POSITIVE_INFINITY, '60'],
    jitter: [-0.1, 1.1, '0'],
    minInterval: [0, -1, Number.NaN, '1'],
    refreshTimeout: [0, Number.POSITIVE_INFINITY, '1'],
    autoRefresh: [0, 'no'],
    storage: [null, {}, 'local', { get() {}, set() {} }],
    origins: [
      ...['https://api.example', [1], ['*'], ['https://*.example'], ['api.example'], ['https://api.example/']],
      ...[['https://api.example/v1'], ['HTTPS://api.example'], ['https://api.example:443'], ['http://api.example']],
      ...[['https://user@api.example'], ['http://127.0.0.1.example'], ['null'], ['data:,x'], ['ws://localhost']],
    ],
  })) {
    for (const value of values) {
      test(`${name}: ${JSON.stringify(value) ?? String(value)}`, () => {
        assert.throws(() => openTab(new World(), { refresher: () => refresh }, { [name]: value }), {
          name: 'TypeError',
          message: new RegExp(`^createTokenManager: option "${name}`),
        })
      })
    }
  }

  test('an unknown one, with what may be meant', () => {
    const provider = { refresher: () => refresh }
    assert.throws(() => openTab(new World(), provider, { orgins: [] }), {
      message: /unknown option "orgins"; there are .*origins/,
    })
  })

  for (const origin of [
    'https://api.example',
    'https://api.example:8443',
    'http://localhost:3000',
    'http://127.0.0.1',
    'http://[::1]:8080',
  ]) {
    test(`origin ${origin}`, () => {
      openTab(new World(), { refresher: () => refresh }, { origins: [origin] })
    })
  }

  test('a storage that differs from the one of the session', async () => {
    const storage = () => ({ get() {}, set() {}, remove() {} })
    const { provider, tab } = await signedIn({ options: { storage: storage() } })
    assert.throws(() => addManager(tab.tab, provider, { storage: storage() }), {
      name: 'TypeError',
      message: /"storage"/,
    })
    addManager(tab.tab, provider, { storage: storage(), session: 'other' })
  })
})

function hourly() {
  const provider = new FakeProvider(new World())
  provider.lifetime = 3600
  return provider
}

function jwt(claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return { access_token: `${part({ alg: 'none' })}.${part(claims)}.c2ln` }
}
