// Clocks that are wrong, are set, or stand still.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FakeProvider, openTab, signedIn, World } from './stage.mjs'

const SECOND = 1000

/** How often a second passed in which the tab had no good token. */
async function gaps(world, provider, tab, seconds) {
  let count = 0
  for (let second = 0; second < seconds; second += 1) {
    await world.advance(SECOND)
    const token = tab.manager.getTokenSync()
    if (token === undefined || !provider.isGood(token)) count += 1
  }
  return count
}

describe('a clock that is wrong from the start', () => {
  for (const offset of [-86_400, -600, -30, -1, 1, 30, 600, 86_400]) {
    for (const date of [true, false]) {
      for (const jwt of [true, false]) {
        if (!date && !jwt) continue
        test(`by ${offset} s, ${date ? 'with' : 'without'} Date, ${jwt ? 'a JWT' : 'opaque'}`, async () => {
          const world = new World({ seed: Math.abs(offset) })
          world.offset = offset * SECOND
          const provider = Object.assign(new FakeProvider(world), { date, jwt })
          const tab = openTab(world, provider)
          const response = provider.signIn()
          await world.until(tab.manager.signIn(date ? provider.respond(200, response) : response))
          assert.equal(await gaps(world, provider, tab, 200), 0)
          assert.ok(provider.refreshes.length >= 10 && provider.refreshes.length <= 17, `${provider.refreshes.length}`)
          assert.ok(Math.abs(tab.manager.state.skew + offset) <= 1.5, `skew ${tab.manager.state.skew}`)
        })
      }
    }
  }

  test('opaque and without Date, expires_in alone is right', async () => {
    const world = new World()
    world.offset = 600 * SECOND
    const provider = Object.assign(new FakeProvider(world), { date: false, jwt: false })
    const { tab } = await signedIn({ world, provider })
    await world.advance(200 * SECOND)
    assert.ok(provider.refreshes.length >= 10 && provider.refreshes.length <= 17)
    assert.equal(tab.count('expired'), 0)
  })
})

describe('the server time of an answer', () => {
  const answers = {
    'Date before the token': [{ date: 500, iat: 0, exp: 3600, expires_in: 3600 }, 500],
    'exp minus expires_in before an iat set back': [{ iat: -300, exp: 600, expires_in: 600 }, 0],
    'iat before an expires_in that is too long': [{ iat: 0, exp: 600, expires_in: 3600 }, 0],
    'iat alone': [{ iat: 100, exp: 700 }, 100],
  }
  for (const [what, [{ date, ...times }, ahead]] of Object.entries(answers)) {
    test(what, async () => {
      const world = new World()
      const { manager } = openTab(world, new FakeProvider(world))
      const now = Math.floor(world.seconds)
      const claims = { ...(times.iat !== undefined && { iat: now + times.iat }), exp: now + times.exp }
      const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
      await world.until(
        manager.signIn({
          access_token: `${part({ alg: 'none' })}.${part(claims)}.c2ln`,
          ...(times.expires_in && { expires_in: times.expires_in }),
          ...(date !== undefined && { date: new Date((now + date) * SECOND).toUTCString() }),
        }),
      )
      assert.ok(Math.abs(manager.state.skew - ahead) <= 1.5, `skew ${manager.state.skew}`)
    })
  }

  for (const [what, date, ahead] of [
    ['a Date', (now) => new Date((now + 50) * SECOND), 50],
    ['seconds', (now) => now + 50, 50],
    ['the text of the header', (now) => new Date((now + 50) * SECOND).toUTCString(), 50],
    ['null, the header that was not readable', () => null, 0],
    ['no date', () => 'yesterday', 0],
    ['an invalid Date', () => new Date(Number.NaN), 0],
  ]) {
    test(`date: ${what}`, async () => {
      const world = new World()
      const { manager } = openTab(world, new FakeProvider(world))
      await world.until(
        manager.signIn({ access_token: 'opaque', expires_in: 60, date: date(Math.floor(world.seconds)) }),
      )
      assert.ok(Math.abs(manager.state.skew - ahead) <= 1.5, `skew ${manager.state.skew}`)
    })
  }

  test('is never worse for a slow answer', async () => {
    const world = new World()
    const provider = new FakeProvider(world)
    provider.lifetime = 120
    provider.latency = () => 12 * SECOND
    const { manager } = await signedIn({ world, provider })
    for (let refresh = 0; refresh < 5; refresh += 1) {
      await world.until(manager.getToken({ forceRefresh: true }))
      await world.advance(2 * SECOND)
      assert.ok(Math.abs(manager.state.skew) <= 1, `skew ${manager.state.skew}`)
    }
  })
})

describe('a clock that is set', () => {
  for (const jump of [-86_400, -600, -5, 5, 600, 86_400]) {
    test(`by ${jump} s leaves no gap and makes no loop`, async () => {
      const world = new World()
      const { provider, tab } = await signedIn({ world })
      await world.advance(30 * SECOND)
      const before = provider.refreshes.length
      world.offset += jump * SECOND
      const without = await gaps(world, provider, tab, 100)
      // Set ahead, it may have been a sleep: the present token is given up, and one refresh tells what time it is.
      assert.ok(without <= (jump > 0 ? 1 : 0), `${without} s`)
      assert.ok(provider.refreshes.length - before <= 10)
      assert.ok(Math.abs(tab.manager.state.skew + jump) <= 1.5, `skew ${tab.manager.state.skew}`)
    })
  }

  test('ahead, just after a refresh, lets who asks wait, not fail', async () => {
    const { world, provider, manager } = await signedIn()
    world.offset += 600 * SECOND
    assert.ok(provider.isGood(await world.until(manager.getToken())))
    assert.equal(provider.refreshes.length, 1)
  })

  test('there and back', async () => {
    const world = new World()
    const { provider, tab } = await signedIn({ world })
    for (const jump of [600, -600, -600, 600]) {
      world.offset += jump * SECOND
      assert.ok((await gaps(world, provider, tab, 60)) <= (jump > 0 ? 1 : 0))
    }
    assert.ok(provider.refreshes.length <= 26, `${provider.refreshes.length}`)
  })

  for (const hidden of [false, true]) {
    test(`back while it slept is not trusted, ${hidden ? 'when a token is asked for' : 'in a tab that is seen'}`, async () => {
      const world = new World()
      const { provider, tab, manager } = await signedIn({ world })
      if (hidden) tab.show(false)
      await world.advance(2 * SECOND)
      await world.sleep(30 * SECOND)
      world.offset -= 600 * SECOND
      if (hidden) await world.until(manager.getToken())
      else tab.show()
      await world.advance(2 * SECOND)
      assert.equal(provider.refreshes.length, 1)
      assert.ok(provider.isGood(manager.getTokenSync()))
    })
  }

  test('back, is seen before anything is decided: no expired token is taken for a good one', async () => {
    const world = new World()
    const { provider, tab, manager } = await signedIn({ world })
    tab.show(false)
    await world.advance(10 * SECOND)
    world.offset -= 600 * SECOND
    await world.advance(9 * SECOND)
    assert.ok(provider.isGood(manager.getTokenSync()))
    await world.advance(3 * SECOND)
    assert.equal(manager.getTokenSync(), undefined)
  })
})

describe('sleep', () => {
  for (const standsStill of [true, false]) {
    test(`while the monotonic clock ${standsStill ? 'stands still' : 'goes on'}`, async () => {
      const world = new World()
      const { provider, tab, manager } = await signedIn({ world })
      await world.advance(5 * SECOND)
      await world.sleep(3600 * SECOND, { standsStill })
      assert.equal(manager.getTokenSync(), undefined, 'no expired token, from the first moment')
      const token = await world.until(manager.getToken())
      assert.ok(provider.isGood(token))
      assert.equal(provider.refreshes.length, 1)
      assert.equal(await gaps(world, provider, tab, 100), 0)
      assert.ok(provider.refreshes.length <= 9)
    })
  }

  test('over before the expiry needs no refresh', async () => {
    const world = new World()
    const { provider, manager } = await signedIn({
      world,
      provider: Object.assign(new FakeProvider(world), { lifetime: 3600 }),
    })
    const token = manager.getTokenSync()
    await world.sleep(1800 * SECOND)
    await world.advance(60 * SECOND)
    assert.equal(manager.getTokenSync(), token)
    assert.equal(provider.refreshes.length, 0)
  })

  test('the timers are late: pageshow, visibilitychange and resume decide anew', async () => {
    for (const wake of [
      ({ scope }) => scope.fire('pageshow'),
      (tab) => tab.show(),
      ({ document }) => document.fire('resume'),
    ]) {
      const world = new World()
      const { provider, tab } = await signedIn({ world })
      // As if all timers were held up.
      tab.environment.setTimeout = () => ({ entry: undefined })
      await world.advance(3 * SECOND)
      tab.document.fire('visibilitychange')
      await world.advance(60 * SECOND)
      assert.equal(provider.refreshes.length, 0)
      wake(tab)
      await world.advance(2 * SECOND)
      assert.equal(provider.refreshes.length, 1)
    }
  })

  test('during a refresh does not pass for a clock that is behind', async () => {
    const world = new World()
    const { provider, manager } = await signedIn({
      world,
      provider: Object.assign(new FakeProvider(world), { lifetime: 600 }),
    })
    await world.advance(2 * SECOND)
    provider.latency = () => 300
    const token = manager.getToken({ forceRefresh: true })
    // The request is at the provider, the answer on its way.
    await world.advance(450)
    await world.sleep(3600 * SECOND)
    await world.until(token).catch(() => {})
    assert.ok(Math.abs(manager.state.skew) <= 1.5, `skew ${manager.state.skew}`)
    await world.advance(5 * SECOND)
    assert.ok(provider.isGood(manager.getTokenSync()))
  })
})
