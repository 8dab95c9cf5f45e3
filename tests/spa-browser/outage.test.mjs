// The provider is down, in a browser and at a provider where time passes ten times as fast.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { openChromium } from '../../scripts/chromium.mjs'
import { installClock } from './page-clock.mjs'
import { openStage, openTab, signIn } from './stage.mjs'

const RATE = 10
const LIFETIME = 90
const AHEAD = 40
const TABS = 3
const SAMPLE = 200

const seconds = (count) => wait((count * 1000) / RATE)

let browser

before(async () => {
  browser = await openChromium()
})
after(() => browser?.close())

/** `steps` gets tabs of which each looks for a token all the time, and all requests of the token endpoint with their moments; `at` waits for a moment of the server's clock. All in seconds. */
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
    const at = (moment) => seconds(Math.max(0, moment - (clock.base + (Date.now() - clock.base) * RATE) / 1000))
    await steps(pages, stage, asked, at)
  } finally {
    await context.close()
    await stage.close()
  }
}

const watched = (pages) => Promise.all(pages.map((page) => page.evaluate(() => globalThis.watched)))

const states = (pages) => Promise.all(pages.map((page) => page.evaluate(() => globalThis.manager.state)))

describe('outage', { concurrency: 2 }, () => {
  test('the provider is down for 30 s when the refresh is due: nobody is without a token', () =>
    tabs(async (pages, stage, asked, at) => {
      const before = await states(pages)
      await at(Math.min(...before.map(({ refreshAt }) => refreshAt)) - 2)
      await stage.ask({ down: true })
      const asks = asked.length
      await seconds(30)
      const attempts = asked.length - asks
      await stage.ask({ down: false })
      const [{ issuedAt, expiresAt }] = before
      while ((await states(pages)).some((state) => state.issuedAt === issuedAt)) await seconds(1)
      await at(expiresAt + 1)
      for (const { gaps } of await watched(pages)) assert.deepEqual(gaps, [])
      const { reused, refused } = await stage.seen()
      assert.deepEqual({ reused, refused }, { reused: 0, refused: 0 })
      assert.ok(attempts >= 1 && attempts <= 8, `${attempts} attempts in 30 s, of ${TABS} tabs together`)
    }))

  test('the provider is down past the expiry: asked ever more seldom, and all have a token soon after', () =>
    tabs(async (pages, stage, asked, at) => {
      await stage.ask({ down: true })
      const [{ expiresAt }] = await states(pages)
      await at(expiresAt + 1)
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
      // The longest back-off, and as much for a machine that is busy, tenfold here.
      await seconds(60)
      assert.deepEqual(
        (await states(pages)).map(({ status, failures }) => [status, failures]),
        Array.from({ length: TABS }, () => ['valid', 0]),
      )
      const { refreshes, reused } = await stage.seen()
      // One for the outage; the token it brought may be due already, AHEAD and its jitter before the expiry.
      assert.ok(refreshes >= 1 && refreshes <= 3, `${refreshes} refreshes`)
      assert.equal(reused, 0)
    }))
})
