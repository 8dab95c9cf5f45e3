// Propagation inside of workerd, where a request must not await another one's promise, and identities leave over real connections.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startDownstream, values } from './downstream.mjs'
import { startWorkerd } from './servers.mjs'
import { exchanged, startTokenEndpoint } from './token-endpoint.mjs'
import { AUDIENCE, ISSUER, issued, jwks, NOW, tokens } from './tokens.mjs'

const gateway = `
  import { claimHeaders, exchangeToken, forwardToken, propagate, withAccessToken } from 'jotgate/edge'

  let modes
  export default withAccessToken(
    async (request, { token, env }) => {
      const { downstream, tokenEndpoint, timeoutDuration, audience } = env.GATEWAY
      modes ??= {
        forward: forwardToken({ origins: { [downstream]: audience }, allowInsecureLoopback: true }),
        elsewhere: forwardToken({ origins: { [downstream]: 'https://other.example' }, allowInsecureLoopback: true }),
        headers: claimHeaders({
          origins: [downstream],
          headers: { 'x-user': 'sub', 'x-name': 'name' },
          allowInsecureLoopback: true,
        }),
        exchange: exchangeToken({
          tokenEndpoint,
          clientId: 'gateway',
          clientSecret: 's3cret',
          origins: { [downstream]: { audience: 'https://orders.example', scope: ['read'] } },
          timeoutDuration,
          allowInsecureLoopback: true,
        }),
      }
      const { pathname, search } = new URL(request.url)
      const [, name] = pathname.split('/')
      const to = downstream + pathname.slice(name.length + 1) + search
      try {
        return await fetch(await propagate(request, token, { to, mode: modes[name] }))
      } catch (error) {
        return Response.json(error, { status: error.status ?? 500 })
      }
    },
    (env) => env.GATEWAY.policy,
  )`

describe('a gateway in workerd', () => {
  const stops = []
  const context = { after: (stop) => stops.push(stop) }
  let downstream
  let endpoint
  let port

  before(async () => {
    downstream = await startDownstream(context)
    endpoint = await startTokenEndpoint(context)
    const policy = { issuer: ISSUER, audience: AUDIENCE, jwks }
    const worker = await startWorkerd(
      gateway.replace(
        'env.GATEWAY.policy',
        '({ ...env.GATEWAY.policy, currentDate: new Date(env.GATEWAY.now * 1000) })',
      ),
      {
        GATEWAY: {
          downstream: downstream.origin,
          tokenEndpoint: endpoint.url,
          timeoutDuration: 700,
          audience: AUDIENCE,
          now: NOW,
          policy,
        },
      },
    )
    context.after(worker.stop)
    port = worker.port
  })
  after(() => Promise.all(stops.map((stop) => stop())))

  function ask(path, { token = tokens.good, ...init } = {}) {
    const headers = { ...init.headers, authorization: `Bearer ${token}` }
    return fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers, redirect: 'manual' })
  }

  test('forwards the token, with method, query and body', async () => {
    const response = await ask('/forward/list?a=1', { method: 'POST', body: 'two pens', headers: { cookie: 'a=1' } })
    assert.equal(await response.text(), 'served')
    const request = downstream.seen.at(-1)
    assert.deepEqual([request.method, request.url, request.body], ['POST', '/list?a=1', 'two pens'])
    assert.deepEqual(values(request, 'authorization'), [`Bearer ${tokens.good}`])
    assert.deepEqual(values(request, 'cookie'), [])
  })

  test('follows no redirect with it', async () => {
    const before = downstream.seen.length
    const response = await ask(`/forward/redirect?to=${encodeURIComponent(`${downstream.origin}/steal`)}`)
    assert.equal(response.status, 307)
    assert.deepEqual(
      downstream.seen.slice(before).map(({ url }) => new URL(url, 'http://a').pathname),
      ['/redirect'],
    )
  })

  test('refuses to send a token elsewhere than it is meant for', async () => {
    const before = downstream.seen.length
    const response = await ask('/elsewhere/list')
    assert.equal(response.status, 403)
    assert.equal((await response.json()).code, 'ERR_JOTGATE_PROPAGATION_REFUSED')
    assert.equal(downstream.seen.length, before)
  })

  test('sends claims, and nothing that was smuggled', async () => {
    const token = await issued({ name: 'Zoë\r\nx-admin: 1' })
    const headers = { 'x-user': 'root', X_USER: 'root', 'X-Name': 'root', x_name: 'root' }
    await ask('/headers/list', { token, headers })
    const request = downstream.seen.at(-1)
    const all = request.headers.filter(([name]) => /user(?!-agent)|name|auth|admin/.test(name))
    assert.deepEqual(Object.fromEntries(all), { 'x-user': 'user-1', 'x-name': 'Zo%C3%AB%0D%0Ax-admin:%201' })
  })

  test('exchanges once for 200 requests at the same time, none awaiting another', async () => {
    const token = await issued({ jti: 'stampede' })
    const answers = await Promise.all(Array.from({ length: 200 }, () => ask('/exchange/list', { token })))
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
    assert.equal(endpoint.asked.length, 1)
    const sent = new Set(downstream.seen.slice(-200).map((request) => values(request, 'authorization')[0]))
    assert.equal(sent.size, 1)
    assert.notEqual([...sent][0], `Bearer ${token}`)
  })

  test('goes on when the request that exchanges is cancelled', async () => {
    const token = await issued({ jti: 'cancelled' })
    const before = endpoint.asked.length
    let asked
    const departed = new Promise((resolve) => {
      asked = resolve
    })
    endpoint.answer = (request) => {
      endpoint.answer = exchanged
      asked()
      return new Promise((resolve) => setTimeout(() => resolve(exchanged(request)), 200))
    }
    const controller = new AbortController()
    const first = ask('/exchange/list', { token, signal: controller.signal }).catch(({ name }) => name)
    await departed
    const others = Array.from({ length: 20 }, () => ask('/exchange/list', { token }))
    controller.abort()
    assert.equal(await first, 'AbortError')
    const statuses = (await Promise.all(others)).map(({ status }) => status)
    assert.deepEqual([...new Set(statuses)], [200])
    assert.ok(endpoint.asked.length - before <= 2)
  })

  test('a hanging endpoint: 504 for all in time, at the cost of one exchange', async () => {
    const token = await issued({ jti: 'hang' })
    const before = endpoint.asked.length
    endpoint.answer = () => 'hang'
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask('/exchange/list', { token })))
    endpoint.answer = exchanged
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [504])
    assert.equal(endpoint.asked.length - before, 1)
  })

  test('a refused exchange: 403', async () => {
    endpoint.answer = () => ({ status: 400, body: { error: 'invalid_target' } })
    const response = await ask('/exchange/list', { token: await issued({ jti: 'refused' }) })
    endpoint.answer = exchanged
    assert.equal(response.status, 403)
    assert.equal((await response.json()).oauthError, 'invalid_target')
  })
})
