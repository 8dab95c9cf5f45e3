// Pages that are really hidden and really frozen, through the DevTools protocol: real time, since the browser's own scheduling is what is tested.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { signInRemotely, startChromium, until } from './remote.mjs'
import { openStage } from './stage.mjs'

const LIFETIME = 4
const SAMPLE = 50

let chromium

before(async () => {
  chromium = await startChromium()
})
after(() => chromium?.close())

async function tabs(count, steps, { lifetime = LIFETIME, timeout = 10_000 } = {}) {
  const stage = await openStage('jotgate', {
    accessTokenLifetime: lifetime,
    manager: { before: lifetime / 2, refreshTimeout: timeout },
  })
  const pages = []
  const open = async () => {
    const page = await chromium.open(stage.url)
    pages.push(page)
    return page
  }
  try {
    await signInRemotely(await open())
    while (pages.length < count) await until(await open(), "globalThis.manager?.state.status === 'valid'")
    await steps(pages, stage)
    assert.equal(stage.badDays.reused, 0, 'refresh tokens used twice')
    assert.equal(stage.badDays.refused, 0, 'requests refused by the token endpoint')
  } finally {
    for (const page of pages) await page.close()
    await stage.close()
  }
}

const status = (page) => page.evaluate('manager.state.status')
const refreshesOf = (page) => page.evaluate('refreshes.length')

// Most of each test is waiting for tokens to grow old.
describe('lifecycle', { concurrency: 3 }, () => {
  test('a hidden tab does not refresh, and has a token again as soon as it is seen', () =>
    tabs(1, async ([page], { badDays }) => {
      await page.hide()
      await until(page, "document.visibilityState === 'hidden'")
      const before = badDays.refreshes
      await wait(LIFETIME * 1500)
      assert.ok(badDays.refreshes - before <= 1, 'one may have been on its way')
      const hidden = badDays.refreshes
      await page.show()
      await until(page, "manager.state.status === 'valid'", 2)
      assert.equal(badDays.refreshes, hidden + 1)
    }))

  test('a hidden tab that calls the API refreshes for that', () =>
    tabs(1, async ([page], { badDays }) => {
      await page.hide()
      await wait(LIFETIME * 1500)
      const before = badDays.refreshes
      assert.equal(await page.evaluate('app.call()'), undefined)
      assert.equal(badDays.refreshes, before + 1)
    }))

  test('hidden tabs live from the one that is seen', () =>
    tabs(3, async ([seen, ...hidden]) => {
      for (const page of hidden) await page.hide()
      await seen.evaluate(`watch(${SAMPLE})`)
      for (const page of hidden) await page.evaluate(`watch(${SAMPLE})`)
      const before = await Promise.all(hidden.map(refreshesOf))
      await wait(LIFETIME * 2500)
      for (const page of [seen, ...hidden]) assert.deepEqual(await page.evaluate('watched.gaps'), [])
      assert.deepEqual(await Promise.all(hidden.map(refreshesOf)), before)
    }))

  test('the only tab, frozen past the expiry: a token at once, after one refresh', () =>
    tabs(1, async ([page], { badDays }) => {
      await page.hide()
      await page.freeze()
      await wait(LIFETIME * 2000)
      const before = badDays.refreshes
      await page.thaw()
      await page.show()
      assert.equal(await page.evaluate('app.call()'), undefined)
      assert.equal(await status(page), 'valid')
      assert.equal(badDays.refreshes, before + 1)
    }))

  test('a frozen tab wakes up to the token that the others got meanwhile', () =>
    tabs(2, async ([frozen, awake], { badDays }) => {
      await frozen.hide()
      await frozen.freeze()
      await awake.evaluate(`watch(${SAMPLE})`)
      const made = await refreshesOf(awake)
      const before = badDays.refreshes
      await wait(LIFETIME * 3000)
      assert.deepEqual(await awake.evaluate('watched.gaps'), [])
      const asked = (await refreshesOf(awake)) - made
      assert.ok(Math.abs(asked - (badDays.refreshes - before)) <= 1)
      await frozen.thaw()
      await frozen.show()
      const own = await refreshesOf(frozen)
      assert.equal(await frozen.evaluate('app.call()'), undefined)
      assert.ok((await refreshesOf(frozen)) - own <= 1, 'at most the refresh that has just become due')
    }))

  test('a tab that is frozen while it refreshes loses the lock to the others, in time', () =>
    tabs(
      2,
      async ([holder, other], { badDays }) => {
        await holder.hide()
        // Sooner after the last token, `minInterval` forbids it.
        await wait(1100)
        badDays.slow = 100
        await holder.evaluate('void manager.getToken({ forceRefresh: true })')
        while (badDays.waiting === 0) await wait(20)
        await holder.freeze()
        badDays.slow = 0
        await other.evaluate(`watch(${SAMPLE})`)
        await other.evaluate('void manager.getToken({ forceRefresh: true })')
        await until(other, 'refreshes.length > 0', 30)
        await until(other, "manager.state.status === 'valid'")
        assert.deepEqual(await other.evaluate('watched.gaps'), [])
        await holder.thaw()
        await holder.show()
        await until(holder, "manager.state.status === 'valid'")
        assert.equal(await holder.evaluate('app.call()'), undefined)
      },
      // Patience is the timeout of a refresh, and ten seconds for what a tab does around it; nothing falls due meanwhile.
      { lifetime: 120, timeout: 3000 },
    ))

  test('a tab that stands still, as with the lid closed, has a token at once when it goes on', () =>
    tabs(1, async ([page], { badDays }) => {
      // A synchronous request: nothing of the page runs, and no event tells it so afterwards.
      const still = `(() => {
        const request = new XMLHttpRequest()
        request.open('GET', \`\${globalThis.issuer}/bad-days?sleep=${LIFETIME * 2}\`, false)
        request.send()
      })()`
      const before = badDays.refreshes
      await page.evaluate(still)
      await until(page, "manager.getTokenSync() !== undefined && manager.state.status === 'valid'", 2)
      assert.ok(badDays.refreshes - before <= 2)
    }))
})
