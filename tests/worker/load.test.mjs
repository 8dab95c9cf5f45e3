// The short form of `npm run load`: every fault of the key endpoint, and a change of keys, under load; only what has to hold on any machine.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PERIODS, runLoad } from './load.mjs'

test('no wrong verdict and no 5xx, whatever the key endpoint does', async (context) => {
  const [{ tallies, keyServer }] = await runLoad({
    periods: PERIODS,
    seconds: 1,
    freshness: 250,
    tokens: 400,
    jose: false,
  })
  for (const [index, period] of PERIODS.entries()) {
    const { answers, wrong, failures } = tallies[index]
    context.diagnostic(`${period}: ${answers} requests`)
    assert.deepEqual([...wrong], [], period)
    assert.equal(failures, 0, period)
    assert.ok(answers > 20, `${period}: only ${answers} requests`)
  }
  assert.ok(keyServer.fetches > PERIODS.length, 'each fault was met')
})
