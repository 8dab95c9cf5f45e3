// What a bundle pays for: nothing for an import that is not used, and the small module alone for reading tokens.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import nodeResolve from '@rollup/plugin-node-resolve'
import * as esbuild from 'esbuild'
import { rollup } from 'rollup'
import { build as vite } from 'vite'
import webpack from 'webpack'
import { SUBJECT, token } from './issuer.mjs'
import { project, shown } from './stranger.mjs'

// What only the code for verification says.
const VERIFICATION = 'RSASSA-PKCS1-v1_5'

/** Each takes the folder of a project and bundles its main.js, for a library that exports what main.js exports. */
const BUNDLERS = {
  async esbuild(folder) {
    const { outputFiles } = await esbuild.build({
      entryPoints: [join(folder, 'main.js')],
      bundle: true,
      minify: true,
      format: 'esm',
      write: false,
    })
    return outputFiles[0].text
  },
  async Rollup(folder) {
    const bundle = await rollup({ input: join(folder, 'main.js'), plugins: [nodeResolve()], onwarn: () => {} })
    const { output } = await bundle.generate({ format: 'es' })
    await bundle.close()
    return output[0].code
  },
  async Vite(folder) {
    const lib = { entry: 'main.js', formats: ['es'], fileName: 'bundle' }
    await vite({ configFile: false, logLevel: 'silent', root: folder, build: { lib } })
    return readFileSync(join(folder, 'dist', 'bundle.js'), 'utf8')
  },
  async webpack(folder) {
    const stats = await new Promise((resolve, reject) => {
      const settle = (error, stats) => (error ? reject(error) : resolve(stats))
      webpack(
        {
          mode: 'production',
          context: folder,
          entry: './main.js',
          output: { path: join(folder, 'dist'), filename: 'bundle.mjs', library: { type: 'module' } },
          experiments: { outputModule: true },
          // Its advice on sizes; what they may be, size-budget.json says.
          performance: false,
        },
        settle,
      )
    })
    assert.equal(stats.toString({ all: false, errors: true, warnings: true }), '')
    return readFileSync(join(folder, 'dist', 'bundle.mjs'), 'utf8')
  },
}

// A passage that only this module has, in the form in which it travels inside of the JavaScript.
const passages = {}

before((context) => {
  const folder = join(project(context, {}), 'node_modules', 'jotgate', 'dist', 'wasm')
  const [decode, verify] = ['decode', 'verify'].map((module) =>
    readFileSync(join(folder, `${module}_bg.wasm`)).toString('hex'),
  )
  const ownPassage = (text, other) => text.match(/.{100}/g).find((passage) => !other.includes(passage))
  Object.assign(passages, { decode: ownPassage(decode, verify), verify: ownPassage(verify, decode) })
  assert.ok(passages.decode && passages.verify)
})

for (const [name, bundle] of Object.entries(BUNDLERS)) {
  describe(name, () => {
    for (const unused of [
      "import {} from 'jotgate'",
      "import { createVerifier, decodeJwt } from 'jotgate'",
      "import { createTokenManager } from 'jotgate/spa'",
    ]) {
      test(`drops what is not used: ${unused}`, async (context) => {
        const text = await bundle(project(context, { 'main.js': `${unused}\n` }))
        assert.ok(text.length < 100, text.slice(0, 1000))
      })
    }

    for (const entry of ['jotgate/decode', 'jotgate']) {
      test(`bundles the small module alone, from ${entry}`, async (context) => {
        const text = await bundle(
          project(context, { 'main.js': shown('expiry.js').replace("'jotgate/decode'", `'${entry}'`) }),
        )
        assert.ok(text.includes(passages.decode), 'the small module is in it')
        assert.ok(!text.includes(passages.verify), 'the large one is not')
        assert.ok(!text.includes(VERIFICATION), 'nor the code around it')
        const { expiry } = await import(`data:text/javascript,${encodeURIComponent(text)}`)
        const { subject, expiresAt } = expiry(token)
        assert.equal(subject, SUBJECT)
        assert.ok(expiresAt > Date.now() / 1000)
      })
    }

    test('bundles the large module alone for verification', async (context) => {
      const text = await bundle(project(context, { 'main.js': shown('gate.js') }))
      assert.ok(text.includes(passages.verify))
      assert.ok(text.includes(VERIFICATION))
      assert.ok(!text.includes(passages.decode))
      const { verifySync } = await import(`data:text/javascript,${encodeURIComponent(text)}`)
      assert.equal(verifySync(token).payload.sub, SUBJECT)
    })

    test('bundles the small module alone for the token manager', async (context) => {
      const text = await bundle(project(context, { 'main.js': "export { createTokenManager } from 'jotgate/spa'\n" }))
      assert.ok(text.includes(passages.decode))
      assert.ok(!text.includes(passages.verify))
      assert.ok(!text.includes(VERIFICATION))
      const { createTokenManager } = await import(`data:text/javascript,${encodeURIComponent(text)}`)
      const manager = createTokenManager({ refresh: async () => ({ access_token: token }) })
      assert.equal(await manager.getToken(), token)
      manager.dispose()
    })

    test('bundles no verification module for jotgate/slim', async (context) => {
      const main = `export { createVerifier, initialize } from 'jotgate/slim'\n`
      const text = await bundle(project(context, { 'main.js': main }))
      assert.ok(!text.includes(passages.verify))
      assert.ok(!text.includes(passages.decode))
    })
  })
}
