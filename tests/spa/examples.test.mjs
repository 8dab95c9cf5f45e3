// The examples of docs/refreshing-tokens.md, as they stand there: in Chromium, and the React one on a server as well.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as esbuild from 'esbuild'
import { openChromium } from '../../scripts/chromium.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const guide = readFileSync(`${root}docs/refreshing-tokens.md`, 'utf8')
const ORDERS = ['tea', 'milk']
const LIFETIME = 3

function shown(file) {
  const text = guide.split(`\`\`\`${file.split('.').at(-1)} ${file}\n`)[1]?.split('\n```')[0]
  assert.ok(text, `the guide shows ${file}`)
  return `${text}\n`
}

/** Bundles `main`, which may import what the guide shows; the API is at this origin. */
async function bundled(main, origin, options = {}) {
  const guidePages = {
    name: 'guide',
    setup(build) {
      build.onResolve({ filter: /^\.\/(token\.js|page\.js|orders\.jsx)$/ }, ({ path }) => ({
        path,
        namespace: 'guide',
      }))
      build.onLoad({ filter: /./, namespace: 'guide' }, ({ path }) => ({
        contents: shown(path.slice(2)).replaceAll('https://api.example', origin),
        loader: 'jsx',
        resolveDir: root,
      }))
    },
  }
  const { outputFiles } = await esbuild.build({
    stdin: { contents: main, resolveDir: root, loader: 'jsx' },
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"development"' },
    alias: { 'jotgate/spa': `${root}pkg/dist/default/spa.js` },
    plugins: [guidePages],
    ...options,
  })
  return outputFiles[0].text
}

const pages = {
  plain: {
    html: '<p id="state"></p><ul id="orders"></ul><button id="leave">Sign out</button>',
    main: `import './page.js'`,
  },
  react: {
    html: '<div id="root"></div>',
    main: `import { StrictMode } from 'react'
      import { createRoot } from 'react-dom/client'
      import { Orders } from './orders.jsx'
      createRoot(document.getElementById('root')).render(<StrictMode><Orders /></StrictMode>)`,
  },
}

let browser
let server
let origin
let issued
before(async () => {
  browser = await openChromium()
  server = createServer(async (request, response) => {
    const { url, headers } = request
    const send = (type, body, status = 200) => response.writeHead(status, { 'content-type': type }).end(body)
    const page = pages[url.slice(1).split('.')[0]]
    if (page && url.endsWith('.js')) return send('text/javascript', await bundled(page.main, origin))
    if (page)
      return send(
        'text/html',
        `<!doctype html><meta charset="utf-8">${page.html}<script type="module" src="${url}.js"></script>`,
      )
    if (url === '/session/token') {
      issued.push({ text: `token-${issued.length}`, until: Date.now() + LIFETIME * 1000 })
      return send(
        'application/json',
        JSON.stringify({ access_token: issued.at(-1).text, token_type: 'Bearer', expires_in: LIFETIME }),
      )
    }
    if (url === '/orders') {
      const good = issued.some(({ text, until }) => headers.authorization === `Bearer ${text}` && Date.now() < until)
      return good ? send('application/json', JSON.stringify(ORDERS)) : send('text/plain', '', 401)
    }
    send('text/plain', '', 204)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${server.address().port}`
})
after(async () => {
  await browser?.close()
  server.closeAllConnections()
  server.close()
})

describe('in Chromium', () => {
  for (const name of Object.keys(pages)) {
    test(name, async () => {
      issued = []
      const context = await browser.newContext()
      const complaints = []
      context.on('weberror', (error) => complaints.push(error.error().stack))
      context.on(
        'console',
        (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()),
      )
      const page = await context.newPage()
      await page.goto(`${origin}/${name}`)
      await page.locator('li', { hasText: 'milk' }).waitFor({ timeout: 10_000 })
      assert.deepEqual(await page.locator('li').allTextContents(), ORDERS)
      await page.locator('p', { hasText: 'valid' }).waitFor({ timeout: 10_000 })
      assert.equal(issued.length, 1)
      // The next token comes by itself.
      await page.waitForResponse('**/session/token', { timeout: 10_000 })
      await page.locator('p', { hasText: 'valid' }).waitFor({ timeout: 10_000 })
      await page.click('text=Sign out')
      if (name === 'react') {
        await page.click('text=Sign in')
        await page.locator('li', { hasText: 'milk' }).waitFor({ timeout: 10_000 })
      } else {
        await page.locator('p', { hasText: 'signedout' }).waitFor({ timeout: 10_000 })
        assert.equal(await page.locator('li').count(), 0)
      }
      assert.deepEqual(complaints, [])
      await context.close()
    })
  }
})

test('the React example is rendered by a server', async () => {
  const main = `import { renderToString } from 'react-dom/server'
    import { Orders } from './orders.jsx'
    export const html = renderToString(<Orders />)`
  const external = ['react', 'react-dom']
  const text = await bundled(main, 'https://api.example', { platform: 'node', format: 'cjs', external })
  const module = { exports: {} }
  const { createRequire } = await import('node:module')
  new Function('module', 'exports', 'require', text)(module, module.exports, createRequire(import.meta.url))
  assert.equal(module.exports.html, '<main><p>none</p><ul></ul><button>Sign out</button></main>')
})

test('they have twenty lines', () => {
  for (const file of ['page.js', 'orders.jsx']) assert.ok(shown(file).trim().split('\n').length <= 20, file)
})
