// The guide's page, bundled and opened in Chromium under the guide's content security policy.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createServer, preview } from 'vite'
import { openChromium } from '../../scripts/chromium.mjs'
import { servePage } from '../../scripts/serve.mjs'
import { CSP, judges, visit } from './browser.mjs'
import { token } from './issuer.mjs'
import { project, shown, shownCommand, succeed } from './stranger.mjs'

const PAGE = ['gate.js', 'main.js', 'index.html']
const LOOPBACK = { host: '127.0.0.1', port: 0 }
const headers = { 'content-security-policy': CSP }

let browser

before(async () => {
  browser = await openChromium()
})
after(() => browser?.close())

async function serve(context, folder, policy = CSP) {
  const site = await servePage({ folder, headers: { 'Content-Security-Policy': policy } })
  context.after(() => site.close())
  return site.url
}

describe('Vite', () => {
  // Its own files are out of the way of other projects, so that they go with this one.
  const quiet = { configFile: false, logLevel: 'silent' }

  async function develops(context, root) {
    const server = await createServer({ ...quiet, root, server: LOOPBACK })
    context.after(() => server.close())
    await server.listen()
    await judges(browser, server.resolvedUrls.local[0])
  }

  async function builds(context, root) {
    await succeed(root, shownCommand('Vite'))
    const server = await preview({ ...quiet, root, preview: { ...LOOPBACK, headers } })
    context.after(() => server.close())
    const [url] = server.resolvedUrls.local
    assert.equal((await fetch(url)).headers.get('content-security-policy'), CSP)
    await judges(browser, url)
  }

  test('development server', (context) => develops(context, project(context, PAGE)))
  test('build and preview', (context) => builds(context, project(context, PAGE)))

  const slim = () => ({ ...texts(PAGE), 'gate.js': shown('slim-vite/gate.js') })
  test('development server, jotgate/slim', (context) => develops(context, project(context, slim())))
  test('build and preview, jotgate/slim', async (context) => {
    const folder = project(context, slim())
    await builds(context, folder)
    assert.ok(
      readdirSync(join(folder, 'dist/assets')).some((file) => file.endsWith('.wasm')),
      'a file of its own',
    )
  })
})

describe('webpack', () => {
  async function builds(context, files) {
    const folder = project(context, {
      ...files,
      'webpack.config.js': shown('webpack.config.js'),
      ...pageOf('./dist/main.js'),
    })
    await succeed(folder, shownCommand('webpack'))
    await judges(browser, await serve(context, folder))
    return folder
  }

  test('build', (context) => builds(context, texts(PAGE)))
  test('build, jotgate/slim', async (context) => {
    const folder = await builds(context, { ...texts(PAGE), 'gate.js': shown('slim-webpack/gate.js') })
    assert.ok(
      readdirSync(join(folder, 'dist')).some((file) => file.endsWith('.wasm')),
      'a file of its own',
    )
  })
})

test('Rollup', async (context) => {
  const folder = project(context, {
    ...texts(PAGE),
    'rollup.config.js': shown('rollup.config.js'),
    ...pageOf('./dist/main.js'),
  })
  await succeed(folder, shownCommand('Rollup'))
  await judges(browser, await serve(context, folder))
})

test('esbuild', async (context) => {
  const folder = project(context, { ...texts(PAGE), ...pageOf('./dist/main.js') })
  await succeed(folder, shownCommand('esbuild'))
  await judges(browser, await serve(context, folder))
})

describe('without a bundler', () => {
  const map = shown('importmap.html')
  const [, mapText] = map.match(/>(.*)<\/script>/)
  const withMap = (gate) => ({
    ...texts(PAGE),
    'gate.js': gate,
    'index.html': shown('index.html').replace('  <script', `  ${map}  <script`),
  })

  test('with an import map, whose hash is in the policy', async (context) => {
    const hash = createHash('sha256').update(mapText).digest('base64')
    const folder = project(context, withMap(shown('gate.js')))
    await judges(browser, await serve(context, folder, `${CSP} 'sha256-${hash}'`))
  })

  test('with the path in place of the name', async (context) => {
    const path = JSON.parse(mapText).imports.jotgate
    const folder = project(context, { ...texts(PAGE), 'gate.js': shown('gate.js').replace("'jotgate'", `'${path}'`) })
    await judges(browser, await serve(context, folder))
  })

  test('jotgate/slim, with the URL of the file', async (context) => {
    const folder = project(context, { ...texts(PAGE), 'gate.js': shown('slim-page/gate.js') })
    await judges(browser, await serve(context, folder))
  })

  test('a policy that forbids WebAssembly gives an error of jotgate', async (context) => {
    const path = JSON.parse(mapText).imports.jotgate
    const folder = project(context, {
      'index.html': '<!doctype html><script type="module" src="./main.js"></script><output></output>',
      'main.js': `
        import { decodeJwt, errors, jwtVerifySync } from '${path}'
        import jwks from './jwks.js'
        const outcome = (call) => {
          try { return call() } catch (error) {
            return [error instanceof errors.JOSEError, error.code, error.cause.name]
          }
        }
        const token = ${JSON.stringify(token)}
        const outcomes = [outcome(() => jwtVerifySync(token, jwks)), outcome(() => decodeJwt(token))]
        document.querySelector('output').value = JSON.stringify(outcomes)`,
    })
    const text = await visit(browser, await serve(context, folder, "script-src 'self'"), (page) =>
      page.textContent('output'),
    )
    const refusal = [true, 'ERR_JOTGATE_INTERNAL', 'CompileError']
    assert.deepEqual(JSON.parse(text), [refusal, refusal])
  })
})

function texts(files) {
  return Object.fromEntries(files.map((file) => [file, shown(file)]))
}

/** The guide's page with the script where the bundler puts it. */
function pageOf(script) {
  return { 'index.html': shown('index.html').replace('./main.js', script) }
}
