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

test('single-page application', async (context) => {
  const [code] = blocks('README.md', 'Single-page application')
  const folder = project(context, {
    'app.js': `
      const token = process.argv[2]
      const refresh = () => console.log('refresh')
      ${code}
      console.log(sub, scope, expiresIn > 3500, expired)
      process.exit()`,
  })
  assert.equal(await succeed(folder, 'node app.js "$TOKEN"', { TOKEN: token }), `${SUBJECT} orders:read true false\n`)
})

test('edge worker', async (context) => {
  const [code] = blocks('README.md', 'Edge worker')
  const folder = project(context, { 'worker.js': code, 'wrangler.toml': shown('wrangler.toml') })
  await ask(folder, await bundleByWrangler(folder), [
    [`Bearer ${token}`, `200 ${JSON.stringify({ hello: SUBJECT, mayWrite: false })}`],
    [`Bearer ${forged}`, '401 '],
    ['Bearer', '401 '],
    [null, '401 '],
  ])
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
