// The guides on Workers and on outages say what the code does.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { root } from '../../scripts/command.mjs'
import { startWorkers } from '../../scripts/workers.mjs'
import { part } from '../key-sets/jotgate.mjs'
import { GUIDE, tableIn, tables } from './outage.mjs'
import { AUDIENCE, startMachineProvider } from './provider.mjs'

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

describe('On Cloudflare Workers', () => {
  const guide = readFileSync(join(root, 'docs', 'cloudflare-workers.md'), 'utf8')
  const shown = (file) => new RegExp(`\n\`\`\`js(?:onc)? ${file}\n(.*?\n)\`\`\`\n`, 's').exec(guide)[1]

  for (const file of ['api.js', 'wrangler.jsonc', 'notes/notes.js', 'notes/wrangler.jsonc']) {
    test(`shows ${file} as it is`, () =>
      assert.equal(shown(file), readFileSync(join(root, 'www', 'worker', file), 'utf8')))
  }

  test('the scheduled Worker has keys before the first request', async (context) => {
    const work = join(root, 'target', 'worker')
    mkdirSync(work, { recursive: true })
    const folder = mkdtempSync(join(work, 'scheduled-'))
    context.after(() => rmSync(folder, { recursive: true, force: true }))
    writeFileSync(join(folder, 'scheduled.js'), shown('scheduled.js'))
    const config = join(folder, 'wrangler.json')
    const [, triggers] = /with `("triggers": .*?)` in/.exec(guide)
    writeFileSync(
      config,
      `{ "name": "scheduled", "main": "scheduled.js", "compatibility_date": "2026-11-01", "kv_namespaces": [{ "binding": "KEYS" }], ${triggers} }`,
    )

    const provider = await startMachineProvider()
    context.after(() => provider.close())
    const token = await provider.token()
    const vars = { ISSUER: provider.issuer, AUDIENCE }
    const { url, miniflare, close } = await startWorkers({ workers: [{ config, vars }] })
    context.after(close)
    const keys = () => provider.fetches.get('/jwks') ?? 0
    assert.equal(keys(), 0, 'nothing is fetched while it starts')
    const worker = await miniflare.getWorker('scheduled')
    assert.equal((await worker.scheduled()).outcome, 'ok')
    assert.equal(keys(), 1)
    const answer = await fetch(url, { headers: { Authorization: `Bearer ${token}` } })
    assert.deepEqual(await answer.json(), { hello: 'machine' })
    assert.equal(keys(), 1)
  })
})
