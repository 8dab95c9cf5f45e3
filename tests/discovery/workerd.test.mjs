// Discovery inside of real workerd, where no request may await another's promise.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { startWorkerd } from '../key-sets/workerd.mjs'
import { AUDIENCE, hang, Issuer, IssuerServer, keyPair, OAUTH, OPENID, text } from './issuer-server.mjs'

const WORKER = `
import { createVerifier } from 'jotgate'

const verifiers = new Map()

export default {
  async fetch(request) {
    const options = request.headers.get('x-gate')
    // Made by the first request that needs it, used by all.
    if (!verifiers.has(options)) verifiers.set(options, createVerifier(JSON.parse(options)))
    try {
      await verifiers.get(options).verify(request.headers.get('x-token'))
      return new Response('accept')
    } catch (error) {
      return new Response(error.code ?? String(error))
    }
  },
}
`

let server
let workerd
before(async () => {
  server = await new IssuerServer().listen()
  workerd = await startWorkerd({ source: WORKER })
})
beforeEach(() => {
  server.answers.clear()
  server.news()
})
after(async () => {
  await workerd.close()
  await server.close()
})

let verifiers = 0
/** The options of a verifier that no other test uses. */
const gateOf = (options) => {
  verifiers += 1
  return { audience: AUDIENCE, maxTokenSize: 10_000 + verifiers, remote: { allowInsecureLoopback: true }, ...options }
}
const tokensOf = (count, issuer, more = {}, key = issuer.key) =>
  Array.from({ length: count }, (_, number) => issuer.token({ jti: String(number), ...more }, key))
const askAll = (gate, tokens) => Promise.all(tokens.map((token) => workerd.ask(gate, token)))
const distinct = (answers) => [...new Set(answers)]

/** All at once, on a cold isolate: all are accepted, and `places` are asked once each. */
async function stampede(issuer, options, places) {
  let asked
  // Where the machine stands still for half a second, the fetch is handed over: then it was not the usual.
  for (let round = 0; round < 3 && asked?.length !== places.length; round += 1) {
    const answers = await askAll(gateOf({ issuer: issuer.name, ...options }), tokensOf(200, issuer))
    assert.deepEqual(distinct(answers), ['accept'])
    asked = server.news()
    assert.ok(asked.length <= 2 * places.length, `${asked.length} requests`)
  }
  assert.deepEqual(asked, places)
}

for (const [alg, backend] of [
  ['ES256', 'wasm'],
  ['RS256', 'auto'],
]) {
  test(`200 requests at once on a cold isolate, ${alg}, ${backend}`, async () => {
    const issuer = new Issuer(server)
    issuer.key = keyPair('k', alg)
    issuer.publish(issuer.key)
    await stampede(issuer, { backend }, [OPENID, '/keys'])
  })
}

test('200 requests at once, found by RFC 8414', async () => {
  const issuer = new Issuer(server, '/tenant')
  server.answers.delete(`/tenant${OPENID}`)
  server.answers.set(`${OAUTH}/tenant`, issuer.metadata())
  await stampede(issuer, {}, [`/tenant${OPENID}`, `${OAUTH}/tenant`, '/tenant/keys'])
})

for (const [name, place] of [
  ['metadata', OPENID],
  ['keys', '/keys'],
]) {
  test(`the request that fetches the ${name} is cancelled`, async () => {
    const issuer = new Issuer(server)
    const answer = text(JSON.stringify(server.answers.get(place)))
    // The first answer comes when the one who asked has long gone.
    server.answers.set(place, (request, response) => {
      const first = server.asked.filter((path) => path === place).length === 1
      setTimeout(answer, first ? 600 : 0, request, response)
    })
    const gate = gateOf({ issuer: issuer.name })
    const first = workerd.ask(gate, issuer.token(), { cancel: 100 })
    while (!server.asked.includes(place)) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.deepEqual(distinct(await askAll(gate, tokensOf(50, issuer))), ['accept'])
    assert.equal(await first, 'cancelled')
    const asked = server.news().filter((path) => path === place).length
    // Where the host does not keep the fetch alive, somebody else takes over.
    assert.ok(asked <= 2, `${asked} requests`)
  })
}

test('keys are exchanged, by one request for all', async () => {
  const issuer = new Issuer(server)
  const gate = gateOf({ issuer: issuer.name, cache: { maxBytes: 1_000_000 } })
  const before = tokensOf(50, issuer)
  assert.deepEqual(distinct(await askAll(gate, before)), ['accept'])
  server.news()
  const next = keyPair('next')
  issuer.publish(next)
  assert.deepEqual(distinct(await askAll(gate, tokensOf(50, issuer, {}, next))), ['accept'])
  assert.deepEqual(server.news(), ['/keys'])
  assert.deepEqual(distinct(await askAll(gate, before)), ['ERR_JWKS_NO_MATCHING_KEY'])
})

test('a dead issuer beside a healthy one, and strangers', async () => {
  const [healthy, dead] = [new Issuer(server, '/healthy'), new Issuer(server, '/dead')]
  server.answers.set(`/dead${OPENID}`, hang)
  const gate = gateOf({
    remote: { allowInsecureLoopback: true, timeoutDuration: 2000 },
    issuers: [{ issuer: healthy.name }, { issuer: dead.name }],
  })
  const stranger = healthy.token({ iss: 'https://evil.example' }, keyPair('k'))
  const [good, bad, strange] = await Promise.all([
    askAll(gate, tokensOf(60, healthy)),
    askAll(gate, tokensOf(60, dead)),
    askAll(
      gate,
      Array.from({ length: 60 }, () => stranger),
    ),
  ])
  assert.deepEqual(
    [distinct(good), distinct(bad), distinct(strange)],
    [['accept'], ['ERR_JWKS_TIMEOUT'], ['ERR_JWKS_NO_MATCHING_KEY']],
  )
  assert.deepEqual(server.news().sort(), [`/dead${OPENID}`, `/healthy${OPENID}`, '/healthy/keys'])
})
