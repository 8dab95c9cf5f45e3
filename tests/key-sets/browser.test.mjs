// In a page, from another origin: no preflighted request, no cookie, and the browser's own cache revalidated.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openChromium } from '../../scripts/chromium.mjs'
import { servePage } from '../../scripts/serve.mjs'
import { packedInstall } from '../packed.mjs'
import { KeyServer } from './key-server.mjs'
import { keys, tokens } from './scenarios.mjs'

test('Chromium', async (context) => {
  const server = Object.assign(await new KeyServer().listen(), { keys: [keys.old], etag: '"1"' })
  server.cacheControl = 'public, max-age=3600'
  const site = await servePage({ folder: packedInstall() })
  const browser = await openChromium()
  context.after(async () => {
    await browser.close()
    await site.close()
    server.close()
  })
  const page = await browser.newPage()
  await page.goto(`${site.url}package.json`)
  const verify = (options = {}) =>
    page.evaluate(
      async ({ url, token, options }) => {
        const { createRemoteJWKSet, jwtVerify } = await import('/node_modules/jotgate/dist/default/index.js')
        globalThis.set ??= createRemoteJWKSet(url, { allowInsecureLoopback: true })
        try {
          if (options.reload) await globalThis.set.reload()
          return (await jwtVerify(token, globalThis.set)).payload.sub
        } catch ({ code }) {
          return code
        }
      },
      { url: server.url, token: tokens.old, options },
    )

  assert.equal(await verify(), 'user-1')
  assert.equal(server.fetches, 1)
  // Not out of the browser's cache, where it would be fresh.
  assert.equal(await verify({ reload: true }), 'user-1')
  assert.equal(server.fetches, 2)
  assert.equal(server.headers['if-none-match'], '"1"')
  assert.equal(server.headers.cookie, undefined)
  assert.equal(server.headers.referer, undefined)
  server.etag = '"2"'
  server.keys = [keys.new]
  assert.equal(await verify({ reload: true }), 'ERR_JWKS_NO_MATCHING_KEY')
  server.behaviour = 'redirect'
  assert.equal(await verify({ reload: true }), 'ERR_JOTGATE_KEYS_UNAVAILABLE')
  assert.equal(server.strays, 0, 'a preflight, or a redirect that was followed')
})
