// Many tabs of one session: one refresh for all, whoever dies, freezes, signs out or comes late.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { addManager, FakeProvider, openTab, World } from './stage.mjs'

const SECOND = 1000

/** Tabs of one session, signed in. */
async function session(count, { seed = 1, world = new World({ seed }), options, ...rest } = {}) {
  const provider = Object.assign(new FakeProvider(world), rest)
  const tabs = Array.from({ length: count }, () => openTab(world, provider, options))
  await world.advance(300)
  await world.until(tabs[0].manager.signIn(provider.signIn()))
  await world.advance(300)
  return { world, provider, tabs }
}

/** How many tabs found no good token, second by second. */
async function gaps({ world, provider, tabs }, seconds) {
  let count = 0
  for (let second = 0; second < seconds; second += 1) {
    await world.advance(SECOND)
    for (const { manager, tab } of tabs) {
      const token = tab.dead || tab.frozen ? undefined : manager.getTokenSync()
      if (!tab.dead && !tab.frozen && (token === undefined || !provider.isGood(token))) count += 1
    }
  }
  return count
}

describe('five tabs', () => {
  test('refresh once for each token, in whichever tab, and all have it', async () => {
    const all = await session(5)
    assert.equal(await gaps(all, 1000), 0)
    const { provider, tabs } = all
    assert.ok(provider.refreshes.length >= 60 && provider.refreshes.length <= 90, `${provider.refreshes.length}`)
    assert.equal(provider.reuses, 0)
    assert.ok(new Set(provider.refreshes.map(({ tab }) => tab)).size === 5, 'chance lets each tab go first at times')
    for (const tab of tabs) assert.equal(tab.count('refreshed'), provider.refreshes.length + 1)
    const by = tabs.flatMap(({ events }) => events).filter(({ type }) => type === 'refreshed')
    assert.equal(by.filter((event) => event.by === 'this').length, provider.refreshes.length + 1)
  })

  test('that are all asked at once refresh once', async () => {
    const { world, provider, tabs } = await session(5)
    for (let round = 1; round <= 10; round += 1) {
      await world.advance(2 * SECOND)
      const asked = tabs.flatMap(({ manager }) => [1, 2, 3].map(() => manager.getToken({ forceRefresh: true })))
      const tokens = await world.until(Promise.all(asked))
      assert.equal(new Set(tokens).size, 1)
      assert.equal(provider.refreshes.length, round)
    }
    assert.equal(provider.reuses, 0)
  })

  test('share what the clock was measured to be', async () => {
    const world = new World()
    world.offset = -600 * SECOND
    const { tabs } = await session(5, { world })
    for (const { manager } of tabs) assert.ok(Math.abs(manager.state.skew - 600) < 1.5)
  })

  test('leave a provider alone that is in trouble, together', async () => {
    const { world, provider, tabs } = await session(5)
    let calls = 0
    provider.trouble = () => {
      calls += 1
      return provider.respond(503, '')
    }
    await world.advance(120 * SECOND)
    assert.ok(calls <= 40, `${calls} calls in two minutes`)
    provider.trouble = undefined
    await world.advance(31 * SECOND)
    assert.equal(await gaps({ world, provider, tabs }, 60), 0)
    assert.equal(provider.reuses, 0)
  })

  test('when hidden do not refresh at all, and the one that is shown does', async () => {
    const { world, provider, tabs } = await session(5)
    for (const { tab } of tabs) tab.show(false)
    await world.advance(600 * SECOND)
    assert.equal(provider.refreshes.length, 0)
    tabs[3].tab.show()
    await world.advance(SECOND)
    assert.deepEqual(
      provider.refreshes.map(({ tab }) => tab),
      [tabs[3].id],
    )
    for (const { manager } of tabs) assert.ok(provider.isGood(manager.getTokenSync()))
  })
})

describe('a new tab', () => {
  test('gets the token from the others, and asks the provider for nothing', async () => {
    const { world, provider, tabs } = await session(2)
    const { manager } = openTab(world, provider)
    assert.equal(await world.until(manager.getToken()), tabs[0].manager.getTokenSync())
    assert.equal(provider.refreshes.length, 0)
  })

  test('where it is the only one, waits for nobody', async () => {
    const world = new World()
    const provider = new FakeProvider(world)
    const { manager } = openTab(world, provider, { refresh: async () => provider.signIn() })
    const from = world.time
    await world.until(manager.getToken())
    assert.ok(world.time - from <= 150, `${world.time - from} ms`)
  })

  test('does not wait forever for a tab that does not answer', async () => {
    const { world, provider, tabs } = await session(1, { jwt: true })
    tabs[0].tab.freeze({ told: false })
    const { manager } = openTab(world, provider, { refresh: async () => provider.signIn() })
    assert.ok(provider.isGood(await world.until(manager.getToken(), 10 * SECOND)))
  })
})

describe('a tab that dies', () => {
  test('before its request arrived hands over', async () => {
    const all = await session(3)
    const { world, provider, tabs } = all
    provider.latency = () => 1000
    await world.advance(2 * SECOND)
    tabs[0].manager.getToken({ forceRefresh: true }).catch(() => {})
    await world.advance(500)
    assert.equal(world.locks.holder('jotgate:default')?.id, tabs[0].id)
    tabs[0].tab.kill()
    assert.equal(await gaps(all, 100), 0)
    assert.equal(provider.reuses, 0)
  })

  test('after the provider has rotated costs nothing within the grace period', async () => {
    const all = await session(3, { grace: 10 * SECOND })
    const { world, provider, tabs } = all
    provider.latency = () => 1000
    await world.advance(2 * SECOND)
    tabs[0].manager.getToken({ forceRefresh: true }).catch(() => {})
    await world.advance(1500)
    assert.equal(provider.refreshes.length, 1)
    tabs[0].tab.kill()
    // The next one tries at once: the grace period is short.
    await world.until(tabs[1].manager.getToken({ forceRefresh: true }))
    assert.equal(await gaps(all, 100), 0)
    assert.equal(provider.reuses, 0)
  })

  test('after the provider has rotated, without a grace period, ends the session in good order', async () => {
    const { world, provider, tabs } = await session(3)
    provider.latency = () => 1000
    await world.advance(2 * SECOND)
    tabs[0].manager.getToken({ forceRefresh: true }).catch(() => {})
    await world.advance(1500)
    tabs[0].tab.kill()
    await world.advance(60 * SECOND)
    assert.equal(provider.reuses, 1, 'nobody has the refresh token: it was tried once, not in a loop')
    for (const { manager } of tabs.slice(1)) assert.equal(manager.state.status, 'signedout')
  })

  test('right after it told the others has lost nothing', async () => {
    for (let seed = 1; seed < 30; seed += 1) {
      const all = await session(3, { seed })
      const { world, tabs, provider } = all
      await world.advance(2 * SECOND)
      await world.until(tabs[0].manager.getToken({ forceRefresh: true }))
      tabs[0].tab.kill()
      assert.equal(await gaps(all, 60), 0)
      assert.equal(provider.reuses, 0)
    }
  })
})

describe('a tab that is frozen', () => {
  test('misses what happens and catches up when it is back', async () => {
    const all = await session(3)
    const { world, provider, tabs } = all
    tabs[1].tab.freeze()
    assert.equal(await gaps(all, 100), 0)
    tabs[1].tab.resume()
    await world.advance(300)
    assert.equal(tabs[1].manager.getTokenSync(), tabs[0].manager.getTokenSync())
    assert.equal(await gaps(all, 100), 0)
    assert.equal(provider.reuses, 0)
  })

  test('holds no lock and no mark meanwhile, and waits for none', async () => {
    const { world, tabs, provider } = await session(2)
    provider.latency = () => 2000
    await world.advance(2 * SECOND)
    tabs[0].manager.getToken({ forceRefresh: true })
    await world.advance(200)
    const asked = tabs[1].manager.getToken({ forceRefresh: true })
    await world.advance(200)
    tabs[1].tab.freeze()
    await world.advance(10 * SECOND)
    assert.equal(world.locks.holder('jotgate:default'), undefined)
    assert.equal(world.locks.names().length, 1)
    tabs[1].tab.resume()
    assert.equal(await world.until(asked), tabs[0].manager.getTokenSync())
    assert.equal(provider.reuses, 0)
  })

  test('with the lock in its hands loses it after a while', async () => {
    const world = new World()
    const all = await session(4, { world, options: { refreshTimeout: 5000 }, grace: 3600 * SECOND })
    const { provider, tabs } = all
    await world.advance(2 * SECOND)
    provider.latency = () => 1000
    tabs[0].manager.getToken({ forceRefresh: true }).catch(() => {})
    await world.advance(500)
    tabs[0].tab.freeze()
    const before = provider.refreshes.length
    provider.latency = () => 100
    // The others start to wait ahead of the expiry, and do so for refreshTimeout and 10 seconds.
    await world.advance(32 * SECOND)
    assert.equal(await gaps(all, 120), 0)
    assert.ok(provider.refreshes.length > before)
    assert.equal(world.locks.steals, 1, 'of those who wait, one takes it')
    world.messages = []
    tabs[0].tab.resume()
    assert.equal(await gaps(all, 100), 0)
    const told = world.messages.filter(({ type }) => type === 'state').map(({ state }) => state.generation)
    assert.deepEqual(
      told,
      [...told].sort((a, b) => a - b),
      'what it brought is not taken for news',
    )
    assert.equal(new Set(tabs.map(({ manager }) => manager.getTokenSync())).size, 1)
  })

  test('as a page that is kept for its return (pagehide, pageshow)', async () => {
    const all = await session(2)
    const { world, tabs } = all
    tabs[1].scope.fire('pagehide')
    tabs[1].tab.freeze()
    await world.advance(200)
    assert.equal(tabs[1].channels.size, 0)
    await world.advance(100 * SECOND)
    tabs[1].tab.resume()
    tabs[1].scope.fire('pageshow')
    await world.advance(300)
    assert.equal(await gaps(all, 60), 0)
  })
})

describe('sign-out', () => {
  test('in one tab signs out all', async () => {
    const { world, provider, tabs } = await session(5)
    tabs[2].manager.signOut()
    await world.advance(100)
    for (const tab of tabs) {
      assert.equal(tab.manager.state.status, 'signedout')
      assert.equal(tab.manager.getTokenSync(), undefined)
      assert.deepEqual(
        tab.events.filter(({ type }) => type === 'signedout').map(({ by, reason }) => [by, reason]),
        [[tab === tabs[2] ? 'this' : 'other', 'signOut']],
      )
    }
    await world.advance(100 * SECOND)
    assert.equal(provider.refreshes.length, 0)
  })

  test('during a refresh lets nothing come back', async () => {
    for (const [signsOut, delay] of [0, 1].flatMap((tab) => [50, 300, 900, 1100, 1900, 2050].map((ms) => [tab, ms]))) {
      const { world, provider, tabs } = await session(3)
      provider.latency = () => 1000
      await world.advance(2 * SECOND)
      const asked = tabs[0].manager.getToken({ forceRefresh: true })
      asked.catch(() => {})
      await world.advance(delay)
      tabs[signsOut].manager.signOut()
      await world.advance(30 * SECOND)
      for (const { manager } of tabs) assert.equal(manager.state.status, 'signedout', `${signsOut} ${delay}`)
      if (delay < 2000) await assert.rejects(asked, { code: 'ERR_JOTGATE_SIGNED_OUT' })
    }
  })

  test('while a tab is frozen is known to it when it is back', async () => {
    const { world, tabs } = await session(2)
    tabs[1].tab.freeze()
    await world.advance(100)
    tabs[0].manager.signOut()
    await world.advance(SECOND)
    tabs[1].tab.resume()
    await world.advance(SECOND)
    assert.equal(tabs[1].manager.state.status, 'signedout')
  })

  test('and the next sign-in reaches all', async () => {
    const all = await session(3)
    const { world, provider, tabs } = all
    tabs[0].manager.signOut()
    await world.advance(SECOND)
    await world.until(tabs[1].manager.signIn(provider.signIn()))
    await world.advance(100)
    assert.equal(await gaps(all, 60), 0)
  })

  test('does not hinder a page that opens after it: its cookie may be good again', async () => {
    const { world, provider, tabs } = await session(2)
    tabs[0].manager.signOut()
    await world.advance(SECOND)
    const tab = openTab(world, provider, { refresh: async () => provider.signIn() })
    assert.equal(tab.manager.state.status, 'none')
    const token = await world.until(tab.manager.getToken())
    await world.advance(100)
    for (const { manager } of tabs) assert.equal(manager.getTokenSync(), token)
  })

  test('and a sign-in at the same moment leave all tabs of one mind', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.array(fc.tuple(fc.nat(2), fc.boolean(), fc.nat(30)), { maxLength: 6 }),
        async (seed, acts) => {
          const { world, provider, tabs } = await session(3, { seed })
          for (const [tab, signsOut, pause] of acts) {
            if (signsOut) tabs[tab].manager.signOut()
            else tabs[tab].manager.signIn(provider.signIn())
            await world.advance(pause)
          }
          await world.advance(SECOND)
          assert.equal(new Set(tabs.map(({ manager }) => manager.getTokenSync())).size, 1)
          assert.equal(new Set(tabs.map(({ manager }) => manager.state.status === 'signedout')).size, 1)
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('several managers of a session', () => {
  test('use one refresh token in turn, in all tabs', async () => {
    const world = new World()
    const provider = new FakeProvider(world)
    const tabs = [1, 2, 3].map(() => {
      const orders = openTab(world, provider, { name: 'orders' })
      return { orders, mail: addManager(orders.tab, provider, { name: 'mail' }) }
    })
    await world.advance(300)
    await world.until(tabs[0].orders.manager.signIn(provider.signIn()))
    await world.until(tabs[1].mail.manager.getToken())
    await world.advance(500)
    for (let second = 0; second < 200; second += 1) {
      await world.advance(SECOND)
      for (const { orders, mail } of tabs) {
        const [a, b] = [orders.manager.getTokenSync(), mail.manager.getTokenSync()]
        assert.ok(provider.isGood(a) && provider.isGood(b) && a !== b)
      }
    }
    assert.equal(provider.reuses, 0)
    assert.ok(provider.refreshes.length <= 2 * 18, `${provider.refreshes.length}`)
    tabs[2].mail.manager.signOut()
    await world.advance(100)
    for (const { orders } of tabs) assert.equal(orders.manager.state.status, 'signedout')
  })

  test('of one name share one refresh', async () => {
    const { world, provider, tabs } = await session(1)
    const twin = addManager(tabs[0].tab, provider)
    await world.advance(2 * SECOND)
    const asked = [tabs[0].manager, twin.manager].map((manager) => manager.getToken({ forceRefresh: true }))
    const [a, b] = await world.until(Promise.all(asked))
    assert.equal(a, b)
    assert.equal(provider.refreshes.length, 1)
  })

  test('of other sessions have nothing to do with it', async () => {
    const { world, provider, tabs } = await session(1)
    const other = openTab(world, provider, { session: 'other' })
    await world.advance(SECOND)
    assert.equal(other.manager.getTokenSync(), undefined)
    other.manager.signOut()
    await world.advance(SECOND)
    assert.ok(tabs[0].manager.getTokenSync())
  })
})

describe('a storage', () => {
  const memory = (place = new Map()) => ({
    place,
    get: (key) => place.get(key),
    set: async (key, text) => void place.set(key, text),
    remove: (key) => place.delete(key),
  })

  test('outlives the pages', async () => {
    const storage = memory()
    const { world, provider, tabs } = await session(1, { options: { storage } })
    const token = tabs[0].manager.getTokenSync()
    assert.deepEqual([...storage.place.keys()], ['jotgate:default'])
    tabs[0].tab.kill()
    const next = openTab(world, provider, { storage })
    await world.advance(100)
    assert.equal(next.manager.getTokenSync(), token)
    assert.equal(next.events[0].by, 'other')
    assert.equal(await gaps({ world, provider, tabs: [next] }, 60), 0)
    assert.equal(provider.reuses, 0)
    next.manager.signOut()
    await world.advance(10)
    assert.equal(storage.place.size, 0)
  })

  for (const [what, text] of [
    ...[
      ['nonsense', '{'],
      ['null', 'null'],
      ['another form', '{"epoch":1}'],
      ['an empty text', ''],
    ],
    ['a poisoned one', JSON.stringify({ epoch: 1e300, generation: 0, skew: 0, tokens: [] })],
    [
      'a token that would break a header',
      state([['access', { text: 'a\n', issuedAt: 0, expiresAt: null, scope: '' }]]),
    ],
    ['tokens that are no pairs', state([1, null])],
    ['a token without times', state([['access', { text: 'a', scope: '' }]])],
  ]) {
    test(`that holds ${what} is no storage`, async () => {
      const world = new World()
      const provider = new FakeProvider(world)
      const storage = memory(new Map([['jotgate:default', text]]))
      const { manager } = openTab(world, provider, { storage, refresh: async () => provider.signIn() })
      assert.ok(provider.isGood(await world.until(manager.getToken())))
      assert.equal(JSON.parse(storage.place.get('jotgate:default')).tokens.length, 1)
    })
  }

  test('that fails is no storage either', async () => {
    const fail = () => {
      throw new Error('quota')
    }
    for (const broken of [fail, async () => fail()]) {
      const all = await session(2, { options: { storage: { get: broken, set: broken, remove: broken } } })
      assert.equal(await gaps(all, 60), 0)
      all.tabs[0].manager.signOut()
      await all.world.advance(SECOND)
      assert.equal(all.tabs[1].manager.state.status, 'signedout')
    }
  })

  function state(tokens) {
    return JSON.stringify({ epoch: 1, generation: 1, skew: 0, tokens })
  }
})

describe('a platform that lacks something', () => {
  test('without Web Locks, tabs that see one another take turns', async () => {
    const world = new World({ locks: false })
    const all = await session(4, { world })
    assert.equal(await gaps(all, 300), 0)
    const { provider, tabs } = all
    assert.equal(provider.reuses, 0)
    assert.ok(provider.refreshes.length <= 27, `${provider.refreshes.length}`)
    const next = openTab(world, provider)
    await world.advance(SECOND)
    assert.equal(next.manager.getTokenSync(), tabs[0].manager.getTokenSync())
  })

  test('without Web Locks, a tab that dies at work is waited for, but not forever', async () => {
    const world = new World({ locks: false })
    const all = await session(3, { world, options: { refreshTimeout: 5000 } })
    const { provider, tabs } = all
    provider.latency = () => 1000
    await world.advance(2 * SECOND)
    tabs[0].manager.getToken({ forceRefresh: true }).catch(() => {})
    await world.advance(500)
    tabs[0].tab.kill()
    provider.latency = () => 100
    await world.advance(30 * SECOND)
    assert.equal(await gaps(all, 60), 0)
    assert.equal(provider.reuses, 0)
  })

  test('without BroadcastChannel each tab has its own token, one after the other', async () => {
    const world = new World({ channel: false })
    const provider = new FakeProvider(world)
    const tabs = [1, 2].map(() => openTab(world, provider, { refresh: async () => provider.signIn() }))
    const tokens = await world.until(Promise.all(tabs.map(({ manager }) => manager.getToken())))
    assert.ok(provider.isGood(tokens[0]) && provider.isGood(tokens[1]))
  })

  test('where the lock is refused (a sandboxed frame), alone', async () => {
    const world = new World()
    const provider = new FakeProvider(world)
    const tab = world.open()
    const refused = () => Promise.reject(new DOMException('denied', 'SecurityError'))
    tab.environment.locks = { request: refused, query: refused }
    tab.environment.openChannel = () => {
      throw new DOMException('denied', 'SecurityError')
    }
    const { manager } = addManager(tab, provider)
    await world.until(manager.signIn(provider.signIn()))
    await world.advance(100 * SECOND)
    assert.ok(provider.isGood(manager.getTokenSync()))
    assert.ok(provider.refreshes.length >= 5)
  })
})

describe('messages', () => {
  for (const message of [
    ...[null, 1, 'state', {}, { type: 'state' }, { type: 'state', state: null }, { type: 'ask' }, { type: 'failed' }],
    ...[
      { type: 'ask', epoch: 'x', generation: {} },
      { type: 'state', state: { epoch: 9e15, generation: 1, tokens: {} } },
    ],
    { type: 'state', state: { epoch: Number.POSITIVE_INFINITY, generation: 0, skew: 0, tokens: [] } },
    { type: 'state', state: { epoch: 8e15, generation: 0, skew: Number.NaN, tokens: [] } },
    { type: 'state', state: { epoch: 8e15, generation: 0, skew: 0, tokens: [], ended: 'by me' } },
    { type: 'failed', name: 'access', failures: Number.NaN, retryAfter: 1 },
  ]) {
    test(`that are none are not heard: ${JSON.stringify(message)}`, async () => {
      const { world, tabs } = await session(1)
      const { state } = tabs[0].manager
      const stranger = world.open()
      stranger.environment.openChannel('jotgate:default').postMessage(message)
      await world.advance(100)
      assert.equal(tabs[0].manager.state, state)
    })
  }
})

describe('whatever happens', () => {
  const act = fc.record({
    tab: fc.nat(4),
    what: fc.constantFrom(
      'force',
      'get',
      'hide',
      'show',
      'freeze',
      'resume',
      'open',
      'kill idle',
      'online',
      'sleep',
      'clock',
    ),
    pause: fc.nat(9000),
  })

  test('one refresh for each rotation, no reuse, nobody left without a token', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.integer({ min: 1, max: 400 }),
        fc.array(act, { maxLength: 30 }),
        async (seed, ipc, acts) => {
          const world = new World({ seed, ipc })
          const all = await session(5, { world })
          const { provider, tabs } = all
          await world.advance(2 * SECOND)
          for (const { tab: index, what, pause } of acts) {
            const it = tabs[index % tabs.length]
            const alive = tabs.filter(({ tab }) => !tab.dead)
            if (it.tab.dead) continue
            if (what === 'force' || what === 'get')
              it.manager.getToken({ forceRefresh: what === 'force' }).catch(() => {})
            if (what === 'hide') it.tab.show(false)
            if (what === 'show') it.tab.show()
            // As browsers do: not while it holds a lock that others wait for.
            if (what === 'freeze' && !it.tab.frozen && it.manager.state.refreshing !== 'asking') it.tab.freeze()
            if (what === 'resume' && it.tab.frozen) it.tab.resume()
            if (what === 'open') tabs.push(openTab(world, provider))
            // One that is not refreshing, and not the last that knows the refresh token.
            if (
              what === 'kill idle' &&
              alive.filter(({ tab }) => !tab.frozen).length > 2 &&
              !it.manager.state.refreshing
            )
              it.tab.kill()
            if (what === 'online') it.scope.fire('online')
            if (what === 'sleep') await world.sleep(pause * 3)
            if (what === 'clock') world.offset += (pause - 4500) * 100
            await world.advance(pause)
            assert.equal(provider.reuses, 0, what)
          }
          for (const { tab } of tabs) {
            if (tab.dead) continue
            if (tab.frozen) tab.resume()
            tab.show()
          }
          await world.advance(4 * SECOND)
          const known = provider.refreshes.length
          const alive = tabs.filter(({ tab }) => !tab.dead)
          assert.equal(await gaps({ world, provider, tabs: alive }, 60), 0)
          assert.ok(
            provider.refreshes.length - known <= 7,
            `${provider.refreshes.length - known} refreshes in a minute`,
          )
          for (const { tab } of alive) tab.show(false)
          await world.advance(5 * SECOND)
          assert.equal(new Set(alive.map(({ manager }) => manager.getTokenSync())).size, 1)
          assert.equal(provider.reuses, 0)
          assert.equal(provider.ended, false)
        },
      ),
      { numRuns: 150 },
    )
  })
})
