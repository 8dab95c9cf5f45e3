// `manager.fetch` against real servers: who gets the token, who does not, what is sent twice.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before, beforeEach, describe, test } from 'node:test'
import { platform } from '../../target/npm/parts/default/spa/environment.js'
import { createTokenManagerIn } from '../../target/npm/parts/default/spa/manager.js'

const SCOPE = 'read write'
let serial = 0
/** The platform's own, with clocks that need no waiting. */
let ahead = 0
const environment = Object.create(platform, {
  now: { value: () => Date.now() + ahead },
  monotonic: { value: () => performance.now() + ahead },
})
const pass = (ms) => {
  ahead += ms
}

const nextToken = () => ({ access_token: `t0ken-${++serial}`, expires_in: 300, scope: SCOPE })

/** Servers that note what they are sent and answer as `routes` says. */
async function serve() {
  const seen = []
  const routes = {}
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const { method, url, headers } = request
    const note = { method, url, authorization: headers.authorization, type: headers['content-type'], body }
    seen.push(note)
    const [status, more = {}, text = 'ok'] = (await routes[url]?.(note, seen.length)) ?? [200]
    response.writeHead(status, more).end(text)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { seen, routes, server, origin: `http://127.0.0.1:${server.address().port}` }
}

let api
let other
before(async () => {
  ;[api, other] = [await serve(), await serve()]
})
after(() => {
  for (const { server } of [api, other]) server.close()
})
beforeEach(() => {
  for (const each of [api, other]) {
    each.seen.length = 0
    for (const url of Object.keys(each.routes)) delete each.routes[url]
  }
})

/** A manager that may send its token to `api`, with what it has refreshed. */
async function manage(options = {}) {
  const refreshes = []
  const manager = createTokenManagerIn(environment, {
    session: `fetch-${++serial}`,
    origins: [api.origin],
    refresh: async ({ reason }) => {
      refreshes.push(reason)
      await new Promise((resolve) => setTimeout(resolve, 20))
      return nextToken()
    },
    ...options,
  })
  await manager.signIn(nextToken())
  return { manager, refreshes, token: manager.getTokenSync() }
}

const invalid = [401, { 'www-authenticate': 'Bearer realm="api", error="invalid_token", error_description="expired"' }]
const redirect = (status, location) => () => [status, { location }]

/** A server that knows only the token that was issued last. */
const strict = ({ authorization }) => (authorization === `Bearer t0ken-${serial}` ? [200] : invalid)

describe('the token goes', () => {
  test('to a listed origin, with everything else as it was given', async () => {
    const { manager, token } = await manage()
    const response = await manager.fetch(`${api.origin}/a?b=c`, {
      method: 'POST',
      headers: { 'content-type': 'text/x-own' },
      body: 'hello',
    })
    assert.equal(await response.text(), 'ok')
    assert.deepEqual(api.seen, [
      { method: 'POST', url: '/a?b=c', authorization: `Bearer ${token}`, type: 'text/x-own', body: 'hello' },
    ])
  })

  for (const [what, input] of [
    ['a URL', (url) => new URL(url)],
    [
      'a Request',
      (url) => new Request(url, { method: 'PUT', body: 'hello', headers: { 'content-type': 'text/x-own' } }),
    ],
    ['an object with toString', (url) => ({ toString: () => url })],
  ]) {
    test(`from ${what}`, async () => {
      const { manager, token } = await manage()
      await manager.fetch(input(`${api.origin}/`))
      assert.equal(api.seen[0].authorization, `Bearer ${token}`)
      if (what === 'a Request')
        assert.deepEqual([api.seen[0].method, api.seen[0].body, api.seen[0].type], ['PUT', 'hello', 'text/x-own'])
    })
  }

  test('unbound too', async () => {
    const { manager } = await manage()
    const { fetch } = manager
    assert.equal((await fetch(`${api.origin}/`)).status, 200)
  })

  test('not to another origin, port, scheme, or host of the same name', async () => {
    const { manager } = await manage()
    await manager.fetch(`${other.origin}/`)
    await manager.fetch(new Request(`${other.origin}/`))
    const { port } = new URL(api.origin)
    await manager.fetch(`http://localhost:${port}/`)
    await manager.fetch(`data:text/plain,${api.origin}`)
    const blob = URL.createObjectURL(new Blob(['x']))
    await manager.fetch(blob)
    assert.deepEqual(
      [...other.seen, ...api.seen].map(({ authorization }) => authorization),
      [undefined, undefined, undefined],
    )
  })

  test('to nobody without a list', async () => {
    const { manager } = await manage({ origins: undefined })
    await manager.fetch(`${api.origin}/`)
    assert.equal(api.seen[0].authorization, undefined)
  })

  test("not instead of the caller's own header", async () => {
    const { manager } = await manage()
    api.routes['/'] = () => invalid
    for (const call of [
      [`${api.origin}/`, { headers: { Authorization: 'Basic eDp5' } }],
      [new Request(`${api.origin}/`, { headers: { authorization: 'Basic eDp5' } })],
    ])
      assert.equal((await manager.fetch(...call)).status, 401)
    assert.deepEqual(
      api.seen.map(({ authorization }) => authorization),
      ['Basic eDp5', 'Basic eDp5'],
    )
  })

  test('nowhere without a session: the call fails before it is sent', async () => {
    const { manager } = await manage()
    manager.signOut()
    await assert.rejects(manager.fetch(`${api.origin}/`), { code: 'ERR_JOTGATE_SIGNED_OUT' })
    assert.equal(api.seen.length, 0)
  })

  test('nowhere once the caller has given up', async () => {
    const { manager } = await manage()
    const signal = AbortSignal.abort(new Error('gone'))
    await assert.rejects(manager.fetch(`${api.origin}/`, { signal }), { message: 'gone' })
    await assert.rejects(manager.fetch(new Request(`${api.origin}/`, { signal })), { message: 'gone' })
    assert.equal(api.seen.length, 0)
  })
})

describe('redirects', () => {
  for (const status of [301, 302, 303, 307, 308]) {
    test(`${status} within the listed origin is followed with the token`, async () => {
      const { manager, token } = await manage()
      api.routes['/from'] = redirect(status, '/to?x')
      const response = await manager.fetch(`${api.origin}/from`)
      assert.equal(response.status, 200)
      assert.deepEqual(
        api.seen.map(({ url, authorization }) => [url, authorization]),
        ['/from', '/to?x'].map((url) => [url, `Bearer ${token}`]),
      )
    })

    test(`${status} to another origin is followed without`, async () => {
      const { manager } = await manage()
      api.routes['/from'] = redirect(status, `${other.origin}/to`)
      assert.equal((await manager.fetch(`${api.origin}/from`)).status, 200)
      assert.deepEqual(
        other.seen.map(({ url, authorization }) => [url, authorization]),
        [['/to', undefined]],
      )
    })

    test(`${status} there and back again does not bring it back`, async () => {
      const { manager } = await manage()
      api.routes['/from'] = redirect(status, `${other.origin}/to`)
      other.routes['/to'] = redirect(status, `${api.origin}/back`)
      await manager.fetch(`${api.origin}/from`)
      assert.deepEqual(
        [api.seen[1].url, api.seen[1].authorization, other.seen[0].authorization],
        ['/back', undefined, undefined],
      )
    })

    const keeps = status > 303
    test(`${status} ${keeps ? 'repeats' : 'drops'} the body of a POST, as fetch does`, async () => {
      const { manager } = await manage()
      api.routes['/from'] = redirect(status, '/to')
      const options = { method: 'POST', body: 'hello', headers: { 'content-type': 'text/x-own' } }
      await manager.fetch(`${api.origin}/from`, options)
      await fetch(`${api.origin}/from`, options)
      const [, ours, , theirs] = api.seen
      assert.deepEqual({ ...ours, authorization: undefined }, theirs)
      assert.equal(ours.method, keeps ? 'POST' : 'GET')
    })
  }

  test('of a PUT by 303 becomes a GET, of a HEAD stays a HEAD, by 301 stays a PUT', async () => {
    const { manager } = await manage()
    api.routes['/see'] = redirect(303, '/to')
    api.routes['/moved'] = redirect(301, '/to')
    await manager.fetch(`${api.origin}/see`, { method: 'PUT', body: 'x' })
    await manager.fetch(`${api.origin}/see`, { method: 'HEAD' })
    await manager.fetch(`${api.origin}/moved`, { method: 'PUT', body: 'x' })
    assert.deepEqual(
      api.seen.filter(({ url }) => url === '/to').map(({ method, body }) => method + body),
      ['GET', 'HEAD', 'PUTx'],
    )
  })

  test('a body that cannot be sent again is not', async () => {
    const { manager } = await manage()
    api.routes['/from'] = redirect(307, '/to')
    const body = new Blob(['hello']).stream()
    await assert.rejects(manager.fetch(`${api.origin}/from`, { method: 'POST', body, duplex: 'half' }), TypeError)
    assert.equal(api.seen.length, 1)
  })

  for (const [what, location] of [
    ['forever', '/from'],
    ['to what is no HTTP', 'data:text/plain,x'],
    ['to nothing', 'http://'],
  ]) {
    test(`${what} fails`, async () => {
      const { manager } = await manage()
      api.routes['/from'] = redirect(302, location)
      await assert.rejects(manager.fetch(`${api.origin}/from`), TypeError)
      assert.ok(api.seen.length <= 21)
    })
  }

  test("redirect: 'manual' and 'error' are the caller's own affair", async () => {
    const { manager } = await manage()
    api.routes['/from'] = redirect(302, `${other.origin}/to`)
    assert.equal((await manager.fetch(`${api.origin}/from`, { redirect: 'manual' })).status, 302)
    await assert.rejects(manager.fetch(`${api.origin}/from`, { redirect: 'error' }), TypeError)
    assert.equal(other.seen.length, 0)
  })

  test('that a browser hides are an error, unless the caller leaves them to the browser', async (context) => {
    const { manager } = await manage()
    const calls = []
    context.mock.method(globalThis, 'fetch', async (_, init) => {
      calls.push(init.redirect)
      const response = new Response('followed')
      if (init.redirect === 'manual') Object.defineProperty(response, 'type', { value: 'opaqueredirect' })
      return response
    })
    await assert.rejects(manager.fetch(`${api.origin}/from`), { name: 'TypeError', message: /redirect: 'follow'/ })
    assert.deepEqual(calls.splice(0), ['manual'])
    assert.equal(await (await manager.fetch(`${api.origin}/from`, { redirect: 'follow' })).text(), 'followed')
    assert.deepEqual(calls, ['manual', 'follow'])
  })
})

describe('a 401', () => {
  test('with invalid_token is repeated once, with a new token', async () => {
    const { manager, token, refreshes } = await manage()
    pass(2000)
    api.routes['/'] = ({ authorization }) => (authorization === `Bearer ${token}` ? invalid : [200])
    const response = await manager.fetch(`${api.origin}/`, { method: 'POST', body: 'hello' })
    assert.equal(response.status, 200)
    assert.deepEqual(refreshes, ['rejected'])
    assert.deepEqual(
      api.seen.map(({ body }) => body),
      ['hello', 'hello'],
    )
    assert.notEqual(api.seen[1].authorization, api.seen[0].authorization)
  })

  test('again is given to the caller', async () => {
    const { manager, refreshes } = await manage()
    pass(2000)
    api.routes['/'] = () => invalid
    assert.equal((await manager.fetch(`${api.origin}/`)).status, 401)
    assert.equal(api.seen.length, 2)
    assert.equal(refreshes.length, 1)
  })

  test('of many calls at once makes one refresh', async () => {
    const { manager, refreshes } = await manage()
    pass(2000)
    // As after a deploy that changed the keys. The answers come one after the other, most of them while the refresh is under way.
    serial += 1
    let calls = 0
    api.routes['/'] = (note) => new Promise((resolve) => setTimeout(() => resolve(strict(note)), ++calls))
    const responses = await Promise.all(Array.from({ length: 50 }, () => manager.fetch(`${api.origin}/`)))
    assert.deepEqual([...new Set(responses.map(({ status }) => status))], [200])
    assert.equal(refreshes.length, 1)
  })

  test('of every call does not make a refresh of every call', async () => {
    const { manager, refreshes } = await manage()
    api.routes['/'] = () => invalid
    for (let call = 0; call < 60; call += 1) {
      await manager.fetch(`${api.origin}/`)
      pass(250)
    }
    assert.ok(refreshes.length >= 2 && refreshes.length <= 7, `${refreshes.length} refreshes in 15 seconds`)
  })

  for (const [what, header] of [
    ['without a challenge', {}],
    ['of another scheme', { 'www-authenticate': 'Basic realm="api", error="invalid_token"' }],
    ['without an error', { 'www-authenticate': 'Bearer realm="invalid_token"' }],
    ['of another error', { 'www-authenticate': 'Bearer error="invalid_request"' }],
    ['that only describes it', { 'www-authenticate': 'Bearer error_description="error=invalid_token"' }],
  ]) {
    test(`${what} is given to the caller`, async () => {
      const { manager, refreshes } = await manage()
      pass(2000)
      api.routes['/'] = () => [401, header]
      assert.equal((await manager.fetch(`${api.origin}/`)).status, 401)
      assert.deepEqual([api.seen.length, refreshes.length], [1, 0])
    })
  }

  for (const header of [
    'Bearer error="invalid_token"',
    'bearer error=invalid_token',
    'Bearer realm="a, b", scope="x",error = "invalid_token"',
    'Basic realm="x", Bearer error="invalid_token"',
  ]) {
    test(`is understood: ${header}`, async () => {
      const { manager, refreshes } = await manage()
      pass(2000)
      api.routes['/'] = (_, count) => (count === 1 ? [401, { 'www-authenticate': header }] : [200])
      assert.equal((await manager.fetch(`${api.origin}/`)).status, 200)
      assert.equal(refreshes.length, 1)
    })
  }

  test('whose challenge CORS hides counts as one', async (context) => {
    const { manager, refreshes } = await manage()
    pass(2000)
    let calls = 0
    context.mock.method(globalThis, 'fetch', async () => {
      calls += 1
      const response = new Response('', { status: calls === 1 ? 401 : 200 })
      Object.defineProperty(response, 'type', { value: 'cors' })
      return response
    })
    assert.equal((await manager.fetch(`${api.origin}/`)).status, 200)
    assert.deepEqual([calls, refreshes.length], [2, 1])
  })

  const bodies = {
    'a text': ['hello', true],
    URLSearchParams: [new URLSearchParams({ a: 'b' }), true],
    FormData: [Object.assign(new FormData()), true],
    'a Blob': [new Blob(['hello']), true],
    bytes: [new Uint8Array([1]), true],
    'an ArrayBuffer': [new ArrayBuffer(1), true],
    'a stream': [() => new Blob(['hello']).stream(), false],
    'an async iterable': [
      async function* () {
        yield Buffer.from('hello')
      },
      false,
    ],
  }
  for (const [what, [body, repeatable]] of Object.entries(bodies)) {
    test(`${repeatable ? 'repeats' : 'does not repeat'} ${what}`, async () => {
      const { manager, refreshes } = await manage()
      pass(2000)
      api.routes['/'] = () => invalid
      const fresh = typeof body === 'function' ? body() : body
      assert.equal((await manager.fetch(`${api.origin}/`, { method: 'POST', body: fresh, duplex: 'half' })).status, 401)
      assert.equal(api.seen.length, repeatable ? 2 : 1)
      // The token is replaced in any case: for the next call.
      await manager.getToken({ forceRefresh: true })
      assert.equal(refreshes.length, 1)
    })
  }

  test('does not repeat the body of a Request, but a Request without one', async () => {
    const { manager } = await manage()
    pass(2000)
    api.routes['/'] = () => invalid
    await manager.fetch(new Request(`${api.origin}/`, { method: 'POST', body: 'hello' }))
    assert.equal(api.seen.length, 1)
    pass(2000)
    await manager.fetch(new Request(`${api.origin}/`))
    assert.equal(api.seen.length, 3)
  })

  test('when no other token is to be had is given to the caller', async () => {
    const { manager } = await manage({ refresh: () => Promise.reject(new TypeError('offline')) })
    pass(2000)
    api.routes['/'] = () => invalid
    const response = await manager.fetch(`${api.origin}/`)
    assert.equal(response.status, 401)
    assert.equal(await response.text(), 'ok')
  })
})

describe('a 403', () => {
  for (const [challenge, missing] of [
    ['Bearer error="insufficient_scope", scope="read admin audit"', ['admin', 'audit']],
    ['Bearer error="insufficient_scope", scope="read"', []],
    ['Bearer error="insufficient_scope"', []],
  ]) {
    test(`is an error with the missing scopes: ${challenge}`, async () => {
      const { manager, refreshes } = await manage()
      api.routes['/'] = () => [403, { 'www-authenticate': challenge }]
      await assert.rejects(manager.fetch(`${api.origin}/`), {
        name: 'JotgateInsufficientScope',
        code: 'ERR_JOTGATE_INSUFFICIENT_SCOPE',
        status: 403,
        missingScopes: missing,
      })
      assert.deepEqual([api.seen.length, refreshes.length], [1, 0])
    })
  }

  test('of another kind is given to the caller', async () => {
    const { manager } = await manage()
    api.routes['/'] = () => [403]
    assert.equal((await manager.fetch(`${api.origin}/`)).status, 403)
  })
})
