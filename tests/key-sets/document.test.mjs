// When a remote document is fetched, used, waited for and given up: in simulated time, with every fault and cancellation.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { part } from './jotgate.mjs'
import { World } from './simulation.mjs'

const { errors } = await part('index.js')
const good = (text = 'good', more = {}) => ({ after: 20, status: 200, text, ...more })
const down = { after: 20, status: 500 }
const hanging = { after: Number.POSITIVE_INFINITY }

const MINUTE = 60_000
const HOUR = 60 * MINUTE

async function warm(world, document) {
  const first = world.begin(() => document.ready())
  await world.pass(1000)
  assert.equal(first.outcome.value.text, 'good')
  world.fetches.length = 0
}

/** What `ready` comes to for a request that begins now, at the latest after the time limit. */
async function ready(world, document) {
  const request = world.begin(() => document.ready())
  await world.pass(5000)
  return request
}

test('one fetch answers all that begin while it lasts, and nobody awaits another', async () => {
  const world = new World()
  world.endpoint = () => good('good', { after: 300 })
  const document = world.document()
  const requests = []
  for (let begun = 0; begun < 200; begun += 1) {
    requests.push(world.begin(() => document.ready()))
    if (begun % 10 === 0) await world.pass(10)
  }
  await world.pass(1000)
  assert.equal(world.fetches.length, 1)
  assert.ok(requests.every(({ outcome }) => outcome.value.text === 'good'))
  // An eighth of the wait is the most that looking adds.
  assert.ok(Math.max(...requests.map(({ began, ended }) => ended - began)) <= 300 * 1.125 + 2)
})

test('when the fetching request is cancelled, one of those who wait takes over', async () => {
  const world = new World()
  world.endpoint = () => (world.fetches.length === 1 ? hanging : good())
  const document = world.document()
  const leader = world.begin(() => document.ready())
  const others = Array.from({ length: 50 }, () => world.begin(() => document.ready()))
  await world.pass(150)
  leader.cancelled = true
  const cancelled = world.now
  await world.pass(2000)
  assert.equal(world.fetches.length, 2)
  assert.ok(others.every(({ outcome }) => outcome?.value.text === 'good'))
  assert.ok(world.fetches[1].began - cancelled <= 650, `taken over after ${world.fetches[1].began - cancelled} ms`)
})

test('a fetch that only is slow is not taken over', async () => {
  const world = new World()
  world.endpoint = () => good('good', { after: 4500 })
  const document = world.document()
  const requests = []
  for (let begun = 0; begun < 20; begun += 1) {
    requests.push(world.begin(() => document.ready()))
    await world.pass(37)
  }
  await world.pass(5000)
  assert.equal(world.fetches.length, 1)
  assert.ok(requests.every(({ outcome, ended }) => outcome.value.text === 'good' && ended <= 4600))
})

test('a thread that was blocked is no reason to take over', async () => {
  const world = new World()
  world.endpoint = () => good('good', { after: 1000 })
  const document = world.document()
  const requests = Array.from({ length: 20 }, () => world.begin(() => document.ready()))
  await world.pass(50)
  // Everything that was due in the meantime happens now, those who wait first.
  world.block(900)
  await world.pass(2000)
  assert.equal(world.fetches.length, 1)
  assert.ok(requests.every(({ outcome }) => outcome.value.text === 'good'))
})

test('a thread that has too much to do is no reason to take over', async () => {
  for (const cost of [1, 4, 10]) {
    const world = new World()
    world.endpoint = () => good('good', { after: 300 })
    world.cost = cost
    // Late as they are, they are to be served.
    const document = world.document({ timeoutDuration: 60_000 })
    const requests = []
    for (let begun = 0; begun < 200; begun += 1)
      world.at(begun, () => requests.push(world.begin(() => document.ready())))
    await world.until(60_000)
    assert.equal(world.fetches.length, 1, `${cost} ms`)
    assert.ok(requests.every(({ outcome }) => outcome.value.text === 'good'))
  }
})

test('an expired set is used at once and fetched anew behind', async () => {
  const world = new World()
  const document = world.document()
  await warm(world, document)
  world.endpoint = () => good('newer')
  await world.until(11 * MINUTE)
  assert.equal(document.fresh, false)
  const first = world.begin(() => document.ready())
  const second = world.begin(() => document.ready())
  await world.pass(0)
  assert.equal(first.outcome.value.text, 'good')
  assert.equal(second.outcome.value.text, 'good')
  await world.pass(100)
  assert.equal(world.fetches.length, 1)
  assert.deepEqual(document.current(), { ...document.current(), text: 'newer', version: 2 })
})

test('beyond staleWhileRevalidate, a request waits', async () => {
  for (const [staleWhileRevalidate, at] of [
    [true, 20 * MINUTE + 1000],
    [false, 10 * MINUTE + 1000],
    [0, 10 * MINUTE + 1000],
    [MINUTE, 11 * MINUTE + 1000],
  ]) {
    const world = new World()
    const document = world.document({ staleWhileRevalidate })
    await warm(world, document)
    world.endpoint = () => good('newer')
    await world.until(at)
    const request = world.begin(() => document.ready())
    await world.pass(0)
    assert.equal(request.outcome, undefined, `${staleWhileRevalidate}`)
    await world.pass(1000)
    assert.equal(request.outcome.value.text, 'newer')
  }
})

for (const [fault, answer] of Object.entries({
  'status 500': down,
  'a reset connection': { after: 20, error: new TypeError('fetch failed') },
  'a bad document': good('bad'),
  'an answer that never comes': hanging,
  'a document that is not text': { after: 20, status: 200, text: null },
})) {
  test(`warm, then ${fault}: nobody is refused for a day, and then everybody`, async () => {
    const world = new World()
    const told = []
    const document = world.document({ onStale: (error) => told.push(error) })
    await warm(world, document)
    world.endpoint = () => answer
    for (let hour = 0; hour <= 24; hour += 1) {
      await world.until(hour * HOUR + 5 * MINUTE)
      const { outcome } = await ready(world, document)
      assert.equal(outcome.value?.text, 'good', `hour ${hour}`)
    }
    assert.ok(told.length > 20 && told.every((error) => error instanceof errors.JOSEError))
    await world.until(24 * HOUR + 11 * MINUTE)
    const { outcome } = await ready(world, document)
    assert.ok(outcome.error instanceof errors.JOSEError, `${outcome.error}`)
  })

  test(`cold, with ${fault}: an error within the time limit, and at most two fetches a second`, async () => {
    const world = new World()
    world.endpoint = () => answer
    const document = world.document()
    const requests = []
    for (let moment = 0; moment < 20_000; moment += 50) {
      requests.push(world.begin(() => document.ready()))
      await world.pass(50)
    }
    await world.pass(5000)
    for (const { began, ended, outcome } of requests) {
      assert.ok(outcome.error instanceof errors.JOSEError, `${outcome.error}`)
      assert.ok(ended - began <= 5000)
    }
    for (const [at, fetch] of world.fetches.entries()) {
      if (at > 0) assert.ok(fetch.began - world.fetches[at - 1].began >= 500)
    }
    // 0, 1, 3, 7, 12, 17 seconds and halves of those.
    assert.ok(world.fetches.length <= 8, `${world.fetches.length} fetches`)
    assert.deepEqual(world.underWay, [], 'a connection that nobody needs any more')
    const errorsSeen = new Set(requests.map(({ outcome }) => outcome.error))
    assert.equal(errorsSeen.size, requests.length, 'each request has an error of its own')
  })
}

test('staleIfError: 0 ends with the first fetch that fails', async () => {
  const world = new World()
  const told = []
  const document = world.document({ staleIfError: 0, onStale: (error) => told.push(error) })
  await warm(world, document)
  world.endpoint = () => down
  await world.until(10 * MINUTE + 1000)
  assert.equal((await ready(world, document)).outcome.value.text, 'good')
  assert.ok((await ready(world, document)).outcome.error instanceof errors.JotgateKeysUnavailable)
  assert.deepEqual(told, [])
})

test('recovery is noticed within seconds, however long it took', async () => {
  for (const outage of [1000, 30_000, 10 * MINUTE]) {
    const world = new World()
    world.endpoint = () => (world.now < outage ? down : good())
    const document = world.document()
    let accepted
    for (; accepted === undefined && world.now < outage + MINUTE; await world.pass(200)) {
      world.begin(async () => {
        await document.ready()
        accepted ??= world.now
      })
    }
    assert.ok(accepted - outage <= 5300, `after ${outage} ms noticed ${accepted - outage} ms late`)
  }
})

test('a flapping endpoint refuses nobody who is warm', async () => {
  const world = new World()
  const document = world.document({ cacheMaxAge: 30_000, cooldownDuration: 5000 })
  await warm(world, document)
  world.endpoint = () => (world.fetches.length % 2 === 1 ? down : good())
  const requests = []
  for (let moment = 0; moment < HOUR; moment += 1000) {
    requests.push(world.begin(() => document.ready()))
    await world.pass(1000)
  }
  assert.ok(requests.every(({ outcome }) => outcome.value?.text === 'good'))
})

test('a missing key costs one fetch in a cooldown, whatever is asked for', async () => {
  const world = new World()
  const document = world.document()
  await warm(world, document)
  for (let asked = 0; asked < 1000; asked += 1) {
    world.begin(() => document.missed(`kid ${asked}`, 1))
    if (asked % 10 === 0) await world.pass(200)
  }
  await world.pass(5000)
  assert.ok(world.now < 30_000)
  assert.equal(world.fetches.length, 1)
})

test('the same missing key is asked for ever more rarely', async () => {
  const world = new World()
  const document = world.document({ cacheMaxAge: Number.POSITIVE_INFINITY })
  await warm(world, document)
  for (let moment = 0; moment < HOUR; moment += 1000) {
    world.begin(() => document.missed('nobody', 1))
    await world.pass(1000)
  }
  assert.ok(world.fetches.length <= 8, `${world.fetches.length} fetches`)
})

test('a key that was missing once does not stand in the way of another', async () => {
  const world = new World()
  const document = world.document()
  await warm(world, document)
  world.begin(() => document.missed('nobody', 1))
  await world.pass(31_000)
  world.endpoint = () => good('newer')
  const asked = world.begin(() => document.missed('somebody', 1))
  await world.pass(1000)
  assert.equal(asked.outcome.value.text, 'newer')
})

test('a rotation is found by the first token that needs it, once for all of them', async () => {
  const world = new World()
  const document = world.document()
  await warm(world, document)
  world.endpoint = () => good('newer')
  const asked = Array.from({ length: 100 }, () => world.begin(() => document.missed('new', 1)))
  await world.pass(1000)
  assert.equal(world.fetches.length, 1)
  assert.ok(asked.every(({ outcome }) => outcome.value.text === 'newer' && outcome.value.version === 2))
})

test('a missing key, and the endpoint fails: the set stays, and the key is found when it is back', async () => {
  const world = new World()
  const document = world.document()
  await warm(world, document)
  world.endpoint = () => down
  const refused = world.begin(() => document.missed('new', 1))
  await world.pass(500)
  assert.equal(refused.outcome.value, undefined)
  assert.equal(document.current().text, 'good')
  world.endpoint = () => good('newer')
  await world.pass(1000)
  const found = world.begin(() => document.missed('new', 1))
  await world.pass(500)
  assert.equal(found.outcome.value.text, 'newer')
})

test('an unchanged answer keeps the text, the version and the object', async () => {
  const world = new World()
  const document = world.document()
  world.endpoint = () => good('good', { head: { etag: '"1"' } })
  await warm(world, document)
  const before = document.current()
  world.endpoint = ({ headers }) =>
    headers.get('if-none-match') === '"1"' ? { after: 20, status: 304, text: null } : down
  await world.until(11 * MINUTE)
  world.begin(() => document.ready())
  await world.pass(1000)
  assert.equal(document.fresh, true)
  assert.equal(document.current(), before)
})

test('304 without a question is a fault', async () => {
  const world = new World()
  world.endpoint = () => ({ after: 20, status: 304 })
  const document = world.document()
  assert.equal((await ready(world, document)).outcome.error.code, 'ERR_JOTGATE_KEYS_UNAVAILABLE')
})

for (const [what, options, head, fresh] of [
  ['no header', {}, {}, 10 * MINUTE],
  ['max-age below', {}, { 'cache-control': 'max-age=120' }, 2 * MINUTE],
  ['max-age above the maximum', {}, { 'cache-control': 'max-age=86400' }, 10 * MINUTE],
  ['max-age below the minimum', {}, { 'cache-control': 'max-age=1' }, 30_000],
  ['no-store', {}, { 'cache-control': 'no-store, max-age=120' }, 30_000],
  ['age', {}, { 'cache-control': 'max-age=120', age: '60' }, MINUTE],
  ['a minimum', { cacheMinAge: MINUTE }, { 'cache-control': 'max-age=1' }, MINUTE],
  ['a maximum', { cacheMaxAge: HOUR }, { 'cache-control': 'max-age=86400' }, HOUR],
  ['a short maximum', { cacheMaxAge: 100 }, { 'cache-control': 'max-age=86400' }, 100],
]) {
  test(`fresh for ${fresh} ms: ${what}`, async () => {
    const world = new World()
    world.endpoint = () => good('good', { after: 0, head })
    const document = world.document(options)
    world.begin(() => document.ready())
    await world.pass(fresh - 1)
    assert.equal(document.fresh, true)
    await world.pass(1)
    assert.equal(document.fresh, false)
  })
}

test('cacheMaxAge: 0 fetches for each question, and each gets its answer', async () => {
  const world = new World()
  const document = world.document({ cacheMaxAge: 0 })
  for (let asked = 1; asked <= 3; asked += 1) {
    const request = world.begin(() => document.ready())
    await world.pass(100)
    assert.equal(request.outcome.value.text, 'good')
    assert.equal(world.fetches.length, asked)
  }
})

test('reload fetches whatever is there, joins what is under way, and says how it ended', async () => {
  const world = new World()
  const document = world.document()
  await warm(world, document)
  const both = [world.begin(() => document.reload()), world.begin(() => document.reload())]
  await world.pass(0)
  assert.equal(document.reloading, true)
  await world.pass(1000)
  assert.equal(document.reloading, false)
  assert.equal(world.fetches.length, 1)
  assert.ok(both.every(({ outcome }) => outcome && !outcome.error))
  world.endpoint = () => down
  const failed = world.begin(() => document.reload())
  await world.pass(1000)
  assert.equal(failed.outcome.error.code, 'ERR_JOTGATE_KEYS_UNAVAILABLE')
  const again = world.begin(() => document.reload())
  await world.pass(100)
  assert.equal(world.fetches.length, 3)
  assert.ok(again.outcome.error)
  assert.equal(document.current().text, 'good')
})

const OTHER = 'https://other.example/jwks'

test('a URL that has to be found out is asked for by each, and fetched by one', async () => {
  const world = new World()
  const url = () => new Promise((resolve) => world.at(world.now + 100, () => resolve(OTHER)))
  const document = world.document({}, { url })
  const requests = Array.from({ length: 50 }, () => world.begin(() => document.ready()))
  await world.pass(1000)
  assert.ok(requests.every(({ outcome }) => outcome.value.text === 'good'))
  assert.equal(world.fetches.length, 1)
})

test('a URL that takes time to be found out, for a refresh: one fetch as well', async () => {
  const world = new World()
  let asked = 0
  // Each answer takes longer than the one before, and than the fetch.
  const url = () => {
    asked += 1
    return new Promise((resolve) => world.at(world.now + 30 * asked, () => resolve(OTHER)))
  }
  const document = world.document({}, { url })
  await warm(world, document)
  await world.until(11 * MINUTE)
  for (let count = 0; count < 10; count += 1) world.begin(() => document.ready())
  await world.pass(5000)
  assert.equal(asked, 11)
  assert.equal(world.fetches.length, 1)
})

test('a URL that cannot be found out is an error, or costs nobody his old set, and does not back off', async () => {
  const world = new World()
  const lost = new errors.JWKSTimeout('no metadata')
  let url = async () => {
    throw lost
  }
  const document = world.document({}, { url: () => url() })
  assert.equal((await ready(world, document)).outcome.error, lost)
  const found = url
  url = async () => OTHER
  assert.equal((await ready(world, document)).outcome.value.text, 'good')
  url = found
  for (const moment of [HOUR, 12 * HOUR, 24 * HOUR]) {
    await world.until(moment)
    assert.equal((await ready(world, document)).outcome.value.text, 'good')
  }
  await world.until(25 * HOUR)
  assert.equal((await ready(world, document)).outcome.error, lost)
})

for (const bad of ['http://issuer.example/jwks', '/jwks', undefined, 'https://a:b@issuer.example/']) {
  test(`a URL that was found out, and is not acceptable: ${bad}`, async () => {
    const world = new World()
    const document = world.document({}, { url: async () => bad })
    assert.equal((await ready(world, document)).outcome.error.code, 'ERR_JOTGATE_KEYS_UNAVAILABLE')
    assert.equal(world.fetches.length, 0)
  })
}

test('an entity tag goes back only to where it came from', async () => {
  const world = new World()
  let url = OTHER
  const document = world.document({}, { url: async () => url })
  world.endpoint = () => good('good', { head: { etag: '"1"' } })
  await warm(world, document)
  url = 'https://third.example/jwks'
  await world.until(11 * MINUTE)
  await ready(world, document)
  assert.equal(world.fetches[0].headers.get('if-none-match'), null)
  await world.until(22 * MINUTE)
  await ready(world, document)
  assert.equal(world.fetches[1].headers.get('if-none-match'), '"1"')
})

test('what a hanging or throwing callback does is not our affair', async () => {
  for (const onStale of [
    () => {
      throw new Error('thrown')
    },
    async () => {
      throw new Error('rejected')
    },
    () => new Promise(() => {}),
  ]) {
    const world = new World()
    const document = world.document({ onStale })
    await warm(world, document)
    world.endpoint = () => down
    await world.until(30 * MINUTE)
    assert.equal((await ready(world, document)).outcome.value.text, 'good')
  }
})

const BEHAVIOURS = [
  { weight: 4, arbitrary: fc.constantFrom('good', 'newer', 'newest') },
  { weight: 3, arbitrary: fc.constantFrom('down', 'bad', 'hanging', 'reset') },
]

const step = fc.record({
  pause: fc.oneof(
    fc.integer({ min: 0, max: 100 }),
    fc.integer({ min: 0, max: 20_000 }),
    fc.integer({ min: 0, max: 2 * HOUR }),
  ),
  behaviour: fc.oneof(...BEHAVIOURS),
  latency: fc.integer({ min: 0, max: 4000 }),
  requests: fc.integer({ min: 0, max: 4 }),
  misses: fc.integer({ min: 0, max: 3 }),
  cancel: fc.array(fc.nat({ max: 6 }), { maxLength: 2 }),
})

test('whatever happens: one fetch at a time, an end in time, no set that is too old, no refusal while one is not', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 25 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (steps, chance) => {
        const world = new World()
        world.chance = () => chance
        let behaviour
        let latency
        const answered = []
        world.endpoint = () => {
          assert.ok(world.underWay.length <= 1, 'two fetches at a time')
          const since = world.now
          answered.push({ since, behaviour })
          if (behaviour === 'hanging') return hanging
          if (behaviour === 'down') return { ...down, after: latency }
          if (behaviour === 'reset') return { after: latency, error: new TypeError('fetch failed') }
          return good(behaviour, { after: latency })
        }
        const options = { cacheMaxAge: 5 * MINUTE, staleIfError: HOUR, timeoutDuration: 5000 }
        let arrivals = []
        const document = world.document(options, { arrived: (text) => arrivals.push({ text, at: world.now }) })
        const requests = []
        for (const { pause, cancel, ...now } of steps) {
          ;({ behaviour, latency } = now)
          const begun = []
          for (let count = 0; count < now.requests; count += 1) {
            const arrived = arrivals.at(-1)
            const kept = arrived !== undefined && world.now - arrived.at <= 5 * MINUTE + HOUR - 5000
            begun.push(
              Object.assign(
                world.begin(() => document.ready()),
                { kept },
              ),
            )
          }
          for (let count = 0; count < now.misses; count += 1) {
            const used = document.last?.version ?? 0
            begun.push(
              Object.assign(
                world.begin(() => document.missed(`kid ${count}`, used)),
                { miss: true },
              ),
            )
          }
          requests.push(...begun)
          await world.pass(Math.min(pause, 10))
          for (const place of cancel) if (begun[place] && !begun[place].outcome) begun[place].cancelled = true
          await world.pass(pause)
        }
        await world.pass(10_000)
        for (const { began, ended, outcome, cancelled, kept, miss } of requests) {
          if (cancelled) continue
          assert.ok(outcome, 'a request never ended')
          assert.ok(ended - began <= 5000, `a request took ${ended - began} ms`)
          if (miss) continue
          if (kept) assert.ok(outcome.value, `refused with a good set at hand: ${outcome.error}`)
          if (outcome.error) assert.ok(outcome.error instanceof errors.JOSEError)
          else {
            arrivals = arrivals.sort((a, b) => a.at - b.at)
            const { at } = arrivals.filter(({ text, at }) => text === outcome.value.text && at <= ended).at(-1)
            assert.ok(began - at <= 5 * MINUTE + HOUR, 'a set that is too old')
          }
        }
        // Of two fetches in half a second, the first was not a failure.
        for (const [place, { since }] of answered.entries()) {
          const before = answered[place - 1]
          if (before && since - before.since < 500)
            assert.ok(
              !['down', 'bad', 'reset'].includes(before.behaviour) || world.fetches[place - 1].request?.cancelled,
            )
        }
      },
    ),
    { numRuns: 100, seed: 3 },
  )
})
