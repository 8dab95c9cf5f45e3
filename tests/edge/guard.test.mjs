// What a guard does besides answering: its hooks, its functions, its options, and keys that cannot be had.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { jotgate, listening } from './servers.mjs'
import { AUDIENCE, holdsToken, ISSUER, issued, jwks, NOW, tokens } from './tokens.mjs'

const { createGuard, createVerifier, errors, expressAccessToken, honoAccessToken, withAccessToken } = jotgate
const policy = { issuer: ISSUER, audience: AUDIENCE, jwks, currentDate: new Date(NOW * 1000) }

const request = (token = tokens.good, path = '/', init = {}) =>
  new Request(`https://api.example${path}`, {
    ...init,
    headers: { ...init.headers, ...(token && { authorization: `Bearer ${token}` }) },
  })

describe('createGuard', () => {
  test('answers with the verified token', async () => {
    const { token, response, error } = await createGuard(policy)(request())
    assert.equal(token.payload.sub, 'user-1')
    assert.ok(token.hasScope('read', 'write'))
    assert.deepEqual([response, error], [undefined, undefined])
  })

  test('or with a response and the error', async () => {
    const { token, response, error } = await createGuard(policy)(request(tokens.expired))
    assert.equal(token, undefined)
    assert.equal(response.status, 401)
    assert.ok(error instanceof errors.JWTExpired)
  })

  test('does not read the body', async () => {
    const incoming = request(tokens.good, '/', { method: 'POST', body: 'two pens' })
    await createGuard(policy)(incoming)
    assert.equal(incoming.bodyUsed, false)
    assert.equal(await incoming.text(), 'two pens')
  })

  test('refuses what is no request', async () => {
    for (const incoming of [undefined, null, 'https://api.example/', {}]) {
      const call = createGuard(policy)(incoming)
      await assert.rejects(call, { name: 'TypeError', message: /must be a Request/ })
    }
  })

  test('needs no this', async () => {
    const { call } = { call: createGuard(policy) }
    assert.ok((await call(request())).token)
  })

  test('offers its verifier', async () => {
    const guard = createGuard(policy)
    await guard.verifier.hydrate()
    assert.ok(guard.verifier.verifySync(tokens.good))
  })

  test('takes a ready verifier', async () => {
    const verifier = createVerifier(policy)
    assert.ok((await createGuard({ verifier })(request())).token)
    assert.equal((await createGuard({ verifier })(request(tokens.forged))).response.status, 401)
  })

  test("takes another copy's verifier, whose errors are of other classes", async () => {
    const verifier = createVerifier(policy)
    class JWTExpired extends Error {
      code = 'ERR_JWT_EXPIRED'
      status = 401
      oauthError = 'invalid_token'
    }
    const copy = { ...verifier, verify: () => Promise.reject(new JWTExpired('the token has expired')) }
    assert.equal((await createGuard({ verifier: copy })(request())).response.status, 401)
  })

  test('does not take an accident for a refusal', async () => {
    const broken = { ...createVerifier(policy), verify: () => Promise.reject(new RangeError('a bug')) }
    await assert.rejects(createGuard({ verifier: broken })(request()), RangeError)
  })

  test('withCors leaves a response alone where there is nothing to say', () => {
    const response = new Response('a')
    assert.equal(createGuard(policy).withCors(request(), response), response)
  })

  test('withCors keeps what the response says, and its Vary', async () => {
    const guard = createGuard({ ...policy, cors: { origins: ['https://app.example'] } })
    const response = new Response('a', {
      status: 418,
      headers: { vary: 'accept', 'access-control-expose-headers': 'x-a' },
    })
    const answer = guard.withCors(request(tokens.good, '/', { headers: { origin: 'https://app.example' } }), response)
    assert.deepEqual([answer.status, await answer.text(), answer.headers.get('vary')], [418, 'a', 'accept, Origin'])
    assert.equal(answer.headers.get('access-control-expose-headers'), 'x-a, WWW-Authenticate')
  })

  test('withCors copes with responses that have no body and cannot be changed', async () => {
    const guard = createGuard({ ...policy, cors: { origins: '*' } })
    for (const response of [new Response(null, { status: 204 }), Response.redirect('https://a.example/', 302)]) {
      const answer = guard.withCors(request(), response)
      assert.equal(answer.status, response.status)
      assert.equal(answer.headers.get('access-control-allow-origin'), '*')
    }
  })
})

describe('scopes', () => {
  const ask = (scopes, token = tokens.good) => createGuard(policy)(request(token), { scopes })

  test('a function sees the verified token and the request', async () => {
    const seen = []
    const scopes = (token, incoming) => seen.push([token.payload.sub, incoming.method]) > 0
    assert.ok((await ask(scopes)).token)
    assert.deepEqual(seen, [['user-1', 'GET']])
  })

  test('a function never sees a bad token', async () => {
    const scopes = () => assert.fail('it was asked')
    for (const token of [tokens.forged, tokens.expired, tokens.bound, '', 'x'])
      assert.ok((await ask(scopes, token)).response)
  })

  test("the guard's own and the route's are both asked for", async () => {
    const guard = createGuard({ ...policy, scopes: ['read'] })
    assert.ok((await guard(request(tokens.good), { scopes: ['write'] })).token)
    assert.equal((await guard(request(tokens.reader), { scopes: ['write'] })).response.status, 403)
    assert.equal((await guard(request(await issued({ scope: 'write' })), { scopes: ['write'] })).response.status, 403)
  })

  for (const [what, answer, message = /^guard: /] of [
    ['a promise', Promise.resolve(true), /is a promise: scopes are decided at once/],
    ['undefined', undefined],
    ['null', null],
    ['1', 1],
    ['a text', 'read'],
    ['an empty object', {}],
    ['a list of something else', [1]],
    ['two scopes in one', ['read write']],
  ]) {
    test(`a function that answers ${what} is a mistake, and lets nobody pass`, async () => {
      await assert.rejects(
        ask(() => answer),
        { name: 'TypeError', message },
      )
    })
  }

  test('what a function throws is thrown', async () => {
    const scopes = () => {
      throw new RangeError('a bug')
    }
    await assert.rejects(ask(scopes), RangeError)
  })

  for (const [what, route, message] of [
    ['scopes undefined', { scopes: undefined }, /option "scopes" was given as undefined/],
    ['a text', { scopes: 'read' }, /option "scopes" must be scopes, \{ all, any \}, or a function/],
    ['a misspelt member', { scope: ['read'] }, /unknown option "scope", did you mean "scopes"\?/],
    ['a list for a route', ['read'], /the options must be an object/],
    ['nothing to choose from', { scopes: { any: [] } }, /option "any" must not be empty/],
    ['neither all nor any', { scopes: {} }, /must have "all" or "any"/],
    ['another set', { scopes: { one: ['a'] } }, /unknown option "one"/],
    ['a quote', { scopes: ['a"b'] }, /must be one scope/],
    ['an empty scope', { scopes: [''] }, /must not be empty/],
  ]) {
    test(`a route with ${what} is a mistake`, async () => {
      await assert.rejects(createGuard(policy)(request(), route), { name: 'TypeError', message })
    })
  }

  test('no scopes ask for nothing', async () => {
    for (const scopes of [[], { all: [] }, () => [], () => true]) assert.ok((await ask(scopes, tokens.none)).token)
  })
})

describe('onError', () => {
  test('is told of each refusal, and nothing of tokens', async () => {
    const told = []
    const guard = createGuard({
      ...policy,
      scopes: ['admin'],
      onError: (error, refusal) => told.push([error, refusal]),
    })
    for (const [name, token] of Object.entries(tokens)) await guard(request(token, `/${name}?a=${token}`))
    await guard(request('a b', `/?access_token=${tokens.good}`))
    await guard(new Request('https://api.example/nobody', { method: 'PUT' }))
    assert.equal(told.length, Object.keys(tokens).length + 2)
    assert.ok(told.every(([error]) => error instanceof errors.JOSEError))
    assert.deepEqual(told.at(-1)[1], { status: 401, method: 'PUT', path: '/nobody' })
    const text = told.map(([error, refusal]) => JSON.stringify([error, refusal, error.stack, { ...error }])).join()
    assert.ok(!holdsToken(text))
  })

  test('is not told of what passes', async () => {
    const onError = () => assert.fail('it was told')
    await createGuard({ ...policy, onError })(request())
    await createGuard({ ...policy, optional: true, onError })(request(null))
  })

  test('changes nothing by what it does', async () => {
    for (const onError of [() => Promise.reject(new Error('a')), () => true, () => ({ token: 1 })]) {
      assert.equal((await createGuard({ ...policy, onError })(request(tokens.forged))).response.status, 401)
    }
    const onError = () => {
      throw new Error('a')
    }
    assert.equal((await createGuard({ ...policy, onError })(request(tokens.forged))).response.status, 401)
  })
})

describe('withAccessToken', () => {
  test('hands env and ctx on, and makes its guard once', async () => {
    let made = 0
    const seen = []
    const worker = withAccessToken(
      (_request, { token, env, ctx }) => {
        seen.push([token.payload.sub, env, ctx])
        return new Response('hello')
      },
      (env) => {
        made += 1
        return { ...policy, issuer: env.ISSUER }
      },
    )
    const [env, ctx] = [{ ISSUER }, { waitUntil() {} }]
    for (let count = 0; count < 3; count += 1) await worker.fetch(request(), env, ctx)
    assert.deepEqual(seen, Array(3).fill(['user-1', env, ctx]))
    assert.equal(made, 1)
  })

  test('tries again to make its guard when that failed', async () => {
    let made = 0
    const worker = withAccessToken(
      () => new Response('hello'),
      () => {
        made += 1
        return made === 1 ? { ...policy, audience: undefined } : policy
      },
    )
    await assert.rejects(worker.fetch(request(), {}, {}), {
      name: 'TypeError',
      message: /option "audience" is required/,
    })
    assert.equal((await worker.fetch(request(), {}, {})).status, 200)
  })

  test('does not call its handler for what may not pass', async () => {
    const worker = withAccessToken(() => assert.fail('it was called'), policy)
    for (const token of [tokens.forged, '', 'x']) assert.ok((await worker.fetch(request(token), {}, {})).status >= 400)
  })

  test("leaves the handler's own errors alone", async () => {
    const worker = withAccessToken(() => Promise.reject(new RangeError('a bug')), policy)
    await assert.rejects(worker.fetch(request(), {}, {}), RangeError)
  })

  test('says so when its handler answers nothing', async () => {
    for (const more of [{}, { answer: null }, { answer: 'hello' }, { cors: { origins: '*' } }]) {
      const worker = withAccessToken(() => more.answer, { ...policy, cors: more.cors })
      await assert.rejects(worker.fetch(request(), {}, {}), { name: 'TypeError', message: /answered no Response/ })
    }
  })

  test('leaves a switch of protocols as it is', async () => {
    const upgrade = Object.defineProperty(new Response(), 'status', { value: 101 })
    const worker = withAccessToken(() => upgrade, { ...policy, cors: { origins: '*' } })
    assert.equal(await worker.fetch(request(), {}, {}), upgrade)
  })

  test('refuses what is no handler', () => {
    assert.throws(() => withAccessToken(undefined, policy), {
      name: 'TypeError',
      message: /the handler must be a function/,
    })
  })
})

describe('expressAccessToken', () => {
  function call(middleware, headers, more = {}, before = {}) {
    const incoming = { method: 'GET', url: '/', headers, ...more }
    const answer = { headers: { ...before }, statusCode: 200 }
    const response = {
      setHeader: (name, value) => Object.assign(answer.headers, { [name]: value }),
      getHeader: (name) => answer.headers[name],
      end: (body) => Object.assign(answer, { body, status: response.statusCode }),
    }
    let next = 'not called'
    middleware(incoming, response, (error) => {
      next = error ?? 'called'
    })
    return { incoming, answer, next: () => next }
  }
  const authorization = `Bearer ${tokens.good}`

  test('calls next before it returns where the keys are at hand', () => {
    const { incoming, next } = call(expressAccessToken(policy), { authorization })
    assert.equal(next(), 'called')
    assert.equal(incoming.token.payload.sub, 'user-1')
  })

  test('answers before it returns, too', () => {
    const { answer, next } = call(expressAccessToken(policy), { authorization: `Bearer ${tokens.expired}` })
    assert.equal(next(), 'not called')
    assert.equal(answer.status, 401)
  })

  test('has the last word on header fields that something before has set, but for lists', () => {
    const guard = expressAccessToken({ ...policy, cors: { origins: ['https://app.example'] } })
    const before = { 'Cache-Control': 'public', 'WWW-Authenticate': 'Basic', Vary: 'Accept, origin' }
    const { answer } = call(guard, { origin: 'https://app.example' }, {}, before)
    assert.equal(answer.headers['Cache-Control'], 'no-store')
    assert.equal(answer.headers['WWW-Authenticate'], 'Bearer realm="api"')
    assert.equal(answer.headers.Vary, 'Accept, origin')
  })

  test('awaits the platform where the policy says so', async () => {
    const { next } = call(expressAccessToken({ ...policy, backend: 'webcrypto' }), { authorization })
    assert.equal(next(), 'not called')
    while (next() === 'not called') await new Promise((resolve) => setImmediate(resolve))
    assert.equal(next(), 'called')
  })

  test('hands mistakes of the application to next', () => {
    const { next, answer } = call(expressAccessToken({ ...policy, scopes: () => 1 }), { authorization })
    assert.ok(next() instanceof TypeError)
    assert.equal(answer.status, undefined)
  })

  test('is not fooled by a token that was there before', () => {
    const token = { payload: { sub: 'root' }, scopes: new Set(['read']), hasScope: () => true }
    const { answer } = call(expressAccessToken(policy), {}, { token })
    assert.equal(answer.status, 401)
  })

  test("nor by another guard's", () => {
    const first = call(expressAccessToken(policy), { authorization })
    const other = expressAccessToken({ ...policy, audience: 'https://other.example' })
    assert.equal(call(other, { authorization }, { token: first.incoming.token }).answer.status, 401)
  })

  test('refuses a token in a form body that a parser has read', () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
    const body = { access_token: tokens.good }
    assert.equal(call(expressAccessToken(policy), form, { body }).answer.status, 400)
    assert.equal(call(expressAccessToken(policy), { ...form, authorization }, { body }).answer.status, 400)
    assert.equal(call(expressAccessToken(policy), { authorization }, { body }).next(), 'called')
  })

  test('takes requests without rawHeaders, as emulations make them', () => {
    assert.equal(call(expressAccessToken(policy), { authorization }).next(), 'called')
    assert.equal(call(expressAccessToken(policy), { authorization: [authorization, authorization] }).answer.status, 400)
  })
})

describe('keys that cannot be had', () => {
  async function keyServer(context) {
    const server = { fetches: 0, down: true }
    server.port = await listening(context, (_request, response) => {
      server.fetches += 1
      if (server.down) response.writeHead(500)
      response.end(JSON.stringify(jwks))
    })
    const remote = { allowInsecureLoopback: true, cacheMaxAge: 500, staleWhileRevalidate: 5000, cooldownDuration: 0 }
    server.policy = { ...policy, jwks: `http://127.0.0.1:${server.port}/jwks`, remote }
    return server
  }
  const until = async (condition) => {
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50))
  }

  test('503 with Retry-After while the endpoint is down and nothing is cached; 200 soon after it is back', async (context) => {
    const server = await keyServer(context)
    const guard = createGuard(server.policy)
    for (let count = 0; count < 20; count += 1) {
      const { response, error } = await guard(request())
      assert.equal(response.status, 503)
      assert.equal(response.headers.get('retry-after'), '5')
      assert.equal(response.headers.get('www-authenticate'), null)
      assert.equal(error.code, 'ERR_JOTGATE_KEYS_UNAVAILABLE')
    }
    assert.ok(server.fetches <= 2)
    // What is no token is refused as that, keys or not.
    assert.equal((await guard(request('x'))).response.status, 401)
    server.down = false
    await until(async () => (await guard(request())).token)
  })

  test('an endpoint that hangs: 503 too', async (context) => {
    const port = await listening(context, () => {})
    const remote = { allowInsecureLoopback: true, timeoutDuration: 200 }
    const guard = createGuard({ ...policy, jwks: `http://127.0.0.1:${port}/`, remote })
    const { response, error } = await guard(request())
    assert.equal(response.status, 503)
    assert.equal(error.code, 'ERR_JWKS_TIMEOUT')
  })

  test('Express: fetches once for many, then goes on without a promise, and refreshes behind', async (context) => {
    const server = await keyServer(context)
    server.down = false
    const middleware = expressAccessToken(server.policy)
    const port = await listening(context, (incoming, response) => {
      let sync = true
      middleware(incoming, response, () => response.end(sync ? 'sync' : 'async'))
      sync = false
    })
    const ask = async () =>
      (await fetch(`http://127.0.0.1:${port}/`, { headers: { authorization: `Bearer ${tokens.good}` } })).text()
    const first = await Promise.all(Array.from({ length: 20 }, ask))
    assert.ok(first.includes('async'))
    assert.equal(server.fetches, 1)
    assert.equal(await ask(), 'sync')
    // Stale while it is revalidated: no request waits for keys any more.
    await until(async () => {
      assert.equal(await ask(), 'sync')
      return server.fetches >= 3
    })
  })
})

describe('protectedResourceMetadata', () => {
  const { protectedResourceMetadata } = jotgate

  for (const [resource, url] of [
    ['https://api.example', 'https://api.example/.well-known/oauth-protected-resource'],
    ['https://api.example/', 'https://api.example/.well-known/oauth-protected-resource'],
    ['https://api.example/v1', 'https://api.example/.well-known/oauth-protected-resource/v1'],
    ['https://api.example/v1/', 'https://api.example/.well-known/oauth-protected-resource/v1/'],
    ['https://api.example/v1?tenant=a', 'https://api.example/.well-known/oauth-protected-resource/v1?tenant=a'],
    ['https://api.example?tenant=a', 'https://api.example/.well-known/oauth-protected-resource?tenant=a'],
    ['http://127.0.0.1:8787/notes', 'http://127.0.0.1:8787/.well-known/oauth-protected-resource/notes'],
  ]) {
    test(`${resource} is described at ${url}`, async () => {
      const metadata = protectedResourceMetadata({ resource })
      assert.equal(metadata.url, url)
      const response = metadata(new Request(url))
      assert.equal((await response.json()).resource, resource)
      assert.equal(metadata(new Request(new URL(url).origin)), undefined)
    })
  }

  test('says what it was told, and nothing else', async () => {
    const metadata = protectedResourceMetadata({
      resource: 'https://api.example',
      authorizationServers: ['https://issuer.example/tenant'],
      scopesSupported: ['read', 'write'],
      resourceName: 'Orders',
      resourceDocumentation: 'https://docs.example/orders',
      resourcePolicyUri: new URL('https://docs.example/policy'),
      resourceTosUri: 'https://docs.example/tos',
      additional: { 'resource_name#de': 'Bestellungen', dpop_bound_access_tokens_required: false },
      maxAge: 60,
    })
    const response = metadata(new Request(metadata.url))
    assert.deepEqual(await response.json(), {
      resource: 'https://api.example',
      authorization_servers: ['https://issuer.example/tenant'],
      scopes_supported: ['read', 'write'],
      bearer_methods_supported: ['header'],
      resource_name: 'Orders',
      resource_documentation: 'https://docs.example/orders',
      resource_policy_uri: 'https://docs.example/policy',
      resource_tos_uri: 'https://docs.example/tos',
      'resource_name#de': 'Bestellungen',
      dpop_bound_access_tokens_required: false,
    })
    assert.equal(response.headers.get('cache-control'), 'max-age=60')
    assert.equal(response.headers.get('access-control-allow-origin'), '*')
  })

  test('is answered to nobody who asks for another query of the resource', () => {
    const metadata = protectedResourceMetadata({ resource: 'https://api.example/v1?tenant=a' })
    assert.equal(metadata(new Request(metadata.url.replace('tenant=a', 'tenant=b'))), undefined)
  })

  for (const [what, more, message] of [
    ['no resource', { resource: undefined }, /option "resource" is required/],
    ['http', { resource: 'http://api.example' }, /option "resource" must be an https URL/],
    ['a fragment', { resource: 'https://api.example/#a' }, /option "resource"/],
    ['credentials', { resource: 'https://a@api.example/' }, /option "resource"/],
    ['white space', { resource: 'https://api.example/a\n' }, /option "resource"/],
    ['a path', { resource: '/orders' }, /option "resource"/],
    ['an issuer with a query', { authorizationServers: ['https://issuer.example?a'] }, /authorizationServers\[0\]/],
    ['one issuer as a text', { authorizationServers: 'https://issuer.example' }, /must be an array/],
    ['no issuer', { authorizationServers: [] }, /must not be empty/],
    ['two scopes in one', { scopesSupported: ['a b'] }, /must be one scope/],
    ['a script', { resourcePolicyUri: 'javascript:alert(1)' }, /option "resourcePolicyUri" must be an https URL/],
    [
      'a member twice',
      { additional: { resource: 'https://evil.example' } },
      /option "additional.resource" has an option of its own/,
    ],
    ['what JSON cannot say', { additional: { a: 1n } }, /must be what JSON can say/],
    ['a misspelt option', { scopeSupported: [] }, /did you mean "scopesSupported"/],
    ['a wrong age', { maxAge: -1 }, /option "maxAge"/],
  ]) {
    test(`refuses ${what}`, () => {
      const options = { resource: 'https://api.example', ...more }
      assert.throws(() => protectedResourceMetadata(options), { name: 'TypeError', message })
    })
  }
})

describe('wrong options', () => {
  const owners = {
    createGuard,
    honoAccessToken,
    expressAccessToken,
    withAccessToken: (options) => withAccessToken(() => new Response(), options),
  }
  for (const [owner, make] of Object.entries(owners)) {
    for (const [what, options, message] of [
      ['nothing', undefined, /the options must be an object/],
      ['an empty object', {}, /option "issuer" is required/],
      ['no audience', { ...policy, audience: undefined }, /option "audience" is required/],
      ['a misspelt option of the guard', { ...policy, realms: 'a' }, /unknown option "realms", did you mean "realm"\?/],
      ['a misspelt option of the policy', { ...policy, requiredScope: ['a'] }, /did you mean "requiredScopes"\?/],
      [
        'a verifier and a policy',
        { ...policy, verifier: createVerifier(policy) },
        /option "issuer" does not go together with "verifier"/,
      ],
      ['what is no verifier', { verifier: {} }, /option "verifier" must be what createVerifier answers/],
      [
        'optional with scopes',
        { ...policy, optional: true, scopes: ['a'] },
        /option "scopes" does not go together with "optional"/,
      ],
      ['optional as a text', { ...policy, optional: 'no' }, /option "optional" must be true or false/],
      ['scopes as a text', { ...policy, scopes: 'read write' }, /option "scopes" must be scopes/],
      ['a quote in the realm', { ...policy, realm: 'a"b' }, /option "realm" must be printable ASCII/],
      ['a line end in the realm', { ...policy, realm: 'a\r\nb' }, /option "realm"/],
      ['an empty realm', { ...policy, realm: '' }, /option "realm" must not be empty/],
      [
        'metadata without URL',
        { ...policy, resourceMetadata: '/metadata' },
        /option "resourceMetadata" must be an http\(s\) URL/,
      ],
      [
        'metadata with a fragment',
        { ...policy, resourceMetadata: 'https://a.example/#a' },
        /option "resourceMetadata"/,
      ],
      ['a function for metadata', { ...policy, resourceMetadata: () => undefined }, /option "resourceMetadata"/],
      ['cors without origins', { ...policy, cors: {} }, /option "cors": option "origins" is required/],
      ['cors for true', { ...policy, cors: true }, /option "cors": the options must be an object/],
      [
        'an origin with a path',
        { ...policy, cors: { origins: ['https://a.example/'] } },
        /option "origins\[0\]" must be an origin/,
      ],
      ['a wildcard among origins', { ...policy, cors: { origins: ['*'] } }, /option "origins\[0\]"/],
      ['null as an origin', { ...policy, cors: { origins: ['null'] } }, /option "origins\[0\]"/],
      ['a method that is none', { ...policy, cors: { origins: '*', methods: ['GET, POST'] } }, /option "methods\[0\]"/],
      ['an age that is none', { ...policy, cors: { origins: '*', maxAge: '1' } }, /option "maxAge"/],
      ['onError as a text', { ...policy, onError: 'log' }, /option "onError" must be a function/],
      ['another word for bound tokens', { ...policy, boundTokens: 'ignore' }, /option "boundTokens" must be one of/],
    ]) {
      test(`${owner}: ${what}`, () => {
        assert.throws(
          () => make(options),
          (error) => {
            assert.equal(error.name, 'TypeError')
            assert.match(error.message, message)
            return true
          },
        )
      })
    }
  }
})
