// The JavaScript of the two READMEs, as it stands there.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../../scripts/command.mjs'
import { forged, jwks, SUBJECT, token } from './issuer.mjs'
import { project, sh, shown, succeed } from './stranger.mjs'
import { ask, bundleByWrangler } from './workerd.mjs'

/** The blocks of JavaScript under a heading, or of all. */
function blocks(file, heading) {
  const text = readFileSync(join(root, file), 'utf8')
  const section = heading === undefined ? text : text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0]
  assert.ok(section, `${file} has the section ${heading}`)
  return [...section.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code)
}

// The issuer of the examples answers nobody, so the keys are handed over.
const withKeys = (code) => code.replace(/audience: '[^']*'/, (audience) => `${audience}, jwks: ${JSON.stringify(jwks)}`)

test('single-page application', async (context) => {
  const [reading, keeping] = blocks('README.md', 'Single-page application')
  const folder = project(context, {
    'read.js': `
      const token = process.argv[2]
      ${reading}
      console.log(sub, scope, expiresIn > 3500, expired)`,
    'keep.js': `
      const asked = []
      globalThis.fetch = async (input, init) => {
        const { url, headers } = input instanceof Request ? input : { url: input, headers: new Headers(init?.headers) }
        asked.push(url + ' ' + (headers.get('authorization') === 'Bearer ' + process.argv[2]))
        return Response.json(url.startsWith('/') ? { access_token: process.argv[2], token_type: 'Bearer', expires_in: 3600 } : ['a'])
      }
      ${keeping}
      console.log(await orders.json(), asked)
      process.exit()`,
  })
  assert.equal(await succeed(folder, 'node read.js "$TOKEN"', { TOKEN: token }), `${SUBJECT} orders:read true false\n`)
  const kept = await succeed(folder, 'node keep.js "$TOKEN"', { TOKEN: token })
  assert.equal(kept, "[ 'a' ] [ '/session/token false', 'https://api.example/orders true' ]\n")
})

const problem = (title, status, detail, error) => JSON.stringify({ title, status, detail, error })

test('edge worker', async (context) => {
  const [code] = blocks('README.md', 'Edge worker')
  const folder = project(context, { 'worker.js': withKeys(code), 'wrangler.toml': shown('wrangler.toml') })
  await ask(folder, await bundleByWrangler(folder), [
    [`Bearer ${token}`, `200 ${JSON.stringify({ hello: SUBJECT, mayWrite: false })}`],
    [`Bearer ${forged}`, `401 ${problem('Unauthorized', 401, 'the signature does not verify', 'invalid_token')}`],
    [
      'Bearer',
      `400 ${problem('Bad Request', 400, 'the Authorization header is not one Bearer token', 'invalid_request')}`,
    ],
    [null, `401 ${problem('Unauthorized', 401, 'no Bearer token was sent')}`],
  ])
})

test('anywhere else', async (context) => {
  const [code] = blocks('README.md', 'Anywhere else')
  const folder = project(context, {
    'verify.js': `
      const token = process.argv[2]
      ${withKeys(code)}
      console.log(payload.sub, scopes.has('orders:read'))`,
  })
  assert.equal(await succeed(folder, 'node verify.js "$TOKEN"', { TOKEN: token }), `${SUBJECT} true\n`)
  assert.notEqual((await sh(folder, 'node verify.js "$TOKEN"', { TOKEN: forged })).code, 0)
})

test("the package's README", async (context) => {
  const [verifying, reading] = blocks('pkg/README.md')
  const folder = project(context, {
    'verify.js': `
      const keySet = ${JSON.stringify(jwks)}
      const token = process.argv[2]
      ${verifying}
      console.log(payload.sub)`,
    'read.js': `
      const token = process.argv[2]
      ${reading}
      console.log(claims.sub, inMs > 3_000_000)`,
  })
  assert.equal(await succeed(folder, 'node verify.js "$TOKEN"', { TOKEN: token }), `${SUBJECT}\n`)
  assert.notEqual((await sh(folder, 'node verify.js "$TOKEN"', { TOKEN: forged })).code, 0)
  assert.equal(await succeed(folder, 'node read.js "$TOKEN"', { TOKEN: token }), `${SUBJECT} true\n`)
})
