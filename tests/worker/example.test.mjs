// The example of www/worker in workerd, with tokens of oidc-provider: what it lets in, what it passes on, and what it needs the provider for.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from '../../scripts/command.mjs'
import { startExample } from '../../scripts/workers.mjs'
import { project, succeed } from '../package/stranger.mjs'
import { newGenerator } from './generator.mjs'
import { withKeySets } from './other-key-sets.mjs'
import { AUDIENCE, startMachineProvider } from './provider.mjs'

const PAGE = 'https://app.example'

let provider
before(async () => {
  provider = await startMachineProvider()
})
after(() => provider?.close())

const startBeside = (options) =>
  startExample({ issuer: provider.issuer, audience: AUDIENCE, pages: [PAGE], ...options })
const bearer = (token) => ({ Authorization: `Bearer ${token}` })

describe('the example Worker', () => {
  let worker
  const notes = (options) => fetch(new URL('notes', worker.url), options)

  before(async () => {
    worker = await startBeside()
  })
  after(() => worker?.close())

  test('lets in what has the scope, and tells the service behind who is calling', async () => {
    const token = await provider.token('read write')
    const read = await notes({ headers: bearer(token) })
    assert.equal(read.status, 200)
    const { saw } = await read.json()
    assert.deepEqual([saw['x-user'], saw['x-client'], saw['x-scope']], ['machine', 'machine', 'read%20write'])
    assert.equal(saw.authorization, undefined)
    const written = await notes({ method: 'POST', headers: bearer(token) })
    assert.equal(written.status, 201)
  })

  test('passes on nothing that the client says about itself', async () => {
    const said = { 'X-User': 'root', x_user: 'root', 'X-Scope': 'admin', Cookie: 'session=1', 'X-Trace': 'kept' }
    const answer = await notes({ headers: { ...bearer(await provider.token('read')), ...said } })
    const { saw } = await answer.json()
    assert.equal(saw['x-user'], 'machine')
    assert.equal(saw['x-scope'], 'read')
    assert.equal(saw['x-trace'], 'kept')
    assert.deepEqual(
      Object.values(saw).filter((value) => /root|admin|session/.test(value)),
      [],
    )
  })

  for (const [what, method, token, status, challenge] of [
    ['no token', 'GET', () => undefined, 401, /^Bearer realm="[^"]*", resource_metadata="[^"]*"$/],
    [
      'a token without the scope',
      'POST',
      () => provider.token('read'),
      403,
      /error="insufficient_scope".* scope="write"/,
    ],
    [
      'a mangled token',
      'GET',
      async () => `${(await provider.token()).slice(0, -4)}AAAA`,
      401,
      /error="invalid_token"/,
    ],
    ['what is no token', 'GET', () => 'garbage', 401, /error="invalid_token"/],
  ]) {
    test(`refuses ${what}`, async () => {
      const text = await token()
      const answer = await notes({ method, headers: text === undefined ? {} : bearer(text) })
      assert.equal(answer.status, status)
      assert.match(answer.headers.get('www-authenticate'), challenge)
      assert.equal(answer.headers.get('cache-control'), 'no-store')
      const body = await answer.text()
      if (text) assert.equal(body.includes(text.split('.').at(-1)), false)
    })
  }

  test('knows no other route, and tells nobody without a token which there are', async () => {
    const other = new URL('other', worker.url)
    assert.equal((await fetch(other)).status, 401)
    assert.equal((await fetch(other, { headers: bearer(await provider.token('read')) })).status, 404)
  })

  test('lets the page of wrangler.jsonc call, and no other', async () => {
    const preflight = (origin) =>
      notes({
        method: 'OPTIONS',
        headers: {
          Origin: origin,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'authorization',
        },
      })
    const allowed = await preflight(PAGE)
    assert.equal(allowed.status, 204)
    assert.equal(allowed.headers.get('access-control-allow-origin'), PAGE)
    assert.equal((await preflight('https://elsewhere.example')).headers.get('access-control-allow-origin'), null)
    const refused = await notes({ headers: { Origin: PAGE } })
    assert.match(refused.headers.get('access-control-expose-headers'), /WWW-Authenticate/i)
  })

  test('names its issuer and its scopes to clients that only know its address', async () => {
    const answer = await fetch(new URL('.well-known/oauth-protected-resource', worker.url))
    const { resource, authorization_servers: issuers, scopes_supported: scopes } = await answer.json()
    assert.deepEqual([resource, issuers, scopes], [AUDIENCE, [provider.issuer], ['read', 'write']])
  })
})

test('a cold start with a store behind asks the provider nothing, whichever layer has the keys', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'jotgate-store-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  const token = await provider.token('read')
  const asked = () =>
    [...provider.fetches]
      .filter(([path]) => path !== '/token')
      .map(([, count]) => count)
      .reduce((a, b) => a + b, 0)

  async function coldStart({ prepare = () => {}, leaves = () => {} } = {}) {
    const worker = await startBeside({ folder })
    try {
      const store = await worker.miniflare.getKVNamespace('KEYS', 'notes-api')
      await prepare(worker.miniflare, store)
      const before = asked()
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => fetch(new URL('notes', worker.url), { headers: bearer(token) })),
      )
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
      await leaves(store)
      return asked() - before
    } finally {
      await worker.close()
    }
  }

  const emptyCache = (miniflare) => miniflare.purgeCache()
  const emptyStore = async (_miniflare, store) => {
    for (const { name } of (await store.list()).keys) await store.delete(name)
  }
  const emptyBoth = (...both) => Promise.all([emptyCache(...both), emptyStore(...both)])
  const keepsBoth = { leaves: (store) => kept(store, 2) }
  assert.equal(await coldStart(keepsBoth), 2, 'discovery and keys, once for twenty requests')
  assert.equal(await coldStart(), 0)
  assert.equal(await coldStart({ prepare: emptyCache }), 0, 'from KV alone')
  assert.equal(await coldStart({ prepare: emptyStore }), 0, 'from the cache alone')
  assert.equal(await coldStart({ prepare: emptyBoth, ...keepsBoth }), 2)
})

// The store is written to behind the response.
async function kept(store, count) {
  for (let looks = 0; looks < 100; looks += 1) {
    if ((await store.list()).keys.length >= count) return
    await sleep(50)
  }
  assert.fail(`fewer than ${count} documents were kept`)
}

test('keys of the provider change while requests run: no wrong verdict', async (context) => {
  const times = { cooldownDuration: 200, cacheMaxAge: 200, cacheMinAge: 200 }
  const worker = await startBeside({ plugins: [withKeySets(times)] })
  const generator = newGenerator({ url: new URL('notes', worker.url), connections: 6 })
  context.after(async () => {
    generator.close()
    await worker.close()
  })
  const good = async () => ({ sort: 'good', method: 'POST', status: 201, token: await provider.token() })
  const forgery = async () => ({
    sort: 'mangled',
    method: 'GET',
    status: 401,
    error: 'invalid_token',
    token: mangled(await provider.token()),
  })
  const newPool = () => Promise.all([...Array.from({ length: 12 }, good), ...Array.from({ length: 4 }, forgery)])

  let pool = await newPool()
  let place = 0
  let running = true
  let turns = 0
  generator.begin()
  const load = (async () => {
    while (running) {
      await generator.run(100, () => {
        place += 1
        return pool[place % pool.length]
      })
      turns += 1
    }
  })()
  // Whatever was asked before is answered then.
  const answered = async () => {
    const before = turns
    for (let looks = 0; turns === before; looks += 1) {
      assert.ok(looks < 200, 'requests are answered')
      await sleep(50)
    }
  }

  const fetchedAnew = async () => {
    const before = provider.fetches.get('/jwks') ?? 0
    for (let looks = 0; (provider.fetches.get('/jwks') ?? 0) === before; looks += 1) {
      assert.ok(looks < 200, 'the keys are fetched again')
      await sleep(50)
    }
    await sleep(300)
  }
  try {
    for (let round = 0; round < 3; round += 1) {
      provider.publish()
      await fetchedAnew()
      const former = pool
      provider.rotate()
      const latter = await newPool()
      pool = [...former, ...latter]
      await sleep(300)
      pool = latter
      await answered()
      provider.retire()
      await fetchedAnew()
      pool = [...latter, ...former.map(refusedNow)]
      await sleep(300)
      pool = latter
    }
  } finally {
    running = false
    await load
  }

  const { answers, wrong } = generator.end()
  context.diagnostic(`${answers} requests, keys changed 3 times`)
  assert.deepEqual([...wrong], [])
  assert.ok(answers > 200)
})

function refusedNow({ sort, token }) {
  return { sort: `${sort}, of a removed key`, method: 'GET', status: 401, error: 'invalid_token', token }
}

function mangled(token) {
  const [header, payload, signature] = token.split('.')
  return `${header}.${payload}.${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`
}

test('is what wrangler deploys, with the package from the registry', async (context) => {
  const files = ['api.js', 'wrangler.jsonc', 'notes/notes.js', 'notes/wrangler.jsonc']
  const texts = Object.fromEntries(files.map((file) => [file, readFileSync(join(root, 'www', 'worker', file), 'utf8')]))
  const folder = project(context, texts)
  const quiet = { WRANGLER_HIDE_BANNER: 'true', WRANGLER_LOG_PATH: join(folder, 'logs'), XDG_CONFIG_HOME: folder }
  for (const part of ['notes', '.']) {
    const output = await succeed(join(folder, part), 'wrangler deploy --dry-run --outdir dist', quiet)
    assert.match(output, /--dry-run: exiting now/)
  }
  assert.match(readFileSync(join(folder, 'dist', 'api.js'), 'utf8'), /verify_bg\.wasm/)
})
