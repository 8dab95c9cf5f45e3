// docs/key-sets.md says what the types say.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../../scripts/command.mjs'
import { packedInstall } from '../packed.mjs'
import { jotgate } from './jotgate.mjs'
import { KeyServer } from './key-server.mjs'
import { rows } from './measure.mjs'
import { ISSUERS, keys, tokens } from './scenarios.mjs'
import { startWorkerd } from './workerd.mjs'

const guide = readFileSync(join(root, 'docs', 'key-sets.md'), 'utf8')
const types = readFileSync(join(packedInstall(), 'node_modules/jotgate/dist/types/key-set-options.d.ts'), 'utf8')

const section = (title) => guide.split(`\n## ${title}\n`)[1].split('\n## ')[0]
const firstCells = (text) => [...text.matchAll(/^\| `([^`(]+)/gm)].map(([, name]) => name)

test('every option, in the order of the table or not', () => {
  const [, body] = types.split('export interface RemoteJWKSetOptions {')
  const declared = [...body.split('\n}')[0].matchAll(/^ {4}(\[?\w+\]?)\?:/gm)].map(([, name]) => name)
  assert.ok(declared.length > 10)
  assert.deepEqual(firstCells(section('Options')).sort(), declared.sort())
})

test('every default that is a number', () => {
  for (const [, name, value] of section('Options').matchAll(/^\| `(\w+)` \| (\d+) \|/gm)) {
    const comment = types
      .slice(0, types.indexOf(`    ${name}?:`))
      .split('/**')
      .at(-1)
    assert.match(comment, new RegExp(`Default: ${value}\\b`), name)
  }
})

test('every property', () => {
  const set = jotgate.createRemoteJWKSet('https://issuer.example/jwks')
  assert.deepEqual(firstCells(section('Properties')).sort(), Object.keys(set).sort())
})

test('every error by its class', () => {
  const table = [...section('Errors').matchAll(/^\| `(\w+)` \| `(\w+)`/gm)]
  assert.equal(table.length, 4)
  for (const [, code, name] of table) assert.equal(jotgate.errors[name].code, code)
})

test('the worker, as it is shown', async (context) => {
  const server = Object.assign(await new KeyServer().listen(), { keys: [keys.old] })
  const shown = section('Cloudflare Workers').split('```js\n')[1].split('```')[0]
  const source = shown
    .replace("'https://issuer.example/.well-known/jwks.json', {", `'${server.url}', { allowInsecureLoopback: true,`)
    .replace("issuer: 'https://issuer.example'", `issuer: '${ISSUERS[0]}'`)
  const { origin, close } = await startWorkerd({ source })
  context.after(async () => {
    await close()
    server.close()
  })
  const answer = async (authorization) => {
    const response = await fetch(origin, { headers: authorization ? { authorization } : {} })
    return `${response.status} ${await response.text()}`
  }
  assert.equal(await answer(`Bearer ${tokens.old}`), '200 user-1')
  assert.equal(await answer(`Bearer ${tokens.new}`), '401 ERR_JWKS_NO_MATCHING_KEY')
  assert.equal(await answer('Bearer a.b.c'), '401 ERR_JWS_INVALID')
  assert.equal(await answer(), '401 ERR_JWS_INVALID')
})

test('every scenario was measured', () => {
  for (const { title } of rows) assert.ok(section('Measured').includes(`| ${title} |`), title)
})
