// The token manager in Firefox: a stock one.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { signInRemotely, startFirefox, until } from './remote.mjs'
import { openStage } from './stage.mjs'

const TABS = 3
const ROTATIONS = 10
const LIFETIME = 4
const firefox = process.env.FIREFOX ?? '/usr/bin/firefox-esr'

let browser
before(async () => {
  browser = await startFirefox(firefox)
})
after(() => browser?.close())

async function tabs(steps) {
  const stage = await openStage('jotgate', { accessTokenLifetime: LIFETIME, manager: { before: LIFETIME / 2 } })
  const pages = []
  const open = async () => {
    const page = await browser.open(stage.url)
    pages.push(page)
    return page
  }
  try {
    await signInRemotely(await open())
    while (pages.length < TABS) await until(await open(), "globalThis.manager?.state.status === 'valid'")
    await steps(pages, stage)
  } finally {
    for (const page of pages) await page.close()
    await stage.close()
  }
}
const evaluated = (pages, expression) => Promise.all(pages.map((page) => page.evaluate(expression)))

describe('Firefox', () => {
  test(
    `${TABS} tabs through ${ROTATIONS} rotations: one refresh each, never without a token`,
    { timeout: 120_000 },
    () =>
      tabs(async (pages, { badDays }) => {
        await evaluated(pages, 'watch(50)')
        while (badDays.refreshes < ROTATIONS) await wait(100)
        for (const gaps of await evaluated(pages, 'watched.gaps')) assert.deepEqual(gaps, [])
        assert.deepEqual([badDays.reused, badDays.refused], [0, 0])
        const asked = (await evaluated(pages, 'refreshes.length')).reduce((sum, count) => sum + count, 0)
        assert.ok(Math.abs(asked - badDays.refreshes) <= 1, `${asked} asked for, ${badDays.refreshes} granted`)
      }),
  )

  test('a session that the provider has revoked ends in all tabs, with one question', () =>
    tabs(async (pages, { badDays }) => {
      await badDays.revoke('ada')
      for (const page of pages) await until(page, "manager.state.status === 'signedout'")
      assert.deepEqual([badDays.reused, badDays.refused], [0, 1])
    }))
})
