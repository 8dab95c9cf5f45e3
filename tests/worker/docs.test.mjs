// The guides on Workers and on outages say what the code does.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { part } from '../key-sets/jotgate.mjs'
import { GUIDE, tableIn, tables } from './outage.mjs'

const { readRemoteOptions } = await part('key-set-options.js')

describe('When the identity provider is down', async () => {
  const guide = readFileSync(GUIDE, 'utf8')
  const simulated = await tables()

  for (const [heading, text] of Object.entries(simulated)) {
    test(heading, () => assert.equal(tableIn(guide, heading), text))
  }

  test('the defaults that it names', () => {
    const defaults = readRemoteOptions({}, 'test')
    const settings = {
      staleIfError: 'staleIfError',
      cacheMaxAge: 'maxAge',
      timeoutDuration: 'timeout',
      cooldownDuration: 'cooldown',
    }
    const named = [...guide.matchAll(/`(\w+)`, (\d+) by default/g)].map(([, option, value]) => [option, Number(value)])
    assert.deepEqual(
      Object.fromEntries(named),
      Object.fromEntries(Object.entries(settings).map(([option, setting]) => [option, defaults[setting]])),
    )
  })
})
