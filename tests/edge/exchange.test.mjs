// RFC 8693 against a real token endpoint: what it is asked, how often, and what becomes of its bad days.
import assert from 'node:assert/strict'
import { describe, mock, test } from 'node:test'
import { issuer, jotgate } from './servers.mjs'
import { exchanged, startTokenEndpoint } from './token-endpoint.mjs'
import { AUDIENCE, holdsToken, issued, NOW, tokens } from './tokens.mjs'

const { createGuard, errors, exchangeToken, propagate } = jotgate
const guard = createGuard({
  issuer: issuer.issuer,
  jwks: issuer.jwks,
  audience: AUDIENCE,
  currentDate: new Date(NOW * 1000),
})

const ORDERS = 'https://orders.example'
const client = { clientId: 'gateway', clientSecret: 's3cret', allowInsecureLoopback: true }

/** A request that a guard let pass, with its token. */
async function passed(token = tokens.good) {
  const request = new Request('https://api.example/', { headers: { authorization: `Bearer ${token}` } })
  const { token: verified, error } = await guard(request)
  if (error) throw error
  return [request, verified]
}

/** The token that goes downstream. */
async function sent(mode, token, to = `${ORDERS}/list`) {
  const outgoing = await propagate(...(await passed(token)), { to, mode })
  return outgoing.headers.get('authorization').replace('Bearer ', '')
}

async function refusal(promise, code) {
  const error = await promise.then(
    () => assert.fail('it was not refused'),
    (error) => error,
  )
  assert.ok(error instanceof errors.JotgatePropagationError, error.stack)
  assert.equal(error.code, code)
  assert.ok(!holdsToken(JSON.stringify(error) + error.stack + error.message), 'nothing of a token is in the error')
  assert.ok(!JSON.stringify(error).includes(client.clientSecret))
  return error
}

const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'))

async function endpointAnd(context, more = {}) {
  const endpoint = await startTokenEndpoint(context)
  const mode = exchangeToken({
    ...client,
    tokenEndpoint: endpoint.url,
    origins: {
      [ORDERS]: { audience: ORDERS, scope: ['read', 'admin'] },
      'https://b.example': { resource: 'https://b.example/r' },
    },
    ...more,
  })
  return { endpoint, mode }
}

describe('the exchange', () => {
  test('asks for what is narrower, and sends that', async (context) => {
    const { endpoint, mode } = await endpointAnd(context)
    const token = await sent(mode)
    assert.notEqual(token, tokens.good)
    const { aud, scope, act } = claimsOf(token)
    assert.deepEqual({ aud, scope, act }, { aud: ORDERS, scope: 'read', act: { sub: 'gateway' } })
    const [{ method, authorization, 'content-type': type, body }] = endpoint.asked
    assert.equal(method, 'POST')
    assert.match(type, /^application\/x-www-form-urlencoded/)
    assert.equal(authorization, `Basic ${btoa('gateway:s3cret')}`)
    assert.deepEqual(Object.fromEntries(body), {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: tokens.good,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      audience: ORDERS,
      scope: 'read',
    })
  })

  test('asks by resource, without scopes', async (context) => {
    const { endpoint, mode } = await endpointAnd(context)
    await sent(mode, tokens.good, 'https://b.example/')
    const [{ body }] = endpoint.asked
    assert.deepEqual(
      [body.get('resource'), body.has('audience'), body.has('scope')],
      ['https://b.example/r', false, false],
    )
  })

  test('asks for several audiences and resources', async (context) => {
    const target = { audience: ['a', 'b'], resource: ['https://r.example/1', 'https://r.example/2'] }
    const { endpoint, mode } = await endpointAnd(context, { origins: { [ORDERS]: target } })
    await sent(mode)
    const [{ body }] = endpoint.asked
    assert.deepEqual([body.getAll('audience'), body.getAll('resource')], [target.audience, target.resource])
  })

  test('asks for the scopes that a function answers', async (context) => {
    const scope = (token) => [...token.scopes].map((name) => `orders:${name}`)
    const { endpoint, mode } = await endpointAnd(context, { origins: { [ORDERS]: { audience: 'a', scope } } })
    await sent(mode)
    assert.equal(endpoint.asked[0].body.get('scope'), 'orders:read orders:write')
  })

  for (const [what, authentication, expected] of [
    [
      'client_secret_post',
      { clientAuthentication: 'client_secret_post' },
      { client_id: 'gateway', client_secret: 's3cret' },
    ],
    ['none', { clientSecret: undefined }, { client_id: 'gateway' }],
    [
      'an assertion',
      { clientSecret: undefined, clientAuthentication: async () => 'signed' },
      {
        client_id: 'gateway',
        client_assertion: 'signed',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      },
    ],
  ]) {
    test(`the client says who it is: ${what}`, async (context) => {
      const { endpoint, mode } = await endpointAnd(context, authentication)
      await sent(mode)
      const [{ authorization, body }] = endpoint.asked
      assert.equal(authorization, undefined)
      assert.deepEqual(Object.fromEntries([...body].filter(([name]) => name.startsWith('client_'))), expected)
    })
  }

  test('a name and a secret with odd characters', async (context) => {
    const { endpoint, mode } = await endpointAnd(context, { clientId: 'a:b é', clientSecret: 'c%d+ e' })
    await sent(mode)
    assert.equal(atob(endpoint.asked[0].authorization.slice(6)), 'a%3Ab+%C3%A9:c%25d%2B+e')
  })

  test('refuses, before it asks, what may not be', async (context) => {
    const { endpoint, mode } = await endpointAnd(context)
    const [request, token] = await passed()
    await refusal(propagate(request, token, { to: 'https://evil.example/', mode }), 'ERR_JOTGATE_PROPAGATION_REFUSED')
    await refusal(propagate(request, undefined, { to: ORDERS, mode }), 'ERR_JOTGATE_PROPAGATION_REFUSED')
    const nothing = await refusal(sent(mode, tokens.none), 'ERR_JOTGATE_PROPAGATION_REFUSED')
    assert.equal(nothing.status, 403)
    assert.equal(endpoint.asked.length, 0)
  })
})

describe('exchanged tokens are kept', () => {
  test('one exchange for 1000 requests', async (context) => {
    const { endpoint, mode } = await endpointAnd(context)
    const first = await sent(mode)
    for (let count = 0; count < 999; count += 1) assert.equal(await sent(mode), first)
    assert.equal(endpoint.asked.length, 1)
  })

  test('one exchange for 200 requests at the same time', async (context) => {
    const { endpoint, mode } = await endpointAnd(context)
    const sentTokens = await Promise.all(Array.from({ length: 200 }, () => sent(mode)))
    assert.equal(new Set(sentTokens).size, 1)
    assert.equal(endpoint.asked.length, 1)
  })

  test('never for another token, target or scope', async (context) => {
    const { endpoint, mode } = await endpointAnd(context)
    const others = [await issued({ sub: 'user-2' }), await issued({ sub: 'user-3' })]
    const all = await Promise.all([
      sent(mode),
      ...others.map((token) => sent(mode, token)),
      sent(mode, tokens.reader),
      sent(mode, tokens.good, 'https://b.example/'),
    ])
    assert.equal(new Set(all).size, 5)
    assert.equal(endpoint.asked.length, 5)
    assert.deepEqual(
      endpoint.asked.map(({ body }) => body.get('subject_token')).sort(),
      [tokens.good, tokens.good, tokens.reader, ...others].sort(),
    )
  })

  test('by each mode for itself', async (context) => {
    const { endpoint, mode } = await endpointAnd(context)
    const other = exchangeToken({
      ...client,
      tokenEndpoint: endpoint.url,
      origins: { [ORDERS]: { audience: ORDERS, scope: ['read'] } },
    })
    assert.notEqual(await sent(mode), await sent(other))
  })

  test('a bounded number, the least recently used going first', async (context) => {
    const { endpoint, mode } = await endpointAnd(context, { cacheEntries: 2 })
    const [a, b, c] = [tokens.good, await issued({ jti: 'b' }), await issued({ jti: 'c' })]
    for (const token of [a, b, a, c, a]) await sent(mode, token)
    assert.equal(endpoint.asked.length, 3)
    await sent(mode, b)
    assert.equal(endpoint.asked.length, 4)
  })

  for (const [expiresIn, used, spent] of [
    [300, 269, 271],
    [3000, 2969, 2971],
    [100, 89, 91],
    [10, 8, 10],
  ]) {
    test(`of ${expiresIn} s: used after ${used} s, no longer after ${spent} s`, async (context) => {
      const passing = fakeTime(context)
      const { endpoint, mode } = await endpointAnd(context)
      endpoint.answer = (asked) => exchanged(asked, { expires_in: expiresIn })
      const first = await sent(mode)
      passing(used)
      assert.equal(await sent(mode), first)
      passing(spent - used)
      assert.notEqual(await sent(mode), first)
      assert.equal(endpoint.asked.length, 2)
    })
  }

  test('not at all without expires_in, but by all who wait for it', async (context) => {
    const { endpoint, mode } = await endpointAnd(context)
    endpoint.answer = (asked) => exchanged(asked, { expires_in: undefined })
    // All verified before the first asks: who asks after an answer has come gets none of it.
    const waiting = await Promise.all(Array.from({ length: 50 }, () => passed()))
    await Promise.all(waiting.map((each) => propagate(...each, { to: `${ORDERS}/list`, mode })))
    assert.equal(endpoint.asked.length, 1)
    await sent(mode)
    assert.equal(endpoint.asked.length, 2)
  })
})

describe('bad days of the token endpoint', () => {
  const bad = (answer, code, more = {}) => [answer, code, more]
  for (const [what, [answer, code, more]] of Object.entries({
    'the token is refused': bad(
      { status: 400, body: { error: 'invalid_grant', error_description: 'user-1 is out' } },
      'ERR_JOTGATE_EXCHANGE_REFUSED',
      { oauthError: 'invalid_grant', status: 403 },
    ),
    'the target is refused': bad({ status: 400, body: { error: 'invalid_target' } }, 'ERR_JOTGATE_EXCHANGE_REFUSED', {
      oauthError: 'invalid_target',
    }),
    'the scope is refused': bad({ status: 400, body: { error: 'invalid_scope' } }, 'ERR_JOTGATE_EXCHANGE_REFUSED', {
      oauthError: 'invalid_scope',
    }),
    'the client is refused': bad({ status: 401, body: { error: 'invalid_client' } }, 'ERR_JOTGATE_EXCHANGE_FAILED', {
      oauthError: 'invalid_client',
      status: 502,
    }),
    'the grant is unknown': bad(
      { status: 400, body: { error: 'unsupported_grant_type' } },
      'ERR_JOTGATE_EXCHANGE_FAILED',
    ),
    'the error is no error code': bad({ status: 400, body: { error: 'a"\r\nb' } }, 'ERR_JOTGATE_EXCHANGE_FAILED', {
      oauthError: undefined,
    }),
    'the error is an object': bad({ status: 400, body: { error: { a: 1 } } }, 'ERR_JOTGATE_EXCHANGE_FAILED'),
    'an error without JSON': bad({ status: 400, body: 'no' }, 'ERR_JOTGATE_EXCHANGE_FAILED'),
    'status 500': bad({ status: 500, body: { error: 'server_error' } }, 'ERR_JOTGATE_EXCHANGE_FAILED'),
    'status 503': bad({ status: 503, body: '' }, 'ERR_JOTGATE_EXCHANGE_FAILED'),
    'a redirect': bad({ status: 307, headers: { location: 'https://evil.example/' } }, 'ERR_JOTGATE_EXCHANGE_FAILED'),
    'status 204': bad({ status: 204, body: '' }, 'ERR_JOTGATE_EXCHANGE_FAILED'),
    'status 200 with an error': bad({ body: { error: 'invalid_grant' } }, 'ERR_JOTGATE_EXCHANGE_FAILED'),
    HTML: bad({ body: '<html>', headers: { 'content-type': 'text/html' } }, 'ERR_JOTGATE_EXCHANGE_FAILED'),
    'a list': bad({ body: [] }, 'ERR_JOTGATE_EXCHANGE_FAILED'),
    null: bad({ body: 'null' }, 'ERR_JOTGATE_EXCHANGE_FAILED'),
    nothing: bad({ body: '' }, 'ERR_JOTGATE_EXCHANGE_FAILED'),
    'five megabytes': bad({ body: `"${'a'.repeat(5_000_000)}"` }, 'ERR_JOTGATE_EXCHANGE_FAILED'),
    'a reset': bad('reset', 'ERR_JOTGATE_EXCHANGE_FAILED'),
    'no token': bad((asked) => exchanged(asked, { access_token: undefined }), 'ERR_JOTGATE_EXCHANGE_FAILED'),
    'an empty token': bad((asked) => exchanged(asked, { access_token: '' }), 'ERR_JOTGATE_EXCHANGE_FAILED'),
    'a token with a line end': bad(
      (asked) => exchanged(asked, { access_token: 'a\r\nx-admin: 1' }),
      'ERR_JOTGATE_EXCHANGE_FAILED',
    ),
    'another type of token': bad((asked) => exchanged(asked, { token_type: 'DPoP' }), 'ERR_JOTGATE_EXCHANGE_FAILED'),
    'type N_A': bad((asked) => exchanged(asked, { token_type: 'N_A' }), 'ERR_JOTGATE_EXCHANGE_FAILED'),
    'an ID token': bad(
      (asked) => exchanged(asked, { issued_token_type: 'urn:ietf:params:oauth:token-type:id_token' }),
      'ERR_JOTGATE_EXCHANGE_FAILED',
    ),
    'no issued_token_type': bad(
      (asked) => exchanged(asked, { issued_token_type: undefined }),
      'ERR_JOTGATE_EXCHANGE_FAILED',
    ),
    'a lifetime that is text': bad((asked) => exchanged(asked, { expires_in: '300' }), 'ERR_JOTGATE_EXCHANGE_FAILED'),
    'a lifetime below zero': bad((asked) => exchanged(asked, { expires_in: -1 }), 'ERR_JOTGATE_EXCHANGE_FAILED'),
  })) {
    test(`${what}: ${code}`, async (context) => {
      const { endpoint, mode } = await endpointAnd(context)
      endpoint.answer = typeof answer === 'function' ? answer : () => answer
      const error = await refusal(sent(mode), code)
      for (const [name, value] of Object.entries(more)) assert.equal(error[name], value)
      assert.ok(!error.message.includes('user-1'))
      assert.equal(endpoint.asked.length, 1)
    })
  }

  test('a redirect is not followed with the token and the secret', async (context) => {
    const { endpoint, mode } = await endpointAnd(context)
    const other = await startTokenEndpoint(context)
    for (const status of [301, 302, 303, 307, 308]) {
      endpoint.answer = () => ({ status, headers: { location: other.url } })
      const token = await issued({ jti: `redirect ${status}` })
      await refusal(sent(mode, token), 'ERR_JOTGATE_EXCHANGE_FAILED')
    }
    assert.equal(endpoint.asked.length, 5)
    assert.equal(other.asked.length, 0)
  })

  test('a failure costs one exchange for all who wait, and each gets an error of its own', async (context) => {
    const { endpoint, mode } = await endpointAnd(context)
    endpoint.answer = () => ({ status: 400, body: { error: 'invalid_grant' } })
    const refusals = await Promise.all(
      Array.from({ length: 100 }, () => refusal(sent(mode), 'ERR_JOTGATE_EXCHANGE_REFUSED')),
    )
    assert.equal(endpoint.asked.length, 1)
    assert.equal(new Set(refusals).size, 100)
  })

  test('it is asked again within seconds, and recovers', async (context) => {
    const passing = fakeTime(context)
    const { endpoint, mode } = await endpointAnd(context)
    endpoint.answer = () => ({ status: 503 })
    await refusal(sent(mode), 'ERR_JOTGATE_EXCHANGE_FAILED')
    endpoint.answer = exchanged
    await refusal(sent(mode), 'ERR_JOTGATE_EXCHANGE_FAILED')
    assert.equal(endpoint.asked.length, 1)
    passing(1)
    assert.equal(claimsOf(await sent(mode)).aud, ORDERS)
  })

  test('it hangs: ERR_JOTGATE_EXCHANGE_TIMEOUT in time, for all, at the cost of one exchange', async (context) => {
    const { endpoint, mode } = await endpointAnd(context, { timeoutDuration: 300 })
    endpoint.answer = () => 'hang'
    const begun = performance.now()
    await Promise.all(Array.from({ length: 50 }, () => refusal(sent(mode), 'ERR_JOTGATE_EXCHANGE_TIMEOUT')))
    assert.ok(performance.now() - begun < 3000)
    assert.equal(endpoint.asked.length, 1)
  })

  test('nobody is there', async () => {
    const mode = exchangeToken({
      ...client,
      tokenEndpoint: 'http://127.0.0.1:9/token',
      origins: { [ORDERS]: { audience: ORDERS } },
    })
    const error = await refusal(sent(mode), 'ERR_JOTGATE_EXCHANGE_FAILED')
    assert.equal(error.status, 502)
  })

  test("the application's own mistakes are told as such", async (context) => {
    for (const more of [
      { clientSecret: undefined, clientAuthentication: () => 7 },
      { origins: { [ORDERS]: { audience: 'a', scope: () => 'read' } } },
      { origins: { [ORDERS]: { audience: 'a', scope: () => ['a b'] } } },
      { origins: { [ORDERS]: { audience: 'a', scope: async () => ['a'] } } },
    ]) {
      const { mode } = await endpointAnd(context, more)
      await assert.rejects(sent(mode), { name: 'TypeError', message: /^exchangeToken/ })
    }
  })
})

describe('wrong options', () => {
  const good = { ...client, tokenEndpoint: 'https://issuer.example/token', origins: { [ORDERS]: { audience: ORDERS } } }
  for (const [what, more, message] of [
    ['no endpoint', { tokenEndpoint: undefined }, /option "tokenEndpoint" is required/],
    ['a path for an endpoint', { tokenEndpoint: '/token' }, /option "tokenEndpoint" must be an absolute URL/],
    ['http', { tokenEndpoint: 'http://issuer.example/token' }, /must be https/],
    [
      'loopback unasked',
      { tokenEndpoint: 'http://127.0.0.1/token', allowInsecureLoopback: false },
      /allowInsecureLoopback/,
    ],
    ['credentials', { tokenEndpoint: 'https://a:b@issuer.example/token' }, /must not have credentials/],
    ['no client', { clientId: undefined }, /option "clientId" is required/],
    ['a secret that is not used', { clientAuthentication: 'none' }, /option "clientSecret" is not used/],
    [
      'no secret',
      { clientSecret: undefined, clientAuthentication: 'client_secret_basic' },
      /option "clientSecret" is required/,
    ],
    ['another way', { clientAuthentication: 'private_key_jwt' }, /option "clientAuthentication" must be one of/],
    ['no origins', { origins: undefined }, /option "origins" is required/],
    [
      'no target',
      { origins: { [ORDERS]: {} } },
      /origins\["https:\/\/orders.example"\]: option "audience" or "resource" is required/,
    ],
    ['a misspelt member', { origins: { [ORDERS]: { audience: 'a', scopes: ['b'] } } }, /did you mean "scope"/],
    ['scopes as a text', { origins: { [ORDERS]: { audience: 'a', scope: 'a b' } } }, /option "scope" must be an array/],
    ['two scopes in one', { origins: { [ORDERS]: { audience: 'a', scope: ['a b'] } } }, /must be one scope/],
    ['no scope', { origins: { [ORDERS]: { audience: 'a', scope: [] } } }, /option "scope" must not be empty/],
    ['no time', { timeoutDuration: 0 }, /option "timeoutDuration" must be an integer/],
    ['no cache', { cacheEntries: 0 }, /option "cacheEntries" must be an integer/],
    ['a misspelt option', { clientSecrets: 'a' }, /did you mean "clientSecret"/],
  ]) {
    test(what, () => {
      assert.throws(() => exchangeToken({ ...good, ...more }), { name: 'TypeError', message })
    })
  }
})

/** Time that passes on request, beside the real one: for what is kept, not for timers. */
function fakeTime(context) {
  let ahead = 0
  for (const [owner, name] of [
    [performance, 'now'],
    [Date, 'now'],
  ]) {
    const real = owner[name].bind(owner)
    mock.method(owner, name, () => real() + ahead)
  }
  context.after(() => mock.restoreAll())
  return (seconds) => {
    ahead += seconds * 1000
  }
}
