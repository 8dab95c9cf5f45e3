// The code of docs/express.md, docs/hono.md and docs/passing-identity.md, as it stands there, on the packed release.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, mock, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { environment, root } from '../../scripts/command.mjs'
import { AUDIENCE, forged, ISSUER, SUBJECT, token } from '../package/issuer.mjs'
import { project, sh, shown } from '../package/stranger.mjs'
import { bundleByWrangler } from '../package/workerd.mjs'
import { startDownstream, values } from './downstream.mjs'
import { startProvider } from './provider.mjs'
import { inWorkerd } from './servers.mjs'
import { startTokenEndpoint } from './token-endpoint.mjs'

/** The files that a page shows, by name; each is to be asked for by a test. */
function pageOf(name) {
  const text = readFileSync(join(root, 'docs', name), 'utf8')
  const blocks = [...text.matchAll(/```(?:js|ts) ?(\S*)\n(.*?)```/gs)]
  const files = Object.fromEntries(blocks.map(([, file, code]) => [file, code]))
  const used = new Set()
  after(() => assert.deepEqual(Object.keys(files).sort(), [...used].sort(), `${name} shows code that no test runs`))
  return (file) => {
    used.add(file)
    assert.ok(files[file], `${name} shows ${file}`)
    return files[file]
  }
}

const bearer = (text) => ({ authorization: `Bearer ${text}` })
const challengeOf = (response) => response.headers.get('www-authenticate')

/** Starts a program of the page, which prints its port. */
async function run(context, file, code, env = {}) {
  const folder = project(context, { [file]: code })
  const child = spawn(process.execPath, [file], { cwd: folder, env: { ...environment, PORT: '0', ...env } })
  let printed = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    printed += text
  })
  context.after(async () => {
    if (child.exitCode !== null) return
    child.kill()
    await once(child, 'exit')
  })
  const [port] = await Promise.race([once(child.stdout.setEncoding('utf8'), 'data'), once(child, 'exit')])
  assert.match(String(port), /^\d+\n$/, printed)
  return {
    ask: (path, init) => fetch(`http://127.0.0.1:${port.trim()}${path}`, init),
    printed: () => printed,
  }
}

/** What a file of the page exports by default. */
async function imported(context, file, code) {
  const folder = project(context, { [file]: code })
  return (await import(pathToFileURL(join(folder, file)))).default
}

async function compiles(context, code) {
  const compilerOptions = {
    strict: true,
    target: 'ES2022',
    lib: ['ES2022', 'DOM'],
    module: 'ESNext',
    moduleResolution: 'bundler',
    types: ['node'],
    noEmit: true,
  }
  const folder = project(context, {
    'typed.ts': code,
    'tsconfig.json': JSON.stringify({ compilerOptions, include: ['typed.ts'] }),
  })
  const { stdout, stderr } = await sh(folder, 'tsc --project tsconfig.json')
  assert.equal(stdout + stderr, '')
}

describe('docs/express.md', () => {
  const page = pageOf('express.md')

  test('server.js', async (context) => {
    const { ask } = await run(context, 'server.js', page('server.js'))
    assert.equal(await (await ask('/health')).text(), 'ok')
    assert.deepEqual(await (await ask('/hello', { headers: bearer(token) })).json(), {
      hello: SUBJECT,
      mayWrite: false,
    })
    const nobody = await ask('/hello')
    assert.deepEqual([nobody.status, challengeOf(nobody)], [401, 'Bearer realm="api"'])
    assert.equal((await ask('/hello', { headers: bearer(forged) })).status, 401)
    const order = await ask('/orders', { method: 'POST', headers: bearer(token) })
    assert.equal(order.status, 403)
    assert.match(challengeOf(order), /scope="orders:write"/)
  })

  test('ahead.js', async (context) => {
    const provider = await startProvider(context)
    const { ask } = await run(context, 'ahead.js', page('ahead.js'), { ISSUER: provider.issuer })
    const response = await ask('/hello', { headers: bearer(await provider.tokenFor('orders:read')) })
    assert.deepEqual(await response.json(), { hello: 'app' })
    assert.equal((await ask('/hello', { headers: bearer(token) })).status, 401)
  })

  test('scopes.js', async (context) => {
    const { ask, printed } = await run(context, 'scopes.js', page('scopes.js'))
    assert.deepEqual(await (await ask('/orders', { headers: bearer(token) })).json(), { by: SUBJECT })
    const order = await ask('/orders?secret=1', { method: 'PUT', headers: bearer(token) })
    assert.equal(order.status, 403)
    assert.match(challengeOf(order), /scope="orders:write"/)
    assert.equal(printed(), '403 ERR_JOTGATE_INSUFFICIENT_SCOPE PUT /orders\n')
  })

  test('http.js', async (context) => {
    const { ask } = await run(context, 'http.js', page('http.js'))
    assert.equal(await (await ask('/', { headers: bearer(token) })).text(), `hello ${SUBJECT}`)
    assert.equal((await ask('/')).status, 401)
  })

  test('typed.ts', (context) => compiles(context, page('typed.ts')))
})

describe('docs/hono.md', () => {
  const page = pageOf('hono.md')

  async function deployed(context, file, bindings) {
    const folder = project(context, { 'worker.js': page(file), 'wrangler.toml': shown('wrangler.toml') })
    const { port, stop } = await inWorkerd(await bundleByWrangler(folder), bindings)
    context.after(stop)
    return (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init)
  }

  test('worker.js', async (context) => {
    const ask = await deployed(context, 'worker.js')
    assert.equal(await (await ask('/health')).text(), 'ok')
    assert.deepEqual(await (await ask('/hello', { headers: bearer(token) })).json(), {
      hello: SUBJECT,
      mayWrite: false,
    })
    const nobody = await ask('/hello')
    assert.deepEqual([nobody.status, challengeOf(nobody)], [401, 'Bearer realm="api"'])
    assert.equal((await ask('/hello', { headers: bearer(forged) })).status, 401)
    const order = await ask('/orders', { method: 'POST', headers: bearer(token) })
    assert.equal(order.status, 403)
    assert.match(challengeOf(order), /scope="orders:write"/)
  })

  test('bindings.js', async (context) => {
    const ask = await deployed(context, 'bindings.js', { ISSUER, AUDIENCE })
    assert.deepEqual(await (await ask('/orders', { headers: bearer(token) })).json(), { by: SUBJECT })
    assert.equal((await ask('/orders', { method: 'PUT', headers: bearer(token) })).status, 403)
    assert.equal((await ask('/orders', { headers: bearer(forged) })).status, 401)
  })

  test('pages.js', async (context) => {
    const ask = await deployed(context, 'pages.js')
    const origin = 'https://app.example'
    const preflight = await ask('/hello', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
    })
    assert.equal(preflight.status, 204)
    assert.equal(preflight.headers.get('access-control-allow-origin'), origin)
    const refusal = await ask('/hello', { headers: { origin, ...bearer(forged) } })
    assert.equal(refusal.status, 401)
    assert.equal(refusal.headers.get('access-control-allow-origin'), origin)
    assert.equal(refusal.headers.get('access-control-expose-headers'), 'WWW-Authenticate')
    assert.deepEqual(await (await ask('/hello', { headers: { origin, ...bearer(token) } })).json(), { hello: SUBJECT })
  })

  test('metadata.js', async (context) => {
    const ask = await deployed(context, 'metadata.js')
    const url = 'https://api.example/.well-known/oauth-protected-resource/mcp'
    const nobody = await ask('/mcp', { method: 'POST' })
    assert.deepEqual([nobody.status, challengeOf(nobody)], [401, `Bearer realm="api", resource_metadata="${url}"`])
    const metadata = await ask(new URL(url).pathname)
    assert.deepEqual(await metadata.json(), {
      resource: 'https://api.example/mcp',
      authorization_servers: [ISSUER],
      scopes_supported: ['orders:read', 'orders:write'],
      bearer_methods_supported: ['header'],
    })
    assert.equal((await ask('/mcp', { method: 'POST', headers: bearer(token) })).status, 401)
  })

  test('fetch.js', async (context) => {
    const { fetch } = await imported(context, 'fetch.js', page('fetch.js'))
    const ask = (method, path, text) =>
      fetch(new Request(`https://api.example${path}`, { method, headers: text ? bearer(text) : {} }))
    assert.deepEqual(await (await ask('GET', '/orders', token)).json(), { orders: [], of: SUBJECT })
    const order = await ask('POST', '/orders', token)
    assert.equal(order.status, 403)
    assert.match(challengeOf(order), /scope="orders:write"/)
    assert.equal((await ask('GET', '/orders')).status, 401)
    assert.equal((await ask('GET', '/orders', forged)).status, 401)
    assert.equal((await ask('GET', '/', token)).status, 404)
  })

  test('typed.ts', (context) => compiles(context, page('typed.ts')))
})

describe('docs/passing-identity.md', () => {
  const page = pageOf('passing-identity.md')
  const stops = []
  let downstream
  let endpoint

  // The hosts of the page, on this machine.
  before(async () => {
    const context = { after: (stop) => stops.push(stop) }
    downstream = await startDownstream(context)
    endpoint = await startTokenEndpoint(context)
    const real = globalThis.fetch
    const here = {
      'https://issuer.example': new URL(endpoint.url).origin,
      'https://orders.example': downstream.origin,
      'https://reports.example': downstream.origin,
    }
    mock.method(globalThis, 'fetch', (input, init) => {
      const { origin, pathname, search } = new URL(input instanceof Request ? input.url : input)
      assert.ok(here[origin], `${origin} is a host of the page`)
      const url = `${here[origin]}${pathname}${search}`
      return input instanceof Request ? real(new Request(url, input)) : real(url, init)
    })
  })
  after(() => {
    mock.restoreAll()
    return Promise.all(stops.map((stop) => stop()))
  })

  const worker = (context, file) => imported(context, file, page(file))
  const request = (text, headers = {}) =>
    new Request('https://api.example/list?a=1', { headers: { ...headers, ...bearer(text) } })

  test('exchange.js', async (context) => {
    const { fetch } = await worker(context, 'exchange.js')
    const env = { CLIENT_SECRET: 's3cret' }
    for (let count = 0; count < 3; count += 1) {
      assert.equal(await (await fetch(request(token), env)).text(), 'served')
    }
    assert.equal(endpoint.asked.length, 1)
    assert.equal(endpoint.asked[0].body.get('scope'), 'orders:read')
    const [sent] = values(downstream.seen.at(-1), 'authorization')
    assert.match(sent, /^Bearer /)
    assert.notEqual(sent, `Bearer ${token}`)
    assert.equal((await fetch(request(forged), env)).status, 401)
  })

  test('exchange.js, refused', async (context) => {
    const { fetch } = await worker(context, 'exchange.js')
    const answer = endpoint.answer
    endpoint.answer = () => ({ status: 400, body: { error: 'invalid_target' } })
    const response = await fetch(request(token), { CLIENT_SECRET: 's3cret' })
    endpoint.answer = answer
    assert.deepEqual([response.status, await response.text()], [403, 'ERR_JOTGATE_EXCHANGE_REFUSED'])
  })

  test('headers.js', async (context) => {
    const { fetch } = await worker(context, 'headers.js')
    const seen = []
    const ORDERS = { fetch: (incoming) => seen.push(incoming) && new Response('served') }
    const response = await fetch(request(token, { 'x-roles': 'admin', X_User: 'root' }), { ORDERS })
    assert.equal(await response.text(), 'served')
    assert.equal(seen[0].url, 'https://orders.internal/list?a=1')
    assert.deepEqual(
      [...seen[0].headers],
      [
        ['x-scope', 'orders:read'],
        ['x-user', SUBJECT],
      ],
    )
    assert.equal((await fetch(request(forged), { ORDERS })).status, 401)
    assert.equal(seen.length, 1)
  })

  test('forward.js', async (context) => {
    const { fetch } = await worker(context, 'forward.js')
    assert.equal(await (await fetch(request(token))).text(), 'served')
    assert.equal(downstream.seen.at(-1).url, '/today')
    assert.deepEqual(values(downstream.seen.at(-1), 'authorization'), [`Bearer ${token}`])
  })

  test('express.js', async (context) => {
    mock.restoreAll()
    const { ask } = await run(context, 'express.js', page('express.js'), { ORDERS: downstream.origin })
    const response = await ask('/orders', { headers: { ...bearer(token), 'x-user': 'root', cookie: 'a=1' } })
    assert.equal(await response.text(), 'served')
    const request = downstream.seen.at(-1)
    assert.equal(request.url, '/list')
    assert.deepEqual(values(request, 'x-user'), [SUBJECT])
    for (const name of ['authorization', 'cookie']) assert.deepEqual(values(request, name), [])
  })
})
