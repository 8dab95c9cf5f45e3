// Wycheproof by every way to a verdict in every runtime: the crate, each kernel, tables of every level; nobody supervises.
import assert from 'node:assert/strict'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { root } from '../../scripts/command.mjs'
import * as bun from '../runtimes/bun.mjs'
import * as chromium from '../runtimes/chromium.mjs'
import * as deno from '../runtimes/deno.mjs'
import * as node20 from '../runtimes/node20.mjs'
import * as node24 from '../runtimes/node24.mjs'
import { stageWith } from '../runtimes/stage.mjs'
import * as workerd from '../runtimes/workerd.mjs'
import { modules } from './modules.mjs'
import { wycheproof } from './wycheproof.mjs'

const MAIN = `import { groups } from './groups.mjs'
import { bytes } from './modules.mjs'
import { run } from './suite.mjs'

async function compiled() {
  const taken = Object.entries(bytes).map(([name, text]) => [name, Uint8Array.from(atob(text), (char) => char.charCodeAt(0))])
  const valid = taken.filter(([name, octets]) => name !== 'fma' || WebAssembly.validate(octets))
  return Object.fromEntries(await Promise.all(valid.map(async ([name, octets]) => [name, await WebAssembly.compile(octets)])))
}

export const outcome = async (modules) => run(modules?.variants ? modules : await compiled(), groups)
`
const FUSED = 'fused multiply-adds'

const groups = wycheproof()
const folder = stageWith('variants', MAIN)
const files = await modules()
cpSync(join(root, 'tests', 'variants', 'suite.mjs'), join(folder, 'suite.mjs'))
writeFileSync(join(folder, 'groups.mjs'), `export const groups = ${JSON.stringify(groups)}\n`)
const bytes = Object.entries(files).map(([name, file]) => [name, readFileSync(file).toString('base64')])
writeFileSync(join(folder, 'modules.mjs'), `export const bytes = ${JSON.stringify(Object.fromEntries(bytes))}\n`)
for (const [name, file] of Object.entries(files)) cpSync(file, join(folder, `${name}.wasm`))

const outcomes = new Map()
const rowsOf = (alg) => groups.filter((group) => group.alg === alg).reduce((sum, { rows }) => sum + rows.length, 0)

describe('runtimes', { concurrency: 2 }, () => {
  for (const { name, run } of [node20, node24, deno, bun, workerd, chromium]) {
    test(name, async () => {
      const { passed, failed, failures, ways } = await run(folder, Object.keys(files))
      const fused = Object.keys(ways).some((way) => way.endsWith(`, ${FUSED}`))
      outcomes.set(name, { passed, failed })
      const how = fused ? FUSED : `no ${FUSED}: simd128 in their place`
      console.log(`${name}: ${groups.length} keys, ${passed} verdicts as expected, ${failed} others; ${how}`)
      const shown = failures.slice(0, 20).map((failure) => `${failure.name}: ${failure.problem}`)
      assert.equal(failed, 0, shown.join('\n'))
      for (const [alg, least] of Object.entries({
        ES256: 4,
        ES384: 4,
        EdDSA: 4,
        RS256: 3,
        RS512: 3,
        PS256: 3,
        HS256: 0,
      })) {
        const made = Object.entries(ways).filter(([way]) => way.startsWith(`${alg}, `))
        assert.ok(made.length > least, `${alg}: ${made.length} ways`)
        for (const [way, rows] of made) assert.equal(rows, rowsOf(alg), way)
      }
    })
  }
})

after(() => {
  assert.equal(outcomes.size, 6, 'a runtime is missing')
  assert.equal(new Set([...outcomes.values()].map(({ passed }) => passed)).size, 1, JSON.stringify([...outcomes]))
})
