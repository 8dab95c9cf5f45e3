// Token text is where it has to be, in the header for a listed origin and with the other tabs, and nowhere else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { openTab, World } from './stage.mjs'
import { FakeProvider } from './world.mjs'

const SECOND = 1000
// Part of every token and refresh token that the provider issues.
const SECRET = /s3cret|refresh-|c2lnbmF0dXJl/

/** Everything that can be got out of a value, the hidden parts too. */
function everything(value) {
  const parts = [inspect(value, { depth: 20, showHidden: true, getters: true })]
  const seen = new Set()
  const visit = (each) => {
    if ((typeof each !== 'object' && typeof each !== 'function') || each === null || seen.has(each)) return
    seen.add(each)
    for (const name of Reflect.ownKeys(each)) {
      let inner
      try {
        inner = each[name]
      } catch {}
      parts.push(String(name), typeof inner === 'object' ? '' : String(inner))
      visit(inner)
    }
  }
  visit(value)
  try {
    parts.push(JSON.stringify(value) ?? '', String(value))
  } catch {}
  return parts.join('\n')
}

test('a life with everything in it', async (context) => {
  const world = new World()
  const provider = new FakeProvider(world)
  const said = []
  for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace'])
    context.mock.method(console, method, (...args) => said.push(args))
  const tabs = [openTab(world, provider), openTab(world, provider)]
  const requests = []
  for (const tab of tabs) {
    tab.tab.fetch = async (input, init = {}) => {
      requests.push([new Request(input).url, new Headers(init.headers).get('authorization'), JSON.stringify(init)])
      return new Response('', { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })
    }
  }
  const states = []
  const errors = []
  for (const { manager } of tabs) manager.subscribe(() => states.push(manager.getSnapshot()))
  const tolerate = async (promise) => {
    try {
      await world.until(promise)
    } catch (error) {
      errors.push(error)
    }
  }

  await tolerate(tabs[0].manager.signIn({ ...provider.signIn(), access_token: 'a\ns3cret' }))
  await tolerate(tabs[0].manager.signIn(provider.signIn()))
  await world.advance(60 * SECOND)
  for (const trouble of [
    // What a careless `refresh` may throw or return, token and all.
    ({ refreshToken }) =>
      () =>
        Promise.reject(new Error(`could not use ${refreshToken}`, { cause: { refreshToken } })),
    ({ refreshToken }) =>
      () =>
        Promise.reject({ error: `s3cret ${refreshToken}`, error_description: refreshToken, status: 400 }),
    ({ refreshToken }) =>
      () =>
        Promise.reject(Object.assign(new Error('x'), { error: 'invalid_scope', body: { refreshToken } })),
    ({ refreshToken }) => provider.respond(200, `{"access_token":"s3cret ${refreshToken}`),
    ({ refreshToken }) => provider.respond(200, { access_token: `${refreshToken}\n`, token_type: 'Bearer' }),
    ({ refreshToken }) => provider.respond(400, { error: refreshToken, error_description: refreshToken }),
    () => provider.respond(200, { access_token: 's3cret', token_type: 's3cret' }),
    () => provider.respond(200, { access_token: 's3cret', expires_in: -1 }),
  ]) {
    provider.trouble = trouble
    await tolerate(tabs[0].manager.getToken({ forceRefresh: true }))
    await world.advance(60 * SECOND)
    provider.trouble = undefined
    await tolerate(tabs[1].manager.getToken({ forceRefresh: true }))
    await world.advance(5 * SECOND)
  }
  for (const { manager } of tabs) {
    await tolerate(manager.fetch('https://unlisted.example/'))
    await tolerate(manager.fetch('https://unlisted.example/', { method: 'POST', body: 'x' }))
  }
  provider.trouble = () => provider.respond(400, { error: 'invalid_grant' })
  await tolerate(tabs[0].manager.getToken({ forceRefresh: true }))
  await tolerate(tabs[0].manager.getToken())

  assert.equal(provider.reuses, 0)
  assert.ok(provider.refreshes.length >= 8 && errors.length >= 10 && states.length > 50 && requests.length === 4)
  const events = tabs.flatMap((tab) => tab.events)
  assert.deepEqual([...new Set(events.map(({ type }) => type))].sort(), [
    'expired',
    'expiring',
    'refreshed',
    'refreshfailed',
    'signedout',
  ])
  for (const [what, value] of Object.entries({
    events,
    states,
    errors,
    said,
    requests,
    managers: tabs.map(({ manager }) => manager),
  }))
    assert.doesNotMatch(everything(value), SECRET, what)
  assert.deepEqual(said, [])
  // The search finds what there is to find.
  assert.match(everything(world.locks && provider), SECRET)
  // The names of locks can be seen by every page of the origin.
  assert.doesNotMatch(world.locks.names().join(), SECRET)
})

test('by default nothing is stored, and a storage gets it only under its own key', async () => {
  const touched = []
  for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'cookieStore']) {
    Object.defineProperty(globalThis, name, {
      configurable: true,
      get() {
        touched.push(name)
        return undefined
      },
    })
  }
  const world = new World()
  const provider = new FakeProvider(world)
  const stored = []
  const storage = { get: () => null, set: (key, text) => stored.push([key, text]), remove() {} }
  const tabs = [openTab(world, provider), openTab(world, provider, { session: 'kept', storage })]
  for (const { manager } of tabs) await world.until(manager.signIn(provider.signIn()))
  for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'cookieStore']) delete globalThis[name]
  assert.deepEqual(touched, [])
  assert.deepEqual(
    stored.map(([key]) => key),
    ['jotgate:kept'],
  )
  assert.match(stored[0][1], SECRET)
})
