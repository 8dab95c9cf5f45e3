// The provider is down, in a browser and at a provider where time passes ten times as fast.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { installClock } from './page-clock.mjs'
import { launch, openStage, openTab, signIn } from './stage.mjs'

const RATE = 10
const LIFETIME = 90
const AHEAD = 40
const TABS = 3
const SAMPLE = 200

const seconds = (count) => wait((count * 1000) / RATE)

let browser

before(async () => {
  browser = await launch()
})
after(() => browser?.close())

/** `steps` gets tabs of which each looks for a token all the time, and all requests of the token endpoint with their moments in seconds. */
async function tabs(steps) {
  const clock = { base: Date.now(), rate: RATE }
  const stage = await openStage('jotgate', { accessTokenLifetime: LIFETIME, clock, manager: { before: AHEAD } })
  const context = await browser.newContext()
  try {
    context.setDefaultTimeout(10_000)
    await context.addInitScript(installClock, clock)
    const asked = []
    context.on('request', (request) => {
      if (request.method() === 'POST' && new URL(request.url()).pathname === '/token') {
        asked.push(((Date.now() - clock.base) * RATE) / 1000)
      }
    })
    const first = await context.newPage()
    await signIn(first, stage.url)
    const pages = [first, ...(await Promise.all(Array.from({ length: TABS - 1 }, () => openTab(context, stage.url))))]
    for (const page of pages) await page.evaluate((period) => globalThis.watch(period), SAMPLE)
    await steps(pages, stage, asked)
  } finally {
    await context.close()
    await stage.close()
  }
}

const watched = (pages) => Promise.all(pages.map((page) => page.evaluate(() => globalThis.watched)))

describe('outage', { concurrency: 2 }, () => {
  test('the provider is down for 30 s when the refresh is due: nobody is without a token', () =>
    tabs(async (pages, stage, asked) => {
      await seconds(LIFETIME - AHEAD * 1.6)
      await stage.ask({ down: true })
      const before = asked.length
      await seconds(30)
      const attempts = asked.length - before
      await stage.ask({ down: false })
      await seconds(AHEAD)
      for (const { gaps } of await watched(pages)) assert.deepEqual(gaps, [])
      const { refreshes, reused, refused } = await stage.seen()
      assert.deepEqual({ refreshes, reused, refused }, { refreshes: 1, reused: 0, refused: 0 })
      assert.ok(attempts <= 8, `${attempts} attempts in 30 s, of ${TABS} tabs together`)
    }))

  test('the provider is down past the expiry: asked ever more seldom, and all have a token soon after', () =>
    tabs(async (pages, stage, asked) => {
      await stage.ask({ down: true })
      await seconds(LIFETIME)
      const before = asked.length
      await seconds(120)
      const attempts = asked.length - before
      assert.ok(attempts >= 1 && attempts <= 12, `${attempts} attempts in two minutes, of ${TABS} tabs together`)
      for (const page of pages) {
        assert.equal(await page.evaluate(() => globalThis.manager.state.status), 'expired')
        const failed = await page.evaluate(() => globalThis.manager.getToken().catch(({ code }) => code))
        assert.equal(failed, 'ERR_JOTGATE_REFRESH_FAILED')
      }
      await stage.ask({ down: false })
      await seconds(90)
      const statuses = await Promise.all(pages.map((page) => page.evaluate(() => globalThis.manager.state.status)))
      assert.deepEqual(statuses, ['valid', 'valid', 'valid'])
      const { refreshes, reused } = await stage.seen()
      assert.deepEqual({ refreshes, reused }, { refreshes: 1, reused: 0 })
    }))
})
