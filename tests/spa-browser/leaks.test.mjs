// Where a token may be found after a session in a real browser: in the answers of the token endpoint, the requests to it, and the Authorization header
// for the listed origin. Nowhere else.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { openChromium } from '../../scripts/chromium.mjs'
import { openStage, signIn, started } from './stage.mjs'

const LIFETIME = 4

let browser

before(async () => {
  browser = await openChromium()
})
after(() => browser?.close())

/** Everything that the DevTools protocol tells of a page: network, console, exceptions, security, audits; as JSON. */
async function recorder(context) {
  const events = []
  const tokens = new Set()
  const answers = []
  async function record(page) {
    const devtools = await context.newCDPSession(page)
    const told = [
      'requestWillBeSent',
      'requestWillBeSentExtraInfo',
      'responseReceived',
      'responseReceivedExtraInfo',
      'loadingFailed',
    ]
    for (const name of told) devtools.on(`Network.${name}`, (event) => events.push({ name, event }))
    for (const name of [
      'Runtime.consoleAPICalled',
      'Runtime.exceptionThrown',
      'Log.entryAdded',
      'Audits.issueAdded',
      'Page.frameNavigated',
    ])
      devtools.on(name, (event) => events.push({ name, event }))
    for (const domain of ['Network', 'Runtime', 'Log', 'Audits', 'Page']) await devtools.send(`${domain}.enable`)
    page.on('response', (response) => {
      if (response.request().method() !== 'POST' || new URL(response.url()).pathname !== '/token') return
      const read = response.json().then(
        (body) => {
          for (const member of ['access_token', 'refresh_token', 'id_token']) if (body[member]) tokens.add(body[member])
        },
        () => {},
      )
      answers.push(read)
    })
  }
  return { events, tokens, record, settled: () => Promise.all(answers) }
}

/** Takes out what may hold a token: the form sent to the token endpoint, the header for the API. Whatever is left is searched. */
function left({ name, event }, { tokenEndpoint, api }, hosts) {
  const copy = structuredClone(event)
  if (name === 'requestWillBeSent') {
    if (event.request.url === tokenEndpoint) {
      delete copy.request.postData
      delete copy.request.postDataEntries
    }
    if (event.request.url.startsWith(api)) withoutAuthorization(copy.request.headers)
  }
  if (name === 'requestWillBeSentExtraInfo' && hosts.get(event.requestId)?.startsWith(api))
    withoutAuthorization(copy.headers)
  return JSON.stringify(copy)
}

function withoutAuthorization(headers) {
  for (const name of Object.keys(headers)) if (name.toLowerCase() === 'authorization') delete headers[name]
}

const stored = (page) =>
  page.evaluate(async () => {
    const databases = []
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise((resolve, reject) => {
        const request = indexedDB.open(name)
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
      for (const store of database.objectStoreNames) {
        const all = database.transaction(store).objectStore(store).getAll()
        databases.push(await new Promise((resolve) => Object.assign(all, { onsuccess: () => resolve(all.result) })))
      }
    }
    const caches = []
    for (const name of await globalThis.caches.keys()) {
      const cache = await globalThis.caches.open(name)
      for (const request of await cache.keys()) caches.push(request.url, await (await cache.match(request)).text())
    }
    const { localStorage, sessionStorage, document, location, history, performance } = globalThis
    return JSON.stringify([
      { ...localStorage },
      { ...sessionStorage },
      document.cookie,
      location.href,
      document.documentElement.outerHTML,
      databases,
      caches,
      history.state,
      globalThis.name,
      performance.getEntries().map(({ name }) => name),
    ])
  })

test('token text is in no storage, address, log, event, error, nor in a request to who must not have it', {
  timeout: 90_000,
}, async () => {
  const stranger = createServer((_request, response) =>
    response.writeHead(200, { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': '*' }).end('{}'),
  )
  stranger.listen(0, '127.0.0.1')
  await once(stranger, 'listening')
  const elsewhere = `http://127.0.0.1:${stranger.address().port}/`
  const stage = await openStage('jotgate', { accessTokenLifetime: LIFETIME })
  const context = await browser.newContext()
  try {
    context.setDefaultTimeout(10_000)
    const recording = await recorder(context)
    const first = await context.newPage()
    await recording.record(first)
    await signIn(first, stage.url)
    const second = await context.newPage()
    await recording.record(second)
    await second.goto(stage.url)
    await started(second)
    const pages = [first, second]

    // A session with its bad days: calls, foreign calls, an outage, a refused call, forced refreshes, the end.
    const tell = (page, what) => page.evaluate(what, elsewhere)
    for (const page of pages) await page.evaluate(() => globalThis.app.call())
    await tell(first, (elsewhere) => globalThis.manager.fetch(elsewhere))
    await tell(first, (elsewhere) => globalThis.manager.fetch(`${elsewhere}?again`, { method: 'POST', body: 'x' }))
    await first.evaluate(() => globalThis.manager.getToken({ forceRefresh: true }))
    await wait(LIFETIME * 1000)
    stage.badDays.down = true
    await wait(LIFETIME * 1500)
    const problems = await first.evaluate(async () => {
      const problems = []
      for (const attempt of [
        () => globalThis.manager.getToken(),
        () => globalThis.manager.getToken({ forceRefresh: true }),
      ]) {
        await attempt().catch((error) => {
          console.error(error)
          problems.push([error.name, error.message, error.stack, String(error.cause), JSON.stringify(error)])
        })
      }
      return problems
    })
    assert.ok(problems.length > 0, 'something was to fail here')
    stage.badDays.down = false
    await first.evaluate(async () => {
      for (let attempt = 0; attempt < 100; attempt++) {
        if (await globalThis.manager.getToken().catch(() => {})) return
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    })
    const storedWithin = await Promise.all(pages.map(stored))
    await stage.badDays.revoke('ada')
    await first.evaluate(() =>
      globalThis.manager.getToken({ forceRefresh: true }).catch((error) => console.error(error)),
    )
    await wait(500)

    const states = await Promise.all(
      pages.map((page) =>
        page.evaluate(() =>
          JSON.stringify([globalThis.events, globalThis.manager.state, globalThis.manager, globalThis.app.seen]),
        ),
      ),
    )
    const storedAfter = await Promise.all(pages.map(stored))
    await recording.settled()
    const { tokens, events } = recording
    assert.ok(tokens.size > 5, `${tokens.size} tokens were seen`)

    const sent = events.filter(({ name }) => name === 'requestWillBeSent')
    const hosts = new Map(sent.map(({ event }) => [event.requestId, event.request.url]))
    const places = { tokenEndpoint: `${stage.provider.issuer}/token`, api: stage.api.url }
    const searched = [
      ...events.map((event) => left(event, places, hosts)),
      ...problems.flat(),
      ...states,
      ...storedWithin,
      ...storedAfter,
    ]
    assert.ok(
      events.some(({ name }) => name === 'Runtime.consoleAPICalled'),
      'the console was recorded',
    )
    const toStranger = events.filter(({ event }) => event.request?.url.startsWith(elsewhere))
    assert.ok(toStranger.length >= 2, 'the foreign calls were recorded')
    for (const { event } of toStranger) assert.doesNotMatch(JSON.stringify(event.request.headers), /authorization/i)
    // That the search finds what is there: the form of the token endpoint, were it not taken out.
    const forms = JSON.stringify(events.filter(({ event }) => event.request?.url === places.tokenEndpoint))
    assert.ok([...tokens].some((token) => forms.includes(token)))
    for (const token of tokens) {
      // A part is as bad as the whole: of a JWT, claims and signature on their own.
      const parts = token.split('.').filter((part) => part.length > 20)
      for (const part of parts) {
        const found = searched.filter((text) => text?.includes(part))
        assert.deepEqual(
          found.map((text) => text.replaceAll(part, '<token>').slice(0, 300)),
          [],
        )
      }
    }
    for (const text of storedWithin) assert.match(text, /^\[\{\},\{\},"",/)
  } finally {
    await context.close()
    await stage.close()
    stranger.close()
    stranger.closeAllConnections()
  }
})
