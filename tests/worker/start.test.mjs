// `npm start` as somebody at a keyboard has it: addresses that answer, sentences for mistakes, and nothing left behind.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../../scripts/command.mjs'
import { isRunning, workerds } from './memory.mjs'

function start(...flags) {
  const ports = ['--port', '0', '--provider-port', '0', '--api-port', '0']
  const child = spawn(process.execPath, [join(root, 'scripts', 'run.mjs'), 'start', ...ports, ...flags], { cwd: root })
  const started = { child, text: '', ended: once(child, 'close') }
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      started.text += chunk
    })
  }
  return started
}

test('shows three addresses that answer, and ends them all', { timeout: 300_000 }, async (context) => {
  const started = start()
  const { child, ended } = started
  context.after(() => child.kill('SIGKILL'))
  while (!started.text.includes('Ctrl-C')) {
    await Promise.race([once(child.stdout, 'data'), ended.then(() => assert.fail(started.text))])
  }
  const [page, provider, api] = Array.from(started.text.matchAll(/http:\/\/127\.0\.0\.1:\d+\S*/g), ([url]) => url)
  assert.match(await (await fetch(page)).text(), /Call the guarded API/)
  assert.equal((await (await fetch(`${provider}/.well-known/openid-configuration`)).json()).issuer, provider)
  assert.equal((await fetch(api)).status, 401)
  assert.equal((await (await fetch(`${page}api.json`)).json()).url, api.replace('notes', ''))

  const children = [...workerds(child.pid).keys()]
  assert.equal(children.length, 1)
  child.kill('SIGINT')
  assert.deepEqual(await ended, [0, null])
  for (const url of [page, provider, api]) await assert.rejects(fetch(url))
  assert.deepEqual(children.filter(isRunning), [])
})

test('says which flag to change when a port is taken, or is none', { timeout: 300_000 }, async (context) => {
  const occupant = createServer().listen(0, '127.0.0.1')
  await once(occupant, 'listening')
  context.after(() => occupant.close())
  const { port } = occupant.address()
  const taken = start('--api-port', String(port))
  assert.deepEqual(await taken.ended, [1, null])
  assert.ok(
    taken.text.includes(`Port ${port} is taken`) && taken.text.includes('npm start -- --api-port 0'),
    taken.text,
  )
  assert.doesNotMatch(taken.text, /\n\s+at /)
  const none = start('--api-port', 'x')
  await none.ended
  assert.match(none.text, /--api-port takes a port number, not "x"/)
})
