// From a real provider's token to the service behind the gateway: discovery, guard, exchange, guard.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { GATEWAY, ORDERS, startProvider } from './provider.mjs'
import { jotgate } from './servers.mjs'

const { createGuard, exchangeToken, propagate } = jotgate

describe('a gateway of a real provider', () => {
  const stops = []
  let provider
  let gateway
  let orders
  let mode

  before(async () => {
    provider = await startProvider({ after: (stop) => stops.push(stop) })
    const { issuer } = provider
    const remote = { allowInsecureLoopback: true }
    gateway = createGuard({ issuer, audience: GATEWAY, profile: 'at+jwt', remote })
    orders = createGuard({ issuer, audience: ORDERS, profile: 'at+jwt', remote })
    mode = exchangeToken({
      tokenEndpoint: `${issuer}/token`,
      clientId: 'gateway',
      clientSecret: 'secret of gateway',
      origins: { [ORDERS]: { resource: ORDERS, scope: ['orders:read'] } },
      allowInsecureLoopback: true,
    })
  })
  after(() => Promise.all(stops.map((stop) => stop())))

  async function through(scope, more = mode) {
    const request = new Request(`${GATEWAY}/orders`, {
      headers: { authorization: `Bearer ${await provider.tokenFor(scope)}` },
    })
    const { token, error } = await gateway(request)
    if (error) throw error
    return propagate(request, token, { to: `${ORDERS}/orders`, mode: more })
  }

  test('the service gets a token of its own, with less in it', async () => {
    const { token, error } = await orders(await through('orders:read admin'))
    assert.equal(error, undefined)
    assert.equal(token.payload.aud, ORDERS)
    assert.deepEqual([...token.scopes], ['orders:read'])
  })

  test("the client's own token is for the gateway alone", async () => {
    const headers = { authorization: `Bearer ${await provider.tokenFor('orders:read')}` }
    const { response } = await orders(new Request(ORDERS, { headers }))
    assert.equal(response.status, 401)
  })

  test('twenty requests with one token are one exchange', async () => {
    const request = new Request(GATEWAY, {
      headers: { authorization: `Bearer ${await provider.tokenFor('orders:read')}` },
    })
    const { token } = await gateway(request)
    const before = provider.exchanges
    await Promise.all(Array.from({ length: 20 }, () => propagate(request, token, { to: ORDERS, mode })))
    assert.equal(provider.exchanges - before, 1)
  })

  test('nothing is asked for in the name of a token that may not', async () => {
    const before = provider.exchanges
    await assert.rejects(through('admin'), { code: 'ERR_JOTGATE_PROPAGATION_REFUSED' })
    assert.equal(provider.exchanges, before)
  })

  for (const [what, more, expected] of [
    [
      'an unknown service',
      { origins: { [ORDERS]: { resource: 'https://unknown.example', scope: ['orders:read'] } } },
      { code: 'ERR_JOTGATE_EXCHANGE_REFUSED', oauthError: 'invalid_target' },
    ],
    [
      'more than the token has',
      { origins: { [ORDERS]: { resource: ORDERS, scope: () => ['orders:write'] } } },
      { code: 'ERR_JOTGATE_EXCHANGE_REFUSED', oauthError: 'invalid_scope' },
    ],
    [
      'a wrong secret',
      { clientSecret: 'guessed' },
      { code: 'ERR_JOTGATE_EXCHANGE_FAILED', oauthError: 'invalid_client' },
    ],
    [
      'a client that may not exchange',
      { clientId: 'app', clientSecret: 'secret of app' },
      { code: 'ERR_JOTGATE_EXCHANGE_REFUSED', oauthError: 'invalid_request' },
    ],
  ]) {
    test(`the provider refuses ${what}`, async () => {
      const refused = exchangeToken({
        tokenEndpoint: `${provider.issuer}/token`,
        clientId: 'gateway',
        clientSecret: 'secret of gateway',
        origins: { [ORDERS]: { resource: ORDERS, scope: ['orders:read'] } },
        allowInsecureLoopback: true,
        ...more,
      })
      await assert.rejects(through('orders:read', refused), expected)
    })
  }
})
