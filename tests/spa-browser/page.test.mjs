// The playground's page of the SPA in a real browser, as a person uses it; screenshots of its states lie in target/playground afterwards.
import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openChromium } from '../../scripts/chromium.mjs'
import { servePage } from '../../scripts/serve.mjs'
import { startProvider } from '../../www/provider.mjs'
import { startApi } from './api.mjs'

const www = fileURLToPath(new URL('../../www', import.meta.url))
const screenshots = fileURLToPath(new URL('../../target/playground/', import.meta.url))

const DESKTOP = { width: 1280, height: 900 }
const PHONE = { width: 390, height: 844 }

let browser

before(async () => {
  await mkdir(screenshots, { recursive: true })
  browser = await openChromium()
})
after(() => browser?.close())

/** The page with a provider and an API of its own, for bad days of its own. */
async function beside(providerOptions) {
  const documents = {}
  const site = await servePage({ folder: www, documents })
  const provider = await startProvider({ redirectUris: [site.url], ...providerOptions })
  const { issuer, spaClientId, resource, scope, badDays } = provider
  const api = await startApi({ issuer, audience: resource, origins: [new URL(site.url).origin] })
  documents['spa/provider.json'] = { issuer, clientId: spaClientId, resource, scope }
  documents['api.json'] = { url: api.url }
  return {
    url: `${site.url}spa/`,
    badDays,
    close: () => Promise.all([site.close(), provider.close(), api.close()]),
  }
}

/** A visit in a fresh profile. Nothing may have been logged as an error but requests that were meant to fail. */
async function visit(steps, { provider, ...options } = {}) {
  const stage = await beside(provider)
  const context = await browser.newContext({ viewport: DESKTOP, colorScheme: 'light', ...options })
  const complaints = []
  context.on('weberror', (error) => complaints.push(error.error().stack))
  context.on('console', (message) => {
    const ofNetwork = /Failed to load resource|Synchronous XMLHttpRequest/.test(message.text())
    if (!ofNetwork && ['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  const openTab = async () => {
    const page = await context.newPage()
    await page.goto(stage.url)
    await titleIs(page, 'Valid')
    return page
  }
  try {
    context.setDefaultTimeout(20_000)
    const page = await context.newPage()
    await page.goto(stage.url)
    await steps(page, { ...stage, openTab })
    assert.deepEqual(complaints, [])
  } finally {
    await context.close()
    await stage.close()
  }
}

async function signIn(page, name = 'ada') {
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('Name').fill(name)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await titleIs(page, 'Valid')
}

const shot = (page, name) => page.screenshot({ path: `${screenshots}spa-${name}.png`, fullPage: true })
const titleIs = (page, title) => page.locator('#verdict-title', { hasText: title }).waitFor()
const logHas = (page, event) => page.locator('#log .event', { hasText: event }).first().waitFor()
const day = (page, name) => page.getByRole('button', { name, exact: true })

describe('the page', { concurrency: 3 }, () => {
  test('signs in, shows the life of the token, and calls the API with it', () =>
    visit(async (page, { url, badDays }) => {
      assert.equal(await page.getByRole('button', { name: 'Sign out' }).count(), 0)
      await signIn(page)
      assert.equal(page.url(), url)
      assert.match(await page.locator('#verdict-text').textContent(), /A token for ada/)
      await page.locator('#calls .good').first().waitFor()
      await page.locator('#lifeline .life', { hasText: 'tab 1' }).waitFor()
      for (const mark of ['.m-issued', '.m-refresh', '.m-exp', '.window', '.call-good'])
        assert.ok((await page.locator(`#lifeline ${mark}`).count()) > 0, mark)
      const refreshes = badDays.refreshes
      await page.locator('#calls .good').nth(2).waitFor()
      await page.getByRole('button', { name: 'Refresh now' }).click()
      await page.locator('#log li', { hasText: 'as it was asked for' }).waitFor()
      assert.ok(badDays.refreshes > refreshes)
    }))

  test('shows the tabs, which of them holds the lock, and that the next one takes over', () =>
    visit(
      async (page, { badDays, openTab }) => {
        await signIn(page)
        const second = await openTab()
        const third = await openTab()
        await page.locator('.tab', { hasText: 'Tab 3' }).waitFor()
        assert.deepEqual(await page.locator('.tab-name').allTextContents(), ['Tab 1', 'Tab 2', 'Tab 3'])
        assert.match(await third.locator('.tab', { hasText: 'this one' }).textContent(), /Tab 3/)
        await day(page, 'Provider slow').click()
        await page.locator('[data-day="slow"][aria-pressed="true"]').waitFor()
        // Time for all that follows, a picture included.
        badDays.slow = 8
        // Sooner, it would be refused: the token is too new.
        await page.waitForTimeout(1100)
        await second.getByRole('button', { name: 'Refresh now' }).click()
        await page.locator('.tab.holds', { hasText: 'Tab 2' }).waitFor()
        await titleIs(second, 'Refreshing')
        await shot(page, 'lock-desktop-light')
        await third.getByRole('button', { name: 'Refresh now' }).click()
        await page.locator('.tab', { hasText: 'waits for it' }).first().waitFor()
        badDays.slow = 4
        await second.close()
        await page.locator('.tab.holds', { hasNotText: 'Tab 2' }).waitFor()
        assert.deepEqual(await page.locator('.tab-name').allTextContents(), ['Tab 1', 'Tab 3'])
        await day(page, 'Provider slow').click()
        await titleIs(third, 'Valid')
        assert.equal(badDays.reused, 0)
      },
      // Long enough that no refresh falls due by itself.
      { provider: { spaTokenLifetime: 120 } },
    ))

  test('a wrong clock is measured, in all tabs, and nothing else happens', () =>
    visit(async (page, { openTab }) => {
      await signIn(page)
      await day(page, 'Clock ten minutes ahead').click()
      const second = await openTab()
      for (const tab of [page, second]) {
        assert.equal(await day(tab, 'Clock ten minutes ahead').getAttribute('aria-pressed'), 'true')
        await tab
          .locator('.fact', { hasText: 'as measured' })
          .filter({ hasText: /10 min|9 min/ })
          .waitFor()
        await titleIs(tab, 'Valid')
      }
      await day(page, 'Clock ten minutes behind').click()
      await page
        .locator('.fact', { hasText: 'as measured' })
        .filter({ hasText: /behind/ })
        .waitFor()
      await titleIs(page, 'Valid')
      await day(page, 'Clock ten minutes behind').click()
      await titleIs(page, 'Valid')
    }))

  test('revoked: the token goes on until it expires, the next refresh signs all tabs out', () =>
    visit(async (page, { openTab }) => {
      await signIn(page)
      const second = await openTab()
      await page.locator('#calls .good').nth(2).waitFor()
      await page.getByRole('button', { name: 'Refresh now' }).click()
      await page.locator('#log li', { hasText: 'as it was asked for' }).waitFor()
      await day(page, 'Revoke the session').click()
      const calls = await page.locator('#calls .good').count()
      await page
        .locator('#calls .good')
        .nth(calls + 1)
        .waitFor()
      await titleIs(page, 'Signed out')
      await titleIs(second, 'Signed out')
      assert.match(await page.locator('#verdict-text').textContent(), /invalid_grant/)
      await shot(page, 'revoked-desktop-light')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await titleIs(page, 'Valid')
      await titleIs(second, 'Valid')
    }))

  test('signs out in all tabs', () =>
    visit(async (page, { openTab }) => {
      await signIn(page)
      const second = await openTab()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await titleIs(second, 'Signed out')
      assert.match(await second.locator('#verdict-text').textContent(), /sign-out of a tab/)
    }))

  test('stands still for a while, and has a token right afterwards', { timeout: 90_000 }, () =>
    visit(async (page, { badDays }) => {
      await signIn(page)
      page.setDefaultTimeout(60_000)
      await day(page, 'Sleep for 30 s').click({ noWaitAfter: true })
      await logHas(page, 'sleep')
      await page.locator('#verdict[data-state="good"]').waitFor({ timeout: 5_000 })
      assert.equal(badDays.reused, 0)
    }),
  )

  test('can be used with the keyboard alone', () =>
    visit(async (page) => {
      const focused = () =>
        page.evaluate(() => {
          const { activeElement: node } = document
          if (node === document.body) return { name: '', visible: true }
          const ringed = [node, node.nextElementSibling].filter(Boolean)
          return {
            name: node.labels?.[0]?.textContent || node.textContent.trim() || node.id,
            visible: ringed.some((each) => getComputedStyle(each).outlineStyle !== 'none'),
          }
        })
      const tabTo = async (wanted) => {
        const seen = []
        do {
          await page.keyboard.press('Tab')
          const { name, visible } = await focused()
          seen.push(name)
          assert.ok(visible, `"${name}" shows that it has the focus`)
          assert.ok(seen.length < 40, `never came to "${wanted}", only to ${seen}`)
        } while (seen.at(-1) !== wanted)
      }
      await tabTo('Skip to the bad days')
      await page.keyboard.press('Enter')
      await tabTo('Clock ten minutes ahead')
      await page.reload()
      await tabTo('Sign in')
      await page.keyboard.press('Enter')
      await page.getByLabel('Name').fill('ada')
      await page.keyboard.press('Enter')
      await titleIs(page, 'Valid')
      // Sooner, it would be refused: the token is too new.
      await page.locator('#calls .good').nth(2).waitFor()
      await tabTo('Refresh now')
      await page.keyboard.press('Enter')
      await page.locator('#log li', { hasText: 'as it was asked for' }).waitFor()
      await tabTo('Every second')
      await page.keyboard.press('Space')
      assert.equal(await page.getByRole('button', { name: 'Every second' }).getAttribute('aria-pressed'), 'false')
      await tabTo('Offline')
      await page.keyboard.press('Space')
      assert.equal(await day(page, 'Offline').getAttribute('aria-pressed'), 'true')
    }))

  test("makes sense in a screen reader's tree, and says only what changes", () =>
    visit(async (page) => {
      const out = await page.locator('body').ariaSnapshot()
      assert.match(out, /heading "Not signed in" \[level=2\]/)
      assert.match(out, /button "Sign in"/)
      await signIn(page)
      await page.locator('#calls .good').first().waitFor()
      await page.locator('.tab', { hasText: 'this one' }).waitFor()
      const tree = await page.locator('body').ariaSnapshot()
      for (const part of [
        /banner:/,
        /navigation "Pages":/,
        /heading "jotgate playground" \[level=1\]/,
        /region "Valid":/,
        /region "Life of the token":/,
        /img "The token was issued at .*, is to be refreshed at .*, and expires at .*"/,
        /region "Tabs taking part":/,
        /listitem: Tab 1 this one/,
        /region "Calls to the guarded API":/,
        /button "Every second" \[pressed\]/,
        /region "Bad days":/,
        /button "Clock ten minutes ahead"/,
        /region "What the manager told":/,
        /contentinfo:/,
        /status: Valid\./,
      ])
        assert.match(tree, part)
      assert.equal(
        await page.getByRole('button', { name: 'Provider down' }).evaluate((button) => {
          return document.getElementById(button.getAttribute('aria-describedby')).textContent
        }),
        'It drops every connection.',
      )
      await page.evaluate(() => {
        globalThis.said = []
        const region = document.querySelector('[role="status"]')
        new MutationObserver(() => globalThis.said.push(region.textContent)).observe(region, { childList: true })
      })
      await page.waitForTimeout(3000)
      assert.deepEqual(await page.evaluate(() => globalThis.said), [], 'the seconds are not said')
    }))

  test('says in words that a login went wrong', () =>
    visit(async (page, { url }) => {
      await page.goto(`${url}?code=stolen&state=none`)
      await titleIs(page, 'The login did not succeed')
      assert.match(await page.locator('#verdict-text').textContent(), /This tab did not start that login/)
      assert.equal(page.url(), url)
    }))

  test('says so when there is no provider', () =>
    visit(async (page) => {
      await page.route('**/spa/provider.json', (route) => route.fulfill({ status: 404 }))
      await page.reload()
      await titleIs(page, 'No provider is running beside this page')
    }))

  for (const colorScheme of ['light', 'dark']) {
    for (const [device, viewport] of [
      ['desktop', DESKTOP],
      ['phone', PHONE],
    ]) {
      test(`fits a ${device} in the ${colorScheme} scheme`, { timeout: 120_000 }, () =>
        visit(
          async (page, { openTab }) => {
            const fits = async (state) => {
              const [content, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth])
              assert.ok(content <= room, `${state}: ${content} px of content in ${room} px`)
              await shot(page, `${state}-${device}-${colorScheme}`)
            }
            await fits('signed-out')
            await signIn(page)
            const second = await openTab()
            await page.bringToFront()
            await page.locator('#log li').nth(2).waitFor({ timeout: 40_000 })
            await fits('valid')
            await day(page, 'Clock ten minutes ahead').click()
            await page.locator('.fact', { hasText: 'as measured' }).filter({ hasText: 'ahead' }).waitFor()
            await page.waitForTimeout(2500)
            await fits('clock-ahead')
            await day(page, 'Clock ten minutes ahead').click()
            await day(page, 'Offline').click()
            await page.locator('#calls .bad').first().waitFor()
            await titleIs(page, 'not refreshed')
            await fits('offline')
            await day(page, 'Offline').click()
            await second.getByRole('button', { name: 'Sign out' }).click()
            await titleIs(page, 'Signed out')
            await fits('ended')
          },
          { viewport, colorScheme },
        ),
      )
    }
  }
})
