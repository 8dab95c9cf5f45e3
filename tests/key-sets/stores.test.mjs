// What stores may do to a document, and it to them: in simulated time.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jotgate, part } from './jotgate.mjs'
import { World } from './simulation.mjs'

const { layeredStore, workersCacheStore, workersKVStore } = jotgate
const { storeName, writeEntry } = await part('key-set-store.js')

const URL = 'https://issuer.example/jwks'
const NAME = storeName(URL)
const MINUTE = 60_000
const HOUR = 60 * MINUTE

class MemoryStore {
  texts = new Map()
  reads = 0
  async get(name) {
    this.reads += 1
    return this.texts.get(name)
  }
  async put(name, text) {
    this.texts.set(name, text)
  }
}

function storeOf(world, entry) {
  const store = new MemoryStore()
  const whole = { url: URL, text: 'stored', etag: '"s"', uat: world.date, lifetime: 10 * MINUTE, ...entry }
  store.texts.set(NAME, writeEntry(whole))
  return store
}

async function first(world, document) {
  const request = world.begin(() => document.ready())
  await world.pass(6000)
  assert.ok(request.outcome, 'no answer')
  return { ...request.outcome, took: request.ended - request.began }
}

test('a second start fetches nothing', async () => {
  const world = new World()
  const store = new MemoryStore()
  await first(world, world.document({ store }))
  assert.equal(world.fetches.length, 1)
  const later = world.document({ store })
  assert.equal((await first(world, later)).value.text, 'good')
  assert.equal(world.fetches.length, 1)
  assert.equal(later.fresh, true)
})

test('a set out of a store is as old as it is', async () => {
  const world = new World()
  const store = storeOf(world, { uat: world.date - 9 * MINUTE })
  const document = world.document({ store })
  assert.equal((await first(world, document)).value.text, 'stored')
  await world.pass(MINUTE)
  assert.equal(document.fresh, false)
})

test('what another isolate has fetched spares the refresh', async () => {
  const world = new World()
  const store = new MemoryStore()
  const documents = [world.document({ store }), world.document({ store })]
  for (const document of documents) await first(world, document)
  await world.until(11 * MINUTE)
  for (const document of documents) await first(world, document)
  assert.equal(world.fetches.length, 2)
  assert.ok(documents.every(({ fresh }) => fresh))
})

test('an expired set is used at once, fetched anew behind, and its entity tag sent', async () => {
  const world = new World()
  world.endpoint = () => ({ after: 1000, status: 304 })
  const document = world.document({ store: storeOf(world, { uat: world.date - 15 * MINUTE }) })
  const { value, took } = await first(world, document)
  assert.equal(value.text, 'stored')
  assert.ok(took < 10, `${took}`)
  assert.equal(world.fetches.length, 1)
  assert.equal(world.fetches[0].headers.get('if-none-match'), '"s"')
  assert.equal(document.fresh, true)
})

test('a store that is behind never brings back what was replaced', async () => {
  const world = new World()
  const store = storeOf(world, {})
  store.put = async () => fail()
  const document = world.document({ store })
  assert.equal((await first(world, document)).value.text, 'stored')
  const seen = []
  for (let minute = 11; minute < 60; minute += 1) {
    await world.until(minute * MINUTE)
    world.begin(() => document.ready())
    // The store has answered, the endpoint not yet.
    await world.pass(5)
    seen.push(document.current().text)
    await world.pass(100)
    seen.push(document.current().text)
  }
  assert.deepEqual(seen.slice(0, 2), ['stored', 'good'])
  assert.deepEqual(new Set(seen.slice(1)), new Set(['good']))
})

test('an old set is better than none when the endpoint is down', async () => {
  const world = new World()
  const told = []
  world.endpoint = () => ({ after: 20, status: 500 })
  const store = storeOf(world, { uat: world.date - 12 * HOUR })
  const { value } = await first(world, world.document({ store, onStale: (error) => told.push(error.code) }))
  assert.equal(value.text, 'stored')
  assert.deepEqual(told, ['ERR_JOTGATE_KEYS_UNAVAILABLE'])
})

const day = 24 * HOUR
for (const [what, entry] of Object.entries({
  'older than a day': { uat: -day - 11 * MINUTE },
  'written by a clock a year ahead, and the endpoint is good': { uat: 365 * day, good: true },
})) {
  test(`a set is not enough: ${what}`, async () => {
    const world = new World()
    if (!entry.good) world.endpoint = () => ({ after: 20, status: 500 })
    const document = world.document({ store: storeOf(world, { uat: world.date + entry.uat }) })
    const { value, error } = await first(world, document)
    if (!entry.good) assert.equal(error.code, 'ERR_JOTGATE_KEYS_UNAVAILABLE')
    else {
      // Of unknown age: used at once, as if it had just expired, and replaced.
      assert.equal(value.text, 'stored')
      assert.equal(document.current().text, 'good')
    }
  })
}

for (const [what, text] of Object.entries({
  nothing: undefined,
  null: null,
  'an object': { keys: [] },
  'an empty text': '',
  'another text': 'hello',
  'JSON of another kind': '[]',
  'JSON null': 'null',
  'another form': JSON.stringify({
    ...JSON.parse(writeEntry({ url: URL, text: 'stored', uat: 0, lifetime: 1 })),
    form: 2,
  }),
  "another document's": writeEntry({ url: 'https://other.example/jwks', text: 'stored', uat: 1e15, lifetime: 1e15 }),
  'a bad document': (world) => writeEntry({ url: URL, text: 'bad', uat: world.date, lifetime: MINUTE }),
  'a document that is too large': (world) =>
    writeEntry({ url: URL, text: 'x'.repeat(600_000), uat: world.date, lifetime: MINUTE }),
  'a time that is none': (world) =>
    JSON.stringify({ ...JSON.parse(writeEntry({ url: URL, text: 'stored', uat: world.date, lifetime: 1 })), uat: '1' }),
  'a lifetime that is none': (world) =>
    JSON.stringify({
      ...JSON.parse(writeEntry({ url: URL, text: 'stored', uat: world.date, lifetime: 1 })),
      lifetime: -1,
    }),
})) {
  test(`a store that has ${what} is passed over`, async () => {
    const world = new World()
    const store = new MemoryStore()
    store.get = async () => (typeof text === 'function' ? text(world) : text)
    const { value } = await first(world, world.document({ store }))
    assert.equal(value.text, 'good')
    assert.equal(world.fetches.length, 1)
  })
}

const never = new Promise(() => {})
for (const [what, faulty, longest] of [
  ['throws', { get: () => fail(), put: () => fail() }, 50],
  ['rejects', { get: async () => fail(), put: async () => fail() }, 50],
  ['answers at once, without a promise', { get: () => undefined, put: () => undefined }, 50],
  ['hangs', { get: () => never, put: () => never }, 1300],
  ['hangs when written to', { get: async () => null, put: () => never }, 50],
]) {
  test(`a store that ${what} costs a fetch and no token`, async () => {
    const world = new World()
    const document = world.document({ store: faulty })
    const { value, took } = await first(world, document)
    assert.equal(value.text, 'good')
    assert.ok(took <= longest, `${took}`)
    await world.until(11 * MINUTE)
    assert.equal((await first(world, document)).took, 0)
    assert.equal(document.fresh, true)
  })
}

function fail() {
  throw new Error('out of order')
}

test('a store and an endpoint that both hang end at the time limit', async () => {
  const world = new World()
  world.endpoint = () => ({ after: Number.POSITIVE_INFINITY })
  const { error, took } = await first(world, world.document({ store: { get: () => never, put: () => never } }))
  assert.equal(error.code, 'ERR_JWKS_TIMEOUT')
  assert.ok(took <= 5000)
})

test('a missing key asks the endpoint, not the store', async () => {
  const world = new World()
  const store = storeOf(world, {})
  const document = world.document({ store })
  await first(world, document)
  const { reads } = store
  const request = world.begin(() => document.missed('new', 1))
  await world.pass(1000)
  assert.equal(request.outcome.value.text, 'good')
  assert.equal(store.reads, reads)
  assert.ok(store.texts.get(NAME).includes('good'))
})

test('layers: the first that has it, copied into those before; those that fail are passed over', async () => {
  const [near, far] = [new MemoryStore(), new MemoryStore()]
  const broken = { get: async () => fail(), put: async () => fail() }
  const throwing = { get: () => fail(), put: () => fail() }
  const store = layeredStore(broken, near, throwing, far)
  await store.put('a', '1', { lifetime: 1 })
  assert.deepEqual([near.texts.get('a'), far.texts.get('a')], ['1', '1'])
  far.texts.set('b', '2')
  assert.equal(await store.get('b'), '2')
  await null
  assert.equal(near.texts.get('b'), '2')
  assert.equal(await store.get('b'), '2')
  assert.equal(far.reads, 1)
  assert.equal(await store.get('c'), undefined)
  near.texts.set('d', 4)
  far.texts.set('d', '4')
  assert.equal(await store.get('d'), '4')
})

test('KV gets seconds, and a minute at least', async () => {
  const calls = []
  const namespace = {
    get: async (...parameters) => calls.push(parameters) && 'text',
    put: async (...parameters) => void calls.push(parameters),
  }
  const store = workersKVStore(namespace, { prefix: 'keys/' })
  assert.equal(await store.get('a'), 'text')
  await store.put('a', 'b', { lifetime: 1 })
  await store.put('a', 'b', { lifetime: 90_500 })
  assert.deepEqual(calls, [['keys/a'], ['keys/a', 'b', { expirationTtl: 60 }], ['keys/a', 'b', { expirationTtl: 91 }]])
})

for (const [what, make, message] of [
  ['no namespace', () => workersKVStore(undefined), /workersKVStore.*KV binding/],
  ['a namespace without put', () => workersKVStore({ get() {} }), /workersKVStore.*KV binding/],
  [
    'an unknown option',
    () => workersKVStore(new MemoryStore(), { prefixes: 'a' }),
    /unknown option "prefixes".*"prefix"/,
  ],
  ['a prefix that is no text', () => workersKVStore(new MemoryStore(), { prefix: 1 }), /"prefix" must be a string/],
  ['a cache name that is empty', () => workersCacheStore({ name: '' }), /"name" must not be empty/],
  ['a cache as such', () => workersCacheStore('keys'), /the options must be an object/],
  ['a layer that is none', () => layeredStore(new MemoryStore(), {}), /each store must be an object/],
  ['no layers', () => layeredStore(), /at least one store/],
]) {
  test(`refused at creation: ${what}`, () => {
    assert.throws(make, (error) => error instanceof TypeError && message.test(error.message))
  })
}
