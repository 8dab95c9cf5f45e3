// The token manager in five tabs of a real browser, at a real provider whose refresh tokens rotate: a second use of one ends the session there.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { openChromium } from '../../scripts/chromium.mjs'
import { installClock } from './page-clock.mjs'
import { openStage, openTab, signIn, started } from './stage.mjs'

const TABS = 5
const ROTATIONS = 50
const LIFETIME = 4
const SAMPLE = 50
// Sooner after the last token, one that is asked for is not refreshed: `minInterval`, and a little.
const INTERVAL = 1100

let browser

before(async () => {
  browser = await openChromium()
})
after(() => browser?.close())

/** A user with the application in some tabs, each looking for a token all the time. `steps` gets the tabs and the stage. */
async function tabs(count, steps, { lifetime = LIFETIME, before = lifetime / 2, wrong } = {}) {
  const stage = await openStage('jotgate', { accessTokenLifetime: lifetime, manager: { before } })
  const context = await browser.newContext()
  try {
    context.setDefaultTimeout(10_000)
    await context.addInitScript(installClock, { wrong })
    const first = await context.newPage()
    await signIn(first, stage.url)
    const pages = [first]
    while (pages.length < count) pages.push(await openTab(context, stage.url))
    for (const page of pages) await page.evaluate((period) => globalThis.watch(period), SAMPLE)
    await steps(pages, { ...stage, context, openTab: () => openTab(context, stage.url) })
  } finally {
    await context.close()
    await stage.close()
  }
}

const watched = (pages) => Promise.all(pages.map((page) => page.evaluate(() => globalThis.watched)))
const statuses = (pages) => Promise.all(pages.map((page) => page.evaluate(() => globalThis.manager.state.status)))
const events = (page, type) => page.evaluate((type) => globalThis.events.filter((event) => event.type === type), type)

async function until(what, holds, seconds = 15) {
  const end = Date.now() + seconds * 1000
  while (!(await holds())) {
    assert.ok(Date.now() < end, `not within ${seconds} s: ${what}`)
    await wait(50)
  }
}

const eachHas = (pages, status) => async () => (await statuses(pages)).every((one) => one === status)

async function noGaps(pages) {
  for (const { gaps, looks } of await watched(pages)) {
    assert.ok(looks > 0)
    assert.deepEqual(gaps, [])
  }
}

function nothingRefused({ badDays }) {
  assert.equal(badDays.reused, 0, 'refresh tokens used twice')
  assert.equal(badDays.refused, 0, 'requests refused by the token endpoint')
}

/** Which of the tabs is calling `refresh`. */
async function asking(pages) {
  for (const page of pages) {
    if ((await page.evaluate(() => globalThis.manager.state.refreshing)) === 'asking') return page
  }
}

// Most of each test is waiting for tokens to grow old.
describe('tabs', { concurrency: 3 }, () => {
  test(
    `${TABS} tabs through ${ROTATIONS} rotations: one refresh each, never without a token`,
    { timeout: 240_000 },
    () =>
      tabs(
        TABS,
        async (pages, stage) => {
          const began = stage.badDays.refreshes
          const turned = () => {
            nothingRefused(stage)
            return stage.badDays.refreshes - began >= ROTATIONS
          }
          await until(`${ROTATIONS} rotations`, turned, 220)
          await noGaps(pages)
          nothingRefused(stage)
          const seen = await watched(pages)
          const made = await Promise.all(pages.map((page) => page.evaluate(() => globalThis.refreshes.length)))
          const sum = made.reduce((total, count) => total + count, 0)
          assert.ok(
            Math.abs(sum - stage.badDays.refreshes) <= 1,
            `${sum} asked for, ${stage.badDays.refreshes} granted`,
          )
          // The tabs went through the same tokens; the last one may still be on its way to some.
          const [one] = seen
          for (const { tokens } of seen) {
            const missing = one.tokens.filter((token) => !tokens.includes(token))
            assert.ok(missing.length <= 1, `${missing.length} tokens were not seen by a tab`)
          }
          assert.ok(one.tokens.length >= ROTATIONS, `${one.tokens.length} tokens`)
        },
        { lifetime: 6 },
      ),
  )

  test('a tab that is killed while it refreshes hands over', () =>
    tabs(
      3,
      async (pages, stage) => {
        stage.badDays.slow = 2
        await until('a refresh is on its way', () => stage.badDays.waiting === 1)
        const holder = await asking(pages)
        const rest = pages.filter((page) => page !== holder)
        const devtools = await stage.context.newCDPSession(holder)
        const died = holder.waitForEvent('crash')
        devtools.send('Page.crash').catch(() => {})
        await died
        const before = stage.badDays.refreshes
        stage.badDays.slow = 0
        await until('another tab refreshes', () => stage.badDays.refreshes === before + 1)
        await until('all have a token', eachHas(rest, 'valid'))
        await noGaps(rest)
        nothingRefused(stage)
      },
      { lifetime: 12, before: 6 },
    ))

  test('a tab that is closed while it refreshes hands over', () =>
    tabs(
      2,
      async ([one, other], stage) => {
        await wait(INTERVAL)
        stage.badDays.slow = 2
        await one.evaluate(() => void globalThis.manager.getToken({ forceRefresh: true }))
        await until('the refresh is on its way', () => stage.badDays.waiting === 1)
        await one.close()
        stage.badDays.slow = 0
        const before = stage.badDays.refreshes
        const token = await other.evaluate(
          async () => (await globalThis.manager.getToken({ forceRefresh: true })).length,
        )
        assert.ok(token > 0)
        assert.equal(stage.badDays.refreshes, before + 1)
        nothingRefused(stage)
        await noGaps([other])
      },
      { lifetime: 20 },
    ))

  test('a tab killed after the provider has answered takes the refresh token with it: the others are signed out', () =>
    tabs(
      3,
      async (pages, stage) => {
        await wait(INTERVAL)
        // Held back between provider and page: granted there, never received here.
        let holder
        await stage.context.route(/\/token$/, async (route) => {
          await route.fetch()
          holder ??= route.request().frame().page()
          if (holder !== route.request().frame().page()) return route.continue()
        })
        await pages[0].evaluate(() => void globalThis.manager.getToken({ forceRefresh: true }).catch(() => {}))
        await until('the provider has granted it', () => holder && stage.badDays.refreshes === 1)
        await stage.context.unroute(/\/token$/)
        await holder.close()
        const rest = pages.filter((page) => page !== holder)
        await rest[0].evaluate(() => globalThis.manager.getToken({ forceRefresh: true }).catch(() => {}))
        await until('the others are signed out', eachHas(rest, 'signedout'))
        assert.equal(stage.badDays.reused, 1)
        for (const page of rest) {
          const [ended, ...more] = await events(page, 'signedout')
          assert.equal(ended.reason, 'invalid_grant')
          assert.deepEqual(more, [])
          await assert.rejects(
            page.evaluate(() => globalThis.manager.getToken()),
            /signed out|session/i,
          )
        }
        const { refused } = stage.badDays
        await wait(1500)
        assert.equal(stage.badDays.refused, refused, 'nobody asks any more')
      },
      { lifetime: 60 },
    ))

  test('a tab that is opened later gets the token of the others, without a refresh', () =>
    tabs(
      2,
      async (_pages, stage) => {
        const late = await stage.openTab()
        assert.equal(await late.evaluate(() => globalThis.manager.state.status), 'valid')
        assert.equal(stage.badDays.refreshes, 0)
        assert.equal(await late.evaluate(() => globalThis.app.call()), undefined)
      },
      { lifetime: 60 },
    ))

  test('when the last tab is gone, so is the session: nothing was stored', () =>
    tabs(
      1,
      async ([only], stage) => {
        await only.close()
        const late = await stage.openTab()
        assert.equal(await late.evaluate(() => globalThis.manager.state.status), 'none')
        assert.equal(stage.badDays.refreshes, 0)
      },
      { lifetime: 60 },
    ))

  test('a reload of the only tab, too, and of one among several not', () =>
    tabs(
      2,
      async ([one, other], stage) => {
        await one.reload()
        await started(one)
        await until('it has the token again', eachHas([one], 'valid'))
        await other.close()
        await one.reload()
        await started(one)
        assert.deepEqual(await statuses([one]), ['none'])
        assert.equal(stage.badDays.refreshes, 0)
      },
      { lifetime: 60 },
    ))

  test('sign-out spreads, and nobody refreshes any more', () =>
    tabs(TABS, async (pages, stage) => {
      await pages[3].evaluate(() => globalThis.app.signOut())
      await until('all are signed out', eachHas(pages, 'signedout'), 2)
      const details = (await Promise.all(pages.map((page) => events(page, 'signedout')))).flat()
      assert.deepEqual(details.map(({ by }) => by).sort(), ['other', 'other', 'other', 'other', 'this'])
      for (const page of pages) assert.equal(await page.evaluate(() => globalThis.manager.getTokenSync()), undefined)
      const { refreshes } = stage.badDays
      await wait(LIFETIME * 1000)
      assert.equal(stage.badDays.refreshes, refreshes)
    }))

  test('a session that the provider has revoked ends in all tabs, with one question', () =>
    tabs(TABS, async (pages, stage) => {
      await stage.badDays.revoke('ada')
      await until('all are signed out', eachHas(pages, 'signedout'))
      assert.equal(stage.badDays.refused, 1)
      assert.equal(stage.badDays.reused, 0)
    }))

  test('after a sign-out, a sign-in of one tab signs in all', () =>
    tabs(
      2,
      async ([one, other], stage) => {
        await one.evaluate(() => globalThis.app.signOut())
        await until('both are signed out', eachHas([one, other], 'signedout'))
        await stage.context.clearCookies()
        await signIn(one, stage.url)
        await until('both are signed in', eachHas([one, other], 'valid'))
        assert.equal(await other.evaluate(() => globalThis.app.call()), undefined)
        nothingRefused(stage)
      },
      { lifetime: 60 },
    ))

  test('a worker takes part like a tab: it has the token, refreshes for all, and is signed out with them', () =>
    tabs(
      1,
      async ([page], stage) => {
        const answered = (message) =>
          page.evaluate((message) => {
            globalThis.worker ??= new Worker('worker.js', { type: 'module' })
            return new Promise((resolve) => {
              globalThis.worker.onmessage = ({ data }) => resolve(data)
              if (message) globalThis.worker.postMessage(message)
            })
          }, message)
        assert.equal(await answered('call'), 200)
        assert.equal(stage.badDays.refreshes, 0)
        await wait(INTERVAL)
        assert.equal(await answered('refresh'), 200)
        assert.equal(stage.badDays.refreshes, 1)
        await until('the page has the new token', async () => (await events(page, 'refreshed')).at(-1).by === 'other')
        const signedOut = answered()
        await page.evaluate(() => globalThis.app.signOut())
        assert.equal(await signedOut, 'signedout')
      },
      { lifetime: 60 },
    ))

  for (const wrong of [600, -600]) {
    const way = wrong > 0 ? 'ahead' : 'behind'
    test(`clock ten minutes ${way} from the start: as many refreshes as with a right one`, () =>
      tabs(
        2,
        async (pages, stage) => {
          const seconds = 12
          await wait(seconds * 1000)
          await noGaps(pages)
          nothingRefused(stage)
          // At the earliest when a quarter of the lifetime has passed: `before` is half of it, plus up to half of that by jitter.
          const most = seconds / (LIFETIME / 4) + 1
          const { refreshes } = stage.badDays
          assert.ok(refreshes >= seconds / LIFETIME - 1 && refreshes <= most, `${refreshes} refreshes in ${seconds} s`)
          assert.equal(await pages[0].evaluate(() => globalThis.app.call()), undefined)
        },
        { wrong },
      ))

    test(`clock that jumps ten minutes ${way}: noticed, and no token is lost`, () =>
      tabs(2, async (pages, stage) => {
        await until('a first refresh', () => stage.badDays.refreshes > 0)
        for (const page of pages) await page.evaluate((by) => Object.assign(globalThis.pageClock, { wrong: by }), wrong)
        for (const page of pages) assert.equal(await page.evaluate(() => globalThis.app.call()), undefined)
        const before = stage.badDays.refreshes
        const seconds = 10
        await wait(seconds * 1000)
        const made = stage.badDays.refreshes - before
        assert.ok(made >= seconds / LIFETIME - 1 && made <= seconds / (LIFETIME / 4) + 2, `${made} refreshes`)
        for (const { gaps } of await watched(pages)) {
          const longest = gaps.length * SAMPLE
          // Ahead, it may as well have been a sleep: the token counts as expired until an answer of the server tells better.
          assert.ok(longest <= (wrong > 0 ? (LIFETIME / 2) * 1000 : 0), `${longest} ms without a token`)
        }
        await until('all have a token', eachHas(pages, 'valid'))
        for (const page of pages) assert.equal(await page.evaluate(() => globalThis.app.call()), undefined)
        nothingRefused(stage)
      }))
  }
})
