// Chromium, and the guide's page in it.
import assert from 'node:assert/strict'
import { forged, REFUSED, SUBJECT, token, tokenForWasm } from './issuer.mjs'
import { shown } from './stranger.mjs'

export const CSP = shown('csp.txt').trim()

/** Opens the guide's page: it tells whose token is pasted, refuses a forged one, and then still accepts a good one. */
export async function judges(browser, url) {
  await visit(browser, url, async (page) => {
    for (const [pasted, answer] of [
      [token, SUBJECT],
      [forged, REFUSED],
      [tokenForWasm, SUBJECT],
    ]) {
      await page.fill('#token', pasted)
      await page.locator('output', { hasText: answer }).waitFor({ timeout: 10_000 })
    }
  })
}

/** Opens a page for `steps`. It may not complain, and nobody but its own server may be asked for anything. */
export async function visit(browser, url, steps) {
  const context = await browser.newContext()
  const complaints = []
  context.on('weberror', (error) => complaints.push(error.error().stack))
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  const elsewhere = []
  context.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin && !request.url().startsWith('data:'))
      elsewhere.push(request.url())
  })
  try {
    const page = await context.newPage()
    // The browser asks for it by itself, and the projects have none.
    await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }))
    await page.goto(url, { waitUntil: 'networkidle' })
    try {
      return await steps(page)
    } finally {
      assert.deepEqual(complaints, [])
      assert.deepEqual(elsewhere, [])
    }
  } finally {
    await context.close()
  }
}
