// One suite, every runtime, the same counts.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import * as bun from './bun.mjs'
import * as chromium from './chromium.mjs'
import * as deno from './deno.mjs'
import * as node20 from './node20.mjs'
import * as node24 from './node24.mjs'
import { stage } from './stage.mjs'
import * as workerd from './workerd.mjs'

const folder = stage()
const outcomes = new Map()

for (const { name, run } of [node20, node24, deno, bun, workerd, chromium]) {
  test(name, async () => {
    const { passed, failed, failures, lacking } = await run(folder)
    outcomes.set(name, { passed, failed })
    console.log(`${name}: ${passed} passed, ${failed} failed${told(lacking)}`)
    const shown = failures.slice(0, 40).map((failure) => `${failure.name}: ${failure.problem}`)
    assert.equal(failed, 0, shown.join('\n'))
  })
}

test('every runtime has made the same number of tests', () => {
  const totals = new Set([...outcomes.values()].map(({ passed, failed }) => passed + failed))
  assert.equal(totals.size, 1, JSON.stringify([...outcomes]))
})

after(() => assert.equal(outcomes.size, 6, 'a runtime is missing'))

function told(lacking) {
  const algorithms = Object.keys(lacking)
  return algorithms.length > 0 ? ` (its WebCrypto lacks ${algorithms.join(', ')}, so "not supported" was asserted)` : ''
}
