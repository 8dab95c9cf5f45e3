// The vectors that the core runs natively, through WebAssembly; and those that `nextRefresh` can express, through it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { nextRefresh } from '../../pkg/dist/default/decode.js'
import { engine } from '../../target/npm/parts/default/decode-engine.js'

const vectors = JSON.parse(readFileSync(new URL('../vectors/refresh.json', import.meta.url), 'utf8'))
const MOMENTS = ['scheduled', 'due', 'expired', 'min-interval', 'resting']
const orNot = (number) => number ?? Number.NaN

describe('next_refresh', () => {
  for (const { id, plan, at, moment } of vectors.next_refresh) {
    const { issued_at: iat, expires_at: exp, before, jitter = 0, min_interval: minInterval = 0 } = plan
    const { now = 0, skew = 0, random = 0, rest = 0 } = plan
    test(id, () => {
      engine.run((glue) => {
        const times = [orNot(iat), orNot(exp), orNot(before), jitter, minInterval, now, skew, random, rest]
        assert.equal(glue.next_refresh(...times), at)
        assert.equal(MOMENTS[glue.refresh_reason()], moment)
      })
    })

    if (random > 0 || rest > 0) continue
    test(`${id}, nextRefresh`, () => {
      const claims = { ...(iat !== undefined && { iat }), ...(exp !== null && { exp }) }
      const options = { now, skew, minInterval, ...(before !== undefined && { before }) }
      if (exp === null) {
        assert.throws(() => nextRefresh(claims, options), {
          code: 'ERR_JWT_CLAIM_VALIDATION_FAILED',
          claim: 'exp',
          reason: 'missing',
        })
        return
      }
      const inMs = Math.min(Math.max(0, Math.round((at - now) * 1000)), 2 ** 31 - 1)
      assert.deepEqual(nextRefresh(claims, options), { at, inMs, reason: moment })
    })
  }
})

describe('rest', () => {
  for (const { id, attempt, seconds } of vectors.rest) {
    const { failures, retry_after: retryAfter, min_interval: minInterval = 0, elapsed = 0, random = 0 } = attempt
    test(id, () => {
      assert.equal(
        engine.run((glue) => glue.rest(failures, orNot(retryAfter), minInterval, elapsed, random)),
        seconds,
      )
    })
  }
})

describe('measure_skew', () => {
  for (const { id, skew, server, asked, answered, measured } of vectors.measure_skew) {
    test(id, () => {
      assert.equal(
        engine.run((glue) => glue.measure_skew(skew, server, asked, answered)),
        measured,
      )
    })
  }
})
