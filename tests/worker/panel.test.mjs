// The playground's panel "Call the guarded API" in a real browser: the real page, the real provider, the example Worker in workerd.
import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openChromium } from '../../scripts/chromium.mjs'
import { root } from '../../scripts/command.mjs'
import { servePage } from '../../scripts/serve.mjs'
import { startExample } from '../../scripts/workers.mjs'
import { startProvider } from '../../www/provider.mjs'

const screenshots = join(root, 'target', 'playground')
const DESKTOP = { width: 1280, height: 900 }
const PHONE = { width: 390, height: 844 }

let browser
let site
let provider
let api
const documents = {}

before(async () => {
  await mkdir(screenshots, { recursive: true })
  site = await servePage({ folder: join(root, 'www'), documents })
  provider = await startProvider({ redirectUris: [site.url] })
  const { issuer, clientId, resource, scope } = provider
  documents['provider.json'] = { issuer, clientId, resource, scope }
  api = await startExample({ issuer, audience: resource, pages: [new URL(site.url).origin] })
  documents['api.json'] = { url: api.url }
  browser = await openChromium()
})

after(async () => {
  await browser?.close()
  await api?.close()
  await provider?.close()
  await site?.close()
})

/** A visit of the page in a fresh profile. No script may fail, and a refused request is the only thing that the browser may log. */
async function visit(steps, options = {}) {
  const context = await browser.newContext({ viewport: DESKTOP, colorScheme: 'light', ...options })
  const complaints = []
  const requests = []
  context.on('request', (request) => requests.push(request))
  context.on('weberror', (error) => complaints.push(error.error().stack))
  context.on('console', (message) => {
    const { url } = message.location()
    const refused = url.startsWith(api.url) && message.text().startsWith('Failed to load resource')
    if (!refused && !url.startsWith(provider.issuer) && message.type() === 'error') complaints.push(message.text())
  })
  try {
    context.setDefaultTimeout(20_000)
    const page = await context.newPage()
    await page.goto(site.url)
    await steps(page, requests)
    assert.deepEqual(complaints, [])
  } finally {
    await context.close()
  }
}

async function signIn(page) {
  await page.getByRole('button', { name: 'Get a real token' }).click()
  await page.getByLabel('Name').fill('grace')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Accepted', exact: true }).waitFor()
}

const panel = (page) => page.getByRole('region', { name: 'Call the guarded API' })
const choose = (page, name) => panel(page).getByRole('radio', { name, exact: true }).check()

async function send(page, verdict) {
  await panel(page).getByRole('button', { name: 'Send' }).click()
  await panel(page).getByRole('heading', { name: verdict, exact: true }).waitFor()
  return {
    request: await page.locator('#api-request').textContent(),
    challenge: await members(page.locator('#api-challenge')),
    saw: await members(page.locator('#api-saw')),
  }
}

const members = async (part) =>
  Object.fromEntries(
    await part
      .locator('.member')
      .evaluateAll((rows) =>
        rows.map((row) => [row.querySelector('dt').textContent, row.querySelector('dd').textContent]),
      ),
  )

const REFUSED = '401 Refused'

describe('the panel of the guarded API', () => {
  test('shows the challenge to a request without a token, which names no error', () =>
    visit(async (page) => {
      for (const name of ['Your token', 'Mangled', 'Without “write”']) {
        assert.equal(await panel(page).getByRole('radio', { name, exact: true }).isDisabled(), true)
      }
      const { request, challenge, saw } = await send(page, REFUSED)
      assert.equal(request, `GET /notes\nHost: ${new URL(api.url).host}`)
      assert.equal(challenge['WWW-Authenticate'], 'Bearer')
      assert.equal(challenge.error, undefined)
      assert.match(challenge.resource_metadata, /\/\.well-known\/oauth-protected-resource/)
      assert.deepEqual(saw, {})
      await panel(page).getByText('The request ended at the gate').waitFor()
    }))

  test('lets the token of a login in, and shows what the service behind saw: the caller, and no token', () =>
    visit(async (page) => {
      await signIn(page)
      assert.equal(await panel(page).getByRole('radio', { name: 'Your token' }).isChecked(), true)
      const read = await send(page, '200 Let in')
      assert.match(read.request, /^GET \/notes\n.*\nAuthorization: Bearer .{12}… \(\d+ characters\)$/)
      assert.deepEqual(read.challenge, {})
      assert.equal(Object.values(read.saw).includes('grace'), true)
      assert.equal('authorization' in read.saw, false)
      await choose(page, 'Write a note')
      await send(page, '201 Let in')
    }))

  test('refuses a mangled token, and one without the scope, each for its reason', () =>
    visit(async (page) => {
      await signIn(page)
      await choose(page, 'Mangled')
      const { challenge, saw } = await send(page, REFUSED)
      assert.equal(challenge.error, 'invalid_token')
      assert.equal(challenge.scope, undefined)
      assert.deepEqual(saw, {})

      await choose(page, 'Without “write”')
      await send(page, '200 Let in')
      await choose(page, 'Write a note')
      const narrow = await send(page, '403 Refused')
      assert.equal(narrow.challenge.error, 'insufficient_scope')
      assert.equal(narrow.challenge.scope, 'write')
      const section = panel(page).getByRole('link', { name: 'RFC 6750 §3.1' })
      assert.equal(await section.getAttribute('href'), 'https://www.rfc-editor.org/rfc/rfc6750#section-3.1')
      await choose(page, 'Your token')
      await send(page, '201 Let in')
    }))

  test('sends the token of the login alone, to the API alone, and writes none of it out', () =>
    visit(async (page, requests) => {
      await signIn(page)
      const token = await page.getByRole('textbox', { name: 'Token' }).inputValue()
      const idToken = await page
        .getByRole('radio', { name: 'ID token' })
        .check()
        .then(() => page.getByRole('textbox', { name: 'Token' }).inputValue())
      const before = requests.length
      for (const [name, verdict] of [
        ['Your token', '200 Let in'],
        ['Mangled', REFUSED],
        ['Without “write”', '200 Let in'],
        ['None', REFUSED],
      ]) {
        await choose(page, name)
        await send(page, verdict)
        const text = await panel(page).textContent()
        for (const segment of token.split('.')) assert.equal(text.includes(segment), false, name)
      }
      for (const request of requests.slice(before)) {
        const sent = [request.url(), request.postData(), JSON.stringify(await request.allHeaders())].join('\n')
        assert.equal(sent.includes(idToken.split('.')[1]), false)
        if (!request.url().startsWith(api.url)) assert.equal(sent.includes(token.split('.')[1]), false, request.url())
      }
      const stored = await page.evaluate(() =>
        JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
      )
      assert.equal(stored, '[{},{},""]')
    }))

  test('never sends a token that was pasted', () =>
    visit(async (page, requests) => {
      await page.getByRole('textbox', { name: 'Token' }).fill('pasted.token.here')
      await send(page, REFUSED)
      for (const request of requests) {
        assert.equal(JSON.stringify(await request.allHeaders()).includes('pasted.token'), false)
      }
    }))

  test('says the answer to a screen reader, and can be used with the keyboard alone', () =>
    visit(async (page) => {
      await page.evaluate(() => {
        globalThis.said = []
        const region = document.querySelector('[role="status"]')
        new MutationObserver(() => globalThis.said.push(region.textContent)).observe(region, { childList: true })
      })
      await panel(page).getByRole('radio', { name: 'Read notes' }).focus()
      await page.keyboard.press('ArrowRight')
      assert.equal(await panel(page).getByRole('radio', { name: 'Write a note' }).isChecked(), true)
      await page.keyboard.press('Tab')
      assert.equal(
        await panel(page)
          .getByRole('radio', { name: 'None' })
          .evaluate((node) => node === document.activeElement),
        true,
      )
      await page.keyboard.press('Tab')
      assert.equal(await page.evaluate(() => document.activeElement.id), 'api-send')
      assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), 'none')
      await page.keyboard.press('Enter')
      await panel(page).getByRole('heading', { name: REFUSED }).waitFor()
      assert.deepEqual(await page.evaluate(() => globalThis.said), [
        '401 Refused. No token was sent, so the answer says only what is wanted.',
      ])
      assert.equal(await page.evaluate(() => document.activeElement.id), 'api-send')
    }))

  test('says so when no API runs beside the page, or none any more', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.route('**/api.json', (route) => route.fulfill({ status: 404 }))
    await page.goto(site.url)
    await panel(page).getByRole('button', { name: 'Send' }).click()
    await panel(page).getByText('No API is running beside this page').waitFor()
    await page.unroute('**/api.json')
    await page.route('**/api.json', (route) => route.fulfill({ json: { url: 'http://127.0.0.1:1/' } }))
    await panel(page).getByRole('button', { name: 'Send' }).click()
    await panel(page).getByText('cannot be reached').waitFor()
    assert.equal(await page.locator('#exchange').isHidden(), true)
    await context.close()
  })

  for (const colorScheme of ['light', 'dark']) {
    for (const [device, viewport] of [
      ['desktop', DESKTOP],
      ['phone', PHONE],
    ]) {
      test(`fits a ${device} in the ${colorScheme} scheme`, () =>
        visit(
          async (page) => {
            const fits = async (name) => {
              const [content, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth])
              assert.ok(content <= room, `${name}: ${content} px of content in ${room} px`)
              await panel(page).screenshot({ path: join(screenshots, `api-${name}-${device}-${colorScheme}.png`) })
            }
            await fits('empty')
            await signIn(page)
            await send(page, '200 Let in')
            await fits('let-in')
            await choose(page, 'Without “write”')
            await choose(page, 'Write a note')
            await send(page, '403 Refused')
            await fits('refused')
          },
          { viewport, colorScheme },
        ))
    }
  }
})
