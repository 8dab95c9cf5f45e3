// Identities on their way downstream: where they may go, what goes with them, and what never does.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startDownstream, values } from './downstream.mjs'
import { issuer, jotgate } from './servers.mjs'
import { AUDIENCE, holdsToken, issued, NOW, tokens } from './tokens.mjs'

const { claimHeaders, createGuard, createVerifier, errors, forwardToken, propagate } = jotgate
const policy = { issuer: issuer.issuer, jwks: issuer.jwks, audience: AUDIENCE, currentDate: new Date(NOW * 1000) }
const guard = createGuard({ ...policy, audience: null })

const incoming = (token, init = {}) =>
  new Request('https://api.example/orders', {
    ...init,
    headers: { ...init.headers, ...(token && { authorization: `Bearer ${token}` }) },
  })

/** A request that a guard let pass, with its token. */
async function passed(token = tokens.good, init) {
  const request = incoming(token, init)
  const { token: verified, error } = await guard(request)
  if (error) throw error
  return [request, verified]
}

async function refusal(promise, code = 'ERR_JOTGATE_PROPAGATION_REFUSED') {
  const error = await promise.then(
    () => assert.fail('it was not refused'),
    (error) => error,
  )
  assert.ok(error instanceof errors.JotgatePropagationError, error.stack)
  assert.equal(error.code, code)
  assert.ok(!holdsToken(JSON.stringify(error) + error.stack), 'nothing of a token is in the error')
  return error
}

const withoutGuard = await createVerifier(policy).verify(tokens.good)
const anywhere = 'https://orders.example/list'

describe('forwardToken', () => {
  const mode = forwardToken({ origins: { 'https://orders.example': AUDIENCE, 'https://b.example': ['b', 'c'] } })

  test('sends the token to a listed origin that it is meant for', async (context) => {
    const { origin, seen } = await startDownstream(context)
    const toOrders = forwardToken({ origins: { [origin]: AUDIENCE }, allowInsecureLoopback: true })
    const [request, token] = await passed(tokens.good, {
      method: 'POST',
      body: 'two pens',
      headers: { 'x-trace': '1' },
    })
    const response = await fetch(await propagate(request, token, { to: `${origin}/list?a=1#part`, mode: toOrders }))
    assert.equal(await response.text(), 'served')
    const [request1] = seen
    assert.equal(request1.method, 'POST')
    assert.equal(request1.url, '/list?a=1')
    assert.equal(request1.body, 'two pens')
    assert.deepEqual(values(request1, 'authorization'), [`Bearer ${tokens.good}`])
    assert.deepEqual(values(request1, 'x-trace'), ['1'])
  })

  test('takes one audience of several as enough, on both sides', async () => {
    const [request, token] = await passed(await issued({ aud: ['a', 'c'] }))
    const outgoing = await propagate(request, token, { to: 'https://b.example/', mode })
    assert.match(outgoing.headers.get('authorization'), /^Bearer /)
  })

  for (const to of [
    'https://evil.example/list',
    'https://orders.example.evil.example/',
    'https://orders.example:8443/',
    'http://orders.example/',
    'https://sub.orders.example/',
    'https://ordersXexample/',
    'https://orders.example./',
  ]) {
    test(`does not send it to ${to}`, async () => {
      const [request, token] = await passed()
      await refusal(propagate(request, token, { to, mode }))
    })
  }

  for (const to of [
    'https://mara:secret@orders.example/',
    'https://orders.example@evil.example/',
    'data:text/plain,a',
    'blob:https://orders.example/a',
    'javascript:alert(1)',
    '/list',
    'orders',
    '',
  ]) {
    test(`takes no ${JSON.stringify(to)} for a target`, async () => {
      const [request, token] = await passed()
      await assert.rejects(propagate(request, token, { to, mode }), { name: 'TypeError', message: /option "to"/ })
    })
  }

  for (const [what, aud] of [
    ['somebody else', 'https://other.example'],
    ['a part of its name', 'https://api.exampl'],
    ['a longer name', `${AUDIENCE}/`],
    ['a list without it', ['https://other.example', 'x']],
    ['a list that looks like it when joined', [`${AUDIENCE},x`]],
    ['an empty list', []],
  ]) {
    test(`does not send a token that is meant for ${what}`, async () => {
      const [request, token] = await passed(await issued({ aud }))
      await refusal(propagate(request, token, { to: anywhere, mode }))
    })
  }

  test('does not send a token without audience', async () => {
    const [request, token] = await passed(await issued({}, ['aud']))
    await refusal(propagate(request, token, { to: anywhere, mode }))
  })

  test('refuses anonymous requests', async () => {
    await refusal(propagate(incoming(), undefined, { to: anywhere, mode }))
  })

  test('takes a URL that changes its mind at its word once', async () => {
    const [request, token] = await passed()
    const to = new URL(anywhere)
    const changing = Object.defineProperty(new URL(anywhere), 'origin', { get: () => 'https://orders.example' })
    changing.hostname = 'evil.example'
    await refusal(propagate(request, token, { to: changing, mode }))
    assert.equal((await propagate(request, token, { to, mode })).url, anywhere)
  })

  test('sends the token that was verified, not what the request says now', async () => {
    const [, token] = await passed()
    const outgoing = await propagate(incoming(tokens.elsewhere), token, { to: anywhere, mode })
    assert.equal(outgoing.headers.get('authorization'), `Bearer ${tokens.good}`)
  })

  for (const [what, verified] of [
    ['a payload', { payload: { aud: AUDIENCE } }],
    ['a text', tokens.good],
    ['null', null],
    ['what a verifier answered without a guard', withoutGuard],
  ]) {
    test(`refuses ${what} for a token`, async () => {
      await assert.rejects(propagate(incoming(tokens.good), verified, { to: anywhere, mode }), {
        name: 'TypeError',
        message: /a guard let pass/,
      })
    })
  }

  test('says so when the body has been read', async () => {
    const [request, token] = await passed(tokens.good, { method: 'POST', body: 'two pens' })
    await request.text()
    await assert.rejects(propagate(request, token, { to: anywhere, mode }), { name: 'TypeError', message: /clone/ })
  })

  test('does not follow a redirect with the token', async (context) => {
    const [orders, evil] = [await startDownstream(context), await startDownstream(context)]
    const toOrders = forwardToken({ origins: { [orders.origin]: AUDIENCE }, allowInsecureLoopback: true })
    const [request, token] = await passed()
    const to = `${orders.origin}/redirect?to=${encodeURIComponent(`${evil.origin}/steal`)}`
    const response = await fetch(await propagate(request, token, { to, mode: toOrders }))
    assert.equal(response.status, 307)
    assert.equal(orders.seen.length, 1)
    assert.deepEqual(evil.seen, [])
  })
})

describe('what never goes on', () => {
  test('credentials and hop-by-hop fields', async () => {
    const headers = {
      cookie: 'session=1',
      'proxy-authorization': 'Basic YQ==',
      dpop: 'proof',
      connection: 'close, X-Hop, x-user',
      'keep-alive': 'timeout=1',
      te: 'trailers',
      upgrade: 'websocket',
      'transfer-encoding': 'chunked',
      'content-length': '5',
      expect: '100-continue',
      'x-hop': '1',
      'x-user': 'root',
      accept: 'text/plain',
    }
    const [request, token] = await passed(tokens.good, { headers })
    const mode = forwardToken({ origins: { 'https://orders.example': AUDIENCE } })
    const outgoing = await propagate(request, token, { to: anywhere, mode })
    assert.deepEqual([...outgoing.headers.keys()].sort(), ['accept', 'authorization'])
    assert.equal(outgoing.redirect, 'manual')
  })

  test('a connection field takes nothing away of what is sent for the token', async () => {
    const [request, token] = await passed(tokens.good, { headers: { connection: 'x-user, authorization' } })
    const headers = claimHeaders({ origins: ['https://orders.example'], headers: { 'x-user': 'sub' } })
    const outgoing = await propagate(request, token, { to: anywhere, mode: headers })
    assert.equal(outgoing.headers.get('x-user'), 'user-1')
  })
})

describe('claimHeaders', () => {
  const mode = claimHeaders({
    origins: ['https://orders.example'],
    headers: { 'X-User': 'sub', 'x-roles': ['realm_access', 'roles'], 'x-name': 'name', 'x-any': 'any' },
  })

  async function sent(claims, init) {
    const [request, token] = await passed(await issued(claims), init)
    const outgoing = await propagate(request, token, { to: anywhere, mode })
    return Object.fromEntries([...outgoing.headers].filter(([name]) => /user|roles|name|any|auth/i.test(name)))
  }

  test('sends claims, nested ones and lists too, and no token', async () => {
    assert.deepEqual(await sent({ realm_access: { roles: ['admin', 'staff'] } }), {
      'x-user': 'user-1',
      'x-roles': 'admin,staff',
    })
  })

  for (const [what, any, value] of [
    ['a number', 7, '7'],
    ['zero', 0, '0'],
    ['a fraction', 1.5, '1.5'],
    ['false', false, 'false'],
    ['an empty text', '', undefined],
    ['null', null, undefined],
    ['an object', { a: 1 }, undefined],
    ['an empty list', [], undefined],
    ['a list of one', ['a'], 'a'],
    ['numbers in a list', [1, true, 'a'], '1,true,a'],
    ['a comma', 'a,b', 'a%2Cb'],
    ['a comma in a list', ['a,b', 'c'], 'a%2Cb,c'],
    ['a space', 'Mara M', 'Mara%20M'],
    ['white space around', ' a\t', '%20a%09'],
    ['no ASCII', 'Zoë 漢 😀', 'Zo%C3%AB%20%E6%BC%A2%20%F0%9F%98%80'],
    ['an escape that is none', '%41', '%2541'],
    ['line ends', 'a\r\nx-admin: 1', 'a%0D%0Ax-admin:%201'],
    ['NUL and DEL', 'a\u0000\u007f', 'a%00%7F'],
    ['quotes and the like', `"'\\;=:/@|+`, `"'\\;=:/@|+`],
  ]) {
    test(`${what}: ${value ?? 'no field'}`, async () => {
      const headers = await sent({ any })
      assert.equal(headers['x-any'], value)
      if (typeof any === 'string' && any) assert.equal(decodeURIComponent(value), any)
      assert.deepEqual(Object.keys(headers), value === undefined ? ['x-user'] : ['x-any', 'x-user'])
    })
  }

  test('what is sent arrives as it is over a real connection', async (context) => {
    const { origin, seen } = await startDownstream(context)
    const here = claimHeaders({ origins: [origin], headers: { 'x-any': 'any' }, allowInsecureLoopback: true })
    const any = ['a\r\nx-admin: 1', 'Zoë', ' ', 'x,y']
    const [request, token] = await passed(await issued({ any }))
    await fetch(await propagate(request, token, { to: origin, mode: here }))
    assert.deepEqual(values(seen[0], 'x-any')[0].split(',').map(decodeURIComponent), any)
    assert.deepEqual(values(seen[0], 'x-admin'), [])
    assert.deepEqual(values(seen[0], 'authorization'), [])
  })

  for (const [what, any] of [
    ['a list in a list', [['a']]],
    ['an object in a list', ['a', { b: 1 }]],
    ['null in a list', [null]],
    ['half of a surrogate pair', 'a\ud800'],
    ['half of a pair in a list', ['\udc00']],
    ['a value that is too long', 'a'.repeat(4097)],
    ['one that is too long once it is escaped', '\n'.repeat(1366)],
    ['a list that is too long', Array(1000).fill('admin')],
  ]) {
    test(`refuses ${what}`, async () => {
      await refusal(sent({ any }))
    })
  }

  const smuggled = ['x-user', 'X-USER', 'x_user', 'X_User', 'x.user', 'x-roles', 'x_roles', 'X-Name', 'x_nAME']
  test('strips inbound copies in every form, also where the claim is absent', async () => {
    const headers = Object.fromEntries(smuggled.map((name) => [name, 'root']))
    assert.deepEqual(await sent({}, { headers }), { 'x-user': 'user-1' })
  })

  test('strips them from anonymous requests too', async () => {
    const headers = Object.fromEntries(smuggled.map((name) => [name, 'root']))
    const outgoing = await propagate(incoming(undefined, { headers }), undefined, { to: anywhere, mode })
    assert.deepEqual([...outgoing.headers], [])
  })

  test('leaves fields with other names alone', async () => {
    const headers = { 'x-username': 'a', 'x-user-agent': 'b', xuser: 'c' }
    assert.deepEqual(await sent({}, { headers }), { ...headers, 'x-user': 'user-1' })
  })

  for (const path of [
    '__proto__',
    'constructor',
    'toString',
    ['__proto__', 'polluted'],
    ['constructor', 'name'],
    ['list', 'length'],
    ['list', '0'],
    ['sub', 'length'],
    ['sub', '0'],
  ]) {
    test(`finds nothing at ${JSON.stringify(path)} that the token does not say`, async () => {
      const prototypes = claimHeaders({ origins: ['https://orders.example'], headers: { 'x-any': path } })
      const [request, token] = await passed(await issued({ list: ['a'] }))
      const outgoing = await propagate(request, token, { to: anywhere, mode: prototypes })
      assert.equal(outgoing.headers.get('x-any'), null)
    })
  }

  test('finds __proto__ where the token does say it, and changes nothing by that', async () => {
    const named = claimHeaders({ origins: ['https://orders.example'], headers: { 'x-any': ['__proto__', 'admin'] } })
    const [request, token] = await passed(await issued(JSON.parse('{"__proto__":{"admin":"yes"}}')))
    const outgoing = await propagate(request, token, { to: anywhere, mode: named })
    assert.equal(outgoing.headers.get('x-any'), 'yes')
    assert.equal({}.admin, undefined)
  })

  test('takes a name with dots and slashes as it is', async () => {
    const named = claimHeaders({ origins: ['https://orders.example'], headers: { 'x-any': 'https://api.example/a.b' } })
    const [request, token] = await passed(await issued({ 'https://api.example/a.b': 'c' }))
    assert.equal((await propagate(request, token, { to: anywhere, mode: named })).headers.get('x-any'), 'c')
  })

  test('goes to listed origins only', async () => {
    const [request, token] = await passed()
    await refusal(propagate(request, token, { to: 'https://evil.example/', mode }))
    await refusal(propagate(incoming(), undefined, { to: 'https://evil.example/', mode }))
  })
})

describe('wrong options', () => {
  const origins = { 'https://a.example': 'a' }
  for (const [what, make, message] of [
    ['forwardToken()', () => forwardToken(), /forwardToken: the options must be an object/],
    ['no origins', () => forwardToken({}), /forwardToken: option "origins" is required/],
    ['no origin', () => forwardToken({ origins: {} }), /option "origins" is required/],
    ['a path', () => forwardToken({ origins: { 'https://a.example/': 'a' } }), /Did you mean "https:\/\/a.example"\?/],
    [
      'upper case',
      () => forwardToken({ origins: { 'https://A.example': 'a' } }),
      /Did you mean "https:\/\/a.example"\?/,
    ],
    ['a default port', () => forwardToken({ origins: { 'https://a.example:443': 'a' } }), /Did you mean/],
    ['a wildcard', () => forwardToken({ origins: { '*': 'a' } }), /must be an origin/],
    ['http', () => forwardToken({ origins: { 'http://a.example': 'a' } }), /must be https/],
    ['loopback unasked', () => forwardToken({ origins: { 'http://127.0.0.1:1': 'a' } }), /allowInsecureLoopback/],
    [
      'http with the option',
      () => forwardToken({ origins: { 'http://a.example': 'a' }, allowInsecureLoopback: true }),
      /must be https/,
    ],
    [
      'no audience',
      () => forwardToken({ origins: { 'https://a.example': undefined } }),
      /option "audience" is required/,
    ],
    ['an empty list', () => forwardToken({ origins: { 'https://a.example': [] } }), /"audience" must not be empty/],
    ['a list of origins', () => forwardToken({ origins: ['https://a.example'] }), /option "origins" must be an object/],
    [
      'a misspelt option',
      () => forwardToken({ origins, allowInsecureLoopbck: true }),
      /did you mean "allowInsecureLoopback"/,
    ],
    ['no headers', () => claimHeaders({ origins: ['https://a.example'] }), /option "headers" is required/],
    [
      'authorization',
      () => claimHeaders({ origins: ['https://a.example'], headers: { Authorization: 'sub' } }),
      /something else/,
    ],
    ['host', () => claimHeaders({ origins: ['https://a.example'], headers: { host: 'sub' } }), /something else/],
    [
      'two spellings',
      () => claimHeaders({ origins: ['https://a.example'], headers: { 'x-a': 'sub', 'X-A': 'sub' } }),
      /named twice/,
    ],
    [
      'a line end',
      () => claimHeaders({ origins: ['https://a.example'], headers: { 'x-a\r\nb': 'sub' } }),
      /must be named with/,
    ],
    [
      'an underscore',
      () => claimHeaders({ origins: ['https://a.example'], headers: { x_a: 'sub' } }),
      /must be named with/,
    ],
    [
      'a number for a claim',
      () => claimHeaders({ origins: ['https://a.example'], headers: { 'x-a': 1 } }),
      /headers\["x-a"\]/,
    ],
    [
      'an empty path',
      () => claimHeaders({ origins: ['https://a.example'], headers: { 'x-a': [] } }),
      /must not be empty/,
    ],
    [
      'origins of claimHeaders as an object',
      () => claimHeaders({ origins, headers: { 'x-a': 'sub' } }),
      /"origins" must be an array/,
    ],
  ]) {
    test(what, () => {
      assert.throws(
        make,
        (error) => (error instanceof TypeError && message.test(error.message)) || assert.fail(error.message),
      )
    })
  }

  for (const [what, propagation, message] of [
    ['a mode by name', { to: anywhere, mode: 'forward' }, /option "mode" must be what forwardToken/],
    ['a mode of somebody else', { to: anywhere, mode: { name: 'forward' } }, /option "mode"/],
    ['no mode', { to: anywhere }, /option "mode"/],
    ['no target', { mode: forwardToken({ origins }) }, /option "to"/],
    ['an unknown option', { to: anywhere, mode: forwardToken({ origins }), headers: {} }, /unknown option "headers"/],
    ['nothing', undefined, /the options must be an object/],
  ]) {
    test(`propagate: ${what}`, async () => {
      const [request, token] = await passed()
      await assert.rejects(propagate(request, token, propagation), { name: 'TypeError', message })
    })
  }
})
