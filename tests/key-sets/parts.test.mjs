// The parts that only compute: how long an answer is fresh, what time it is, and when the state says what.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { part } from './jotgate.mjs'

const { freshnessOf } = await part('key-set-cache-control.js')
const { createClock } = await part('key-set-clock.js')
const { DocumentState } = await part('key-set-state.js')

for (const [header, age, expected] of [
  [null, null, undefined],
  ['', null, undefined],
  ['public', null, undefined],
  ['max-age=60', null, 60_000],
  ['MAX-AGE=60', null, 60_000],
  ['public, max-age=60, must-revalidate', null, 60_000],
  ['max-age="60"', null, 60_000],
  ['max-age=0', null, 0],
  ['max-age=60', '20', 40_000],
  ['max-age=60', '90', 0],
  ['max-age=60', '-5', 60_000],
  ['max-age=60', 'soon', 60_000],
  ['no-cache', null, 0],
  ['no-store', null, 0],
  ['max-age=60, no-store', null, 0],
  ['max-age=9999999999', null, 9_999_999_999_000],
  ['max-age=99999999999', null, undefined],
  ['max-age=-1', null, undefined],
  ['max-age=1.5', null, undefined],
  ['max-age=1e3', null, undefined],
  ['max-age', null, undefined],
  ['max-age=', null, undefined],
  ['max-age=ten', null, undefined],
  ['s-maxage=60', null, undefined],
  ['x-max-age=60', null, undefined],
  ['max-age=60;max-age=5', null, undefined],
  ['no-cache="set-cookie"', null, undefined],
]) {
  test(`cache-control: ${header}, age: ${age}`, () => {
    const headers = new Headers()
    if (header !== null) headers.set('cache-control', header)
    if (age !== null) headers.set('age', age)
    assert.equal(freshnessOf(headers), expected)
  })
}

function clocks() {
  const now = { wall: 1_767_225_600_000, steady: 5000 }
  const clock = createClock(
    () => now.wall,
    () => now.steady,
  )
  const begun = clock()
  return {
    /** What has passed by the clock when this much passes by the two others. */
    after(wall, steady) {
      now.wall += wall
      now.steady += steady
      return clock() - begun
    },
  }
}

test('time passes as it does', () => {
  const { after } = clocks()
  assert.equal(after(100, 100), 100)
  assert.equal(after(0, 0), 100)
  assert.equal(after(50, 50), 150)
})

test('time that the machine slept has passed', () => assert.equal(clocks().after(3_600_000, 10), 3_600_000))

test('a wall clock that is set back changes nothing, and neither does one that is slewed', () => {
  const { after } = clocks()
  assert.equal(after(-3_600_000, 10), 10)
  assert.equal(after(10, 10), 20)
  assert.equal(after(-500, 10), 30)
  assert.equal(after(900, 10), 40)
})

test('the wall clock is looked at each 10 ms', () => {
  const { after } = clocks()
  assert.equal(after(3_600_000, 9), 9)
  assert.equal(after(1, 1), 3_600_001)
})

test('a single clock under both names, as in Workers, may be set back as well', () => {
  const { after } = clocks()
  assert.equal(after(100, 100), 100)
  assert.equal(after(-3_600_000, -3_600_000), 100)
  assert.equal(after(100, 100), 200)
})

test('whatever the clocks do, time never runs backwards, and never slower than the steady one', () => {
  const jump = fc.integer({ min: -10_000_000, max: 10_000_000 })
  fc.assert(
    fc.property(fc.array(fc.tuple(jump, fc.nat({ max: 100_000 }))), (steps) => {
      const { after } = clocks()
      let before = 0
      for (const [wall, steady] of steps) {
        const passed = after(wall, steady)
        assert.ok(passed >= before + steady)
        before = passed
      }
    }),
  )
})

test('rounding of the wall clock does not add up', () => {
  let steady = 0
  const clock = createClock(
    () => Math.round(steady),
    () => steady,
  )
  const begun = clock()
  for (; steady < 10_000; steady += 0.01) clock()
  assert.ok(Math.abs(clock() - begun - 10_000) < 1)
})

const RULES = { cooldown: 30_000, staleWhileRevalidate: 600_000, staleIfError: 86_400_000, longestMiss: 600_000 }
const FOUND = { url: 'https://issuer.example/jwks', text: 'good', etag: undefined }

function arrived() {
  const state = new DocumentState(RULES)
  state.arrive(state.depart(0), 0, FOUND, 600_000)
  return state
}

for (const [now, failed, expected] of [
  [0, false, 'use'],
  [599_999, false, 'use'],
  [600_000, false, 'refresh'],
  [1_199_999, false, 'refresh'],
  [1_200_000, false, 'fetch'],
  [599_999, true, 'use'],
  [600_000, true, 'refresh'],
  [1_200_000, true, 'refresh'],
  [86_999_999, true, 'refresh'],
  [87_000_000, true, 'fetch'],
]) {
  test(`${now} ms after it came${failed ? ', with a failure since' : ''}: ${expected}`, () => {
    const state = arrived()
    if (failed) state.fail(state.depart(1000), 1000, 0.5)
    assert.equal(state.decide(now, state.events), expected)
    assert.equal(state.usable(now) !== undefined, expected !== 'fetch')
  })
}

for (const [failures, chance, delay] of [
  [1, 0, 500],
  [1, 1, 1000],
  [2, 1, 2000],
  [3, 0.5, 3000],
  [4, 1, 5000],
  [50, 1, 5000],
  [2000, 0, 2500],
]) {
  test(`with nothing to use, after ${failures} failures and with chance ${chance}: again in ${delay} ms`, () => {
    const state = new DocumentState(RULES)
    for (let count = 0; count < failures; count += 1) state.fail(state.depart(0), 0, chance)
    assert.equal(state.decide(delay - 1, state.events), 'fail')
    assert.equal(state.decide(delay, state.events), 'fetch')
  })
}

for (const [failures, delay] of [
  [4, 8000],
  [5, 16_000],
  [6, 30_000],
  [100, 30_000],
]) {
  test(`with an old set, after ${failures} failures: again in ${delay} ms`, () => {
    const state = arrived()
    for (let count = 0; count < failures; count += 1) state.fail(state.depart(700_000), 700_000, 1)
    assert.equal(state.decide(700_000 + delay - 1, state.events), 'use')
    assert.equal(state.decide(700_000 + delay, state.events), 'refresh')
  })
}

const watching = () => ({ round: 0, beat: 0, suspectedAt: 0, suspectedIn: 0 })

test('a lease: renewed, suspected when it runs out, and lost when it stays silent', () => {
  const state = new DocumentState(RULES)
  const watch = watching()
  const look = (now, round) => state.leading(now, Object.assign(watch, { round }))
  const flight = state.depart(0)
  assert.equal(state.renew(flight, 250), true)
  assert.equal(look(549, 0), true)
  // However late the first look comes, it only begins to suspect.
  assert.equal(look(5000, 1), true)
  assert.equal(look(5199, 9), true)
  assert.equal(state.renew(flight, 5199), true)
  assert.equal(look(5600, 10), true)
  assert.equal(look(5799, 99), true)
  // What others saw, or how long it is, is nothing without rounds of its own.
  assert.equal(state.leading(5800, { ...watching(), round: 7 }), true)
  assert.equal(look(9000, 11), true)
  assert.equal(look(5800, 12), false)
  assert.equal(state.decide(5800, state.events, watch), 'fetch')
  const next = state.depart(5800)
  assert.equal(state.renew(flight, 5801), false)
  assert.equal(state.renew(next, 5801), true)
})

test('who does not wait has patience', () => {
  const state = arrived()
  state.depart(700_000)
  assert.equal(state.decide(702_299, state.events), 'use')
  assert.equal(state.decide(702_300, state.events), 'refresh')
})

test('a flight that was overtaken may still bring something, but says nothing of failure, and nothing old', () => {
  const state = new DocumentState(RULES)
  const [first, second, third] = [state.depart(0), state.depart(1000), state.depart(2000)]
  assert.equal(state.fail(first, 3000, 0), false)
  assert.equal(state.decide(3000, state.events), 'wait')
  state.arrive(second, 3000, { ...FOUND, text: 'second' }, 1000)
  assert.equal(state.held.text, 'second')
  assert.equal(state.leading(2100), true)
  state.arrive(first, 3001, { ...FOUND, text: 'first' }, 1000)
  assert.equal(state.held.text, 'second')
  state.arrive(third, 3002, { ...FOUND, text: 'third' }, 1000)
  assert.deepEqual([state.held.text, state.held.version], ['third', 2])
})

test('the failure of a flight that was overtaken is no news to those who wait for the other', () => {
  const state = new DocumentState(RULES)
  const [first] = [state.depart(0), state.depart(1000)]
  state.fail(first, 1500, 0)
  assert.equal(state.decide(1600, 0), 'wait')
  assert.equal(state.decide(4000, 0), 'fetch')
})

test('of the keys that were missing, the last hundred are remembered, by names that are not too long', () => {
  const state = arrived()
  const long = 'x'.repeat(300)
  const names = [...Array.from({ length: 150 }, (_, index) => `kid ${index}`), long]
  // Twice, so that the memory lasts longer than the cooldown.
  for (const name of names) for (let times = 0; times < 2; times += 1) state.looked(0, name)
  const decided = (name) => state.decideMiss(30_000, state.events, 1, name)
  assert.equal(state.decideMiss(29_999, state.events, 1, 'another'), 'fail')
  assert.deepEqual(names.slice(0, 50).map(decided), Array(50).fill('fetch'))
  assert.deepEqual(names.slice(50, 150).map(decided), Array(100).fill('fail'))
  assert.equal(decided(long), 'fetch')
  assert.equal(decided('another'), 'fetch')
})

test('a new set makes its misses forgotten', () => {
  const state = arrived()
  for (let times = 0; times < 5; times += 1) state.looked(0, 'new')
  assert.equal(state.decideMiss(40_000, state.events, 1, 'new'), 'fail')
  state.arrive(state.depart(40_000), 40_000, { ...FOUND, text: 'newer' }, 600_000)
  assert.equal(state.decideMiss(40_000, state.events, 1, 'new'), 'use')
  assert.equal(state.decideMiss(40_000, state.events, 2, 'new'), 'fetch')
})
