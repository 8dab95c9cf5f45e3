// The runtimes that load the package from node_modules themselves.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { environment } from '../../scripts/command.mjs'
import { forged, REFUSED, SUBJECT, token, tokenForWasm } from './issuer.mjs'
import { project, sh, shown, shownCommand, succeed } from './stranger.mjs'

const NODE_24 = process.execPath
const NODE_20 = environment.NODE20

async function judges(folder, command) {
  for (const TOKEN of [token, tokenForWasm]) assert.equal(await succeed(folder, command, { TOKEN }), `${SUBJECT}\n`)
  const refusal = await sh(folder, command, { TOKEN: forged })
  assert.notEqual(refusal.code, 0)
  assert.equal(refusal.stdout, '')
  assert.match(refusal.stderr, new RegExp(REFUSED))
  assert.ok(!refusal.stderr.includes(forged.split('.')[1]), 'the token is not in what is printed')
}

for (const node of [NODE_20, NODE_24]) {
  describe(`Node ${node === NODE_20 ? 20 : 24}`, () => {
    const under = (command) => command.replace(/^node /, `"${node}" `)

    test('imports', async (context) => {
      await judges(project(context, ['gate.js', 'app.js']), under(shownCommand('Node')))
    })

    test('requires', async (context) => {
      await judges(project(context, ['app.cjs'], { type: 'commonjs' }), under(shownCommand('CommonJS')))
    })

    test('requires every entry without a warning', async (context) => {
      const folder = project(context, {
        'all.cjs':
          "require('jotgate'); require('jotgate/decode'); require('jotgate/spa'); require('jotgate/edge'); require('jotgate/slim')",
      })
      const { code, stderr } = await sh(folder, under('node all.cjs'))
      assert.equal(code, 0, stderr)
      assert.equal(stderr, '')
    })

    test('takes the WebAssembly of jotgate/slim as bytes', async (context) => {
      await judges(project(context, ['slim-node.js']), under('node slim-node.js "$TOKEN"'))
    })

    test('takes the WebAssembly of jotgate/slim as a module, a promise and a response', async (context) => {
      for (const source of [
        'await WebAssembly.compile(bytes)',
        'bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)',
        "new Response(bytes, { headers: { 'content-type': 'application/octet-stream' } })",
        "Promise.resolve('data:application/wasm;base64,' + bytes.toString('base64'))",
      ]) {
        const folder = project(context, {
          'app.js': `
            import { readFile } from 'node:fs/promises'
            import { createVerifier, initialize } from 'jotgate/slim'
            import jwks from './jwks.js'
            const policy = { issuer: 'https://issuer.example', audience: 'https://api.example', jwks }
            let early
            try { createVerifier(policy) } catch (error) { early = error }
            if (!(early instanceof TypeError) || !early.message.includes('initialize')) throw new Error('early: ' + early)
            const bytes = await readFile(new URL(import.meta.resolve('jotgate/wasm')))
            await initialize(${source})
            console.log((await createVerifier(policy).verify(process.argv[2])).payload.sub)`,
        })
        await judges(folder, under('node app.js "$TOKEN"'))
      }
    })

    test('does no work while the package is imported', async (context) => {
      const folder = project(context, {
        'gate.js': shown('gate.js'),
        'app.js': `
          const used = []
          function spy(owner, names) {
            for (const name of names) {
              owner[name] = new Proxy(owner[name], {
                apply: (...call) => used.push(name) && Reflect.apply(...call),
                construct: (...call) => used.push(name) && Reflect.construct(...call),
              })
            }
          }
          spy(WebAssembly, ['Module', 'Instance', 'compile', 'instantiate', 'validate'])
          spy(crypto, ['getRandomValues', 'randomUUID'])
          spy(Math, ['random'])
          spy(Date, ['now'])
          spy(globalThis, ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch', 'atob', 'Date'])
          for (const entry of ['jotgate', 'jotgate/decode', 'jotgate/spa', 'jotgate/edge', 'jotgate/slim']) await import(entry)
          console.log(JSON.stringify(used))
          // Naming the class has Node load all of WebCrypto.
          Object.defineProperty(globalThis, 'CryptoKey', { get: () => void used.push('CryptoKey') })
          const { verifySync } = await import('./gate.js')
          for (let i = 0; i < 3; i++) verifySync(process.argv[2])
          console.log(JSON.stringify(used.filter((name) => ['Module', 'Instance', 'CryptoKey'].includes(name))))`,
      })
      const lines = await succeed(folder, under('node app.js "$TOKEN"'), { TOKEN: token })
      assert.deepEqual(lines.trim().split('\n').map(JSON.parse), [[], ['Module', 'Instance']])
    })

    test('imports where nothing may be evaluated or changed', async (context) => {
      const hardened = 'node --no-warnings --disallow-code-generation-from-strings --frozen-intrinsics'
      const command = shownCommand('Node').replace('node', hardened)
      await judges(project(context, ['gate.js', 'app.js']), under(command))
    })

    test('says so where there is no WebAssembly', async (context) => {
      const folder = project(context, ['app.cjs'], { type: 'commonjs' })
      const command = under(shownCommand('CommonJS').replace('node', 'node --jitless'))
      const { code, stdout, stderr } = await sh(folder, command, { TOKEN: token })
      assert.notEqual(code, 0)
      assert.equal(stdout, '')
      assert.match(stderr, /ERR_JOTGATE_INTERNAL/)
    })

    test('finds every entry of the manifest', async (context) => {
      const folder = project(context, {
        'app.js': `
          for (const entry of ['jotgate', 'jotgate/decode', 'jotgate/spa', 'jotgate/edge', 'jotgate/slim', 'jotgate/wasm', 'jotgate/package.json']) {
            console.log(new URL(import.meta.resolve(entry)).pathname.split('/node_modules/jotgate/')[1])
          }
          const own = Object.keys(await import('jotgate/decode')).sort()
          const all = await import('jotgate')
          console.log(own.join(' '), own.every((name) => name in all))
          console.log(await import('jotgate/internal').catch(({ code }) => code))`,
      })
      assert.deepEqual((await succeed(folder, under('node app.js'))).trim().split('\n'), [
        'dist/default/index.js',
        'dist/default/decode.js',
        'dist/default/spa.js',
        'dist/default/edge.js',
        'dist/slim/slim.js',
        'dist/wasm/verify_bg.wasm',
        'package.json',
        'decodeJwt decodeProtectedHeader nextRefresh tokenTimes true',
        'ERR_PACKAGE_PATH_NOT_EXPORTED',
      ])
    })
  })
}

for (const title of ['Deno', 'Bun']) {
  test(`${title} imports`, async (context) => {
    await judges(project(context, ['gate.js', 'app.js']), shownCommand(title))
  })
}
