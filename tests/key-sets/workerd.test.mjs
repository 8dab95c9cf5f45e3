// What only Workers do to a fetch: cancel the request that makes it, end it with the response, start anew with empty hands.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { KeyServer } from './key-server.mjs'
import { ISSUERS, keys, pause, tokens } from './scenarios.mjs'
import { workerd } from './stages.mjs'

// The default of timeoutDuration, after which nobody would wait any more.
const TIME_LIMIT = 5000

async function stage(context, { server = {}, options = {}, gate = {}, ...more } = {}) {
  const keyServer = Object.assign(await new KeyServer().listen(), { keys: [keys.old] }, server)
  const place = await workerd(more)
  context.after(async () => {
    await place.close()
    keyServer.close()
  })
  const open = (name) =>
    place.gates({ library: 'jotgate', issuers: [[ISSUERS[0], keyServer.url]], options, ...gate }, name)
  return { server: keyServer, open, ask: open('gate') }
}

const several = (count, ask) => Promise.all(Array.from({ length: count }, () => ask(tokens.old)))
const allAccepted = (answers) => assert.deepEqual(new Set(answers), new Set(['accepted']))

/** A request that has begun to fetch, and is going to be cancelled. */
async function leading(server, ask) {
  const answer = ask(tokens.old, { cancel: 300 })
  while (server.fetches === 0) await pause(10)
  return { answer }
}

async function timed(promise) {
  const began = performance.now()
  return [await promise, performance.now() - began]
}

test('the request that fetches is cancelled: its fetch goes on behind it, for those who wait', async (context) => {
  const { server, ask } = await stage(context, { server: { delay: 1000 } })
  const leader = await leading(server, ask)
  const [answers, took] = await timed(several(50, ask))
  assert.equal(await leader.answer, 'cancelled')
  allAccepted(answers)
  assert.equal(server.fetches, 1)
  assert.ok(took < TIME_LIMIT, `${took}`)
})

test('the same without waitUntil: one of those who wait takes over, and nobody hangs', async (context) => {
  const { server, ask } = await stage(context, { server: { delay: 1000 }, gate: { alone: true } })
  const leader = await leading(server, ask)
  const [answers, took] = await timed(several(50, ask))
  assert.equal(await leader.answer, 'cancelled')
  allAccepted(answers)
  assert.equal(server.fetches, 2)
  assert.ok(took < TIME_LIMIT, `${took}`)
})

test('one after the other is cancelled, and the last one still gets its keys', async (context) => {
  const { server, ask } = await stage(context, { server: { delay: 500 }, gate: { alone: true } })
  for (let cancelled = 0; cancelled < 3; cancelled += 1) {
    assert.equal(await ask(tokens.old, { cancel: 100 }), 'cancelled')
  }
  const [answer, took] = await timed(ask(tokens.old))
  assert.equal(answer, 'accepted')
  assert.ok(server.fetches <= 3, `${server.fetches} fetches`)
  assert.ok(took < TIME_LIMIT, `${took}`)
})

test('a refresh behind the response goes on when the request has ended', async (context) => {
  const options = { cacheMaxAge: 300, staleWhileRevalidate: 60_000 }
  const { server, ask } = await stage(context, { options })
  await ask(tokens.old)
  await pause(300)
  server.delay = 1000
  server.keys = [keys.new]
  server.fetches = 0
  const [answer, took] = await timed(ask(tokens.old))
  assert.equal(answer, 'accepted')
  assert.ok(took < server.delay, `${took}`)
  await pause(2 * server.delay)
  // No request was there to carry it.
  assert.equal(server.fetches, 1)
  assert.equal(await ask(tokens.old), 'ERR_JWKS_NO_MATCHING_KEY')
})

test('a refresh that ends with its request is taken over by later ones', async (context) => {
  const options = { cacheMaxAge: 300, staleWhileRevalidate: 60_000 }
  const { server, ask } = await stage(context, { options, gate: { alone: true } })
  await ask(tokens.old)
  await pause(300)
  server.delay = 50
  server.fetches = 0
  const began = performance.now()
  for (let sent = 0; sent < 30; sent += 1) {
    assert.equal(await ask(tokens.old), 'accepted')
    await pause(20)
  }
  // Each keeps the others from trying for half a second.
  const most = Math.ceil((performance.now() - began) / 500) + 1
  assert.ok(server.fetches <= most, `${server.fetches} fetches, not ${most}`)
})

test('an endpoint that hangs, and everybody is cancelled: the next request is not stuck', async (context) => {
  const { server, ask } = await stage(context, { server: { behaviour: 'hang' }, gate: { alone: true } })
  await Promise.all(Array.from({ length: 20 }, () => ask(tokens.old, { cancel: 100 })))
  server.behaviour = 'good'
  const [answer, took] = await timed(ask(tokens.old))
  assert.equal(answer, 'accepted')
  assert.ok(took < TIME_LIMIT, `${took}`)
})

test('a second isolate and a second start fetch nothing, with Cache API and KV behind', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'jotgate-stores-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  const server = Object.assign(await new KeyServer().listen(), { keys: [keys.old] })
  context.after(() => server.close())
  const gate = { library: 'jotgate', issuers: [[ISSUERS[0], server.url]], options: {}, store: true }
  for (const [start, expected] of [
    ['first', 1],
    ['second', 0],
    ['third', 0],
  ]) {
    server.fetches = 0
    const place = await workerd({ folder, isolates: 3 })
    const ask = place.gates(gate, start)
    for (let isolate = 0; isolate < 3; isolate += 1) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask(tokens.old, { isolate: `${isolate}` })))
      allAccepted(answers)
      // What is stored behind the response is there a moment later.
      await pause(200)
    }
    await place.close()
    assert.equal(server.fetches, expected, `${start} start`)
  }
})

test('the second start survives that the endpoint is gone, and a bad key is not in the store', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'jotgate-stores-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  const server = Object.assign(await new KeyServer().listen(), { keys: [keys.old] })
  const gate = { library: 'jotgate', issuers: [[ISSUERS[0], server.url]], options: {}, store: true }
  const first = await workerd({ folder })
  assert.equal(await first.gates(gate)(tokens.old), 'accepted')
  await pause(200)
  await first.close()
  server.close()
  const second = await workerd({ folder })
  context.after(() => second.close())
  const ask = second.gates(gate)
  allAccepted(await several(20, ask))
  assert.equal(await ask(tokens.new), 'ERR_JWKS_NO_MATCHING_KEY')
})

test('a runtime of years ago', async (context) => {
  const { server, ask } = await stage(context, { compatibilityDate: '2022-01-31' })
  allAccepted(await several(20, ask))
  assert.equal(server.fetches, 1)
})

test('a promise that another request has made would be noticed here', async (context) => {
  const { ask } = await stage(context, { server: { delay: 300 }, gate: { library: 'crossing' } })
  const leader = ask(tokens.old, { cancel: 100 })
  const answer = ask(tokens.old)
  await leader
  assert.notEqual(await answer, 'accepted')
})
