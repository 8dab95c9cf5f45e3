// The platforms that take WebAssembly only as compiled modules. Both run in workerd, which refuses to compile from bytes.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as esbuild from 'esbuild'
import { forged, REFUSED, SUBJECT, token, tokenForWasm } from './issuer.mjs'
import { project, shown, shownCommand, succeed } from './stranger.mjs'

const EDGE = ['gate.js', 'handler.js']
// The form in which the other platforms have the bytes inside of the script.
const INLINE = /[\w+/]{1000}/
const COMPATIBILITY_DATE = shown('wrangler.toml').match(/compatibility_date = "(.*)"/)[1]

// Runs inside of workerd, beside the worker, which was loaded in the global scope as it always is.
const QUESTIONS = `
  import worker from './main.js'

  async function ask(authorization) {
    const response = await worker.fetch(new Request('https://api.example/', { headers: authorization ? { authorization } : {} }))
    return response.status + ' ' + (await response.text())
  }

  export default {
    async test() {
      for (const [authorization, answer] of ${JSON.stringify([
        [`Bearer ${token}`, `200 ${SUBJECT}`],
        [`Bearer ${forged}`, `401 ${REFUSED}`],
        ['Basic bWFyYTo=', '401 ERR_JWS_INVALID'],
        [undefined, '401 ERR_JWS_INVALID'],
        [`bearer ${tokenForWasm}`, `200 ${SUBJECT}`],
      ])}) {
        const given = await ask(authorization)
        if (given !== answer) throw new Error(given + ' is not ' + answer)
      }
    },
  }`

/** Runs a worker in workerd: its script and its WebAssembly files by name. */
async function judges(folder, script, wasm) {
  writeFileSync(join(folder, 'main.js'), script)
  writeFileSync(join(folder, 'questions.js'), QUESTIONS)
  for (const [name, bytes] of Object.entries(wasm)) writeFileSync(join(folder, name), bytes)
  const modules = [
    ...['questions.js', 'main.js'].map((name) => `(name = "${name}", esModule = embed "${name}")`),
    ...Object.keys(wasm).map((name) => `(name = "${name}", wasm = embed "${name}")`),
  ]
  writeFileSync(
    join(folder, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
     const config :Workerd.Config = (services = [(name = "main", worker = (
       modules = [${modules.join(', ')}], compatibilityDate = "${COMPATIBILITY_DATE}"))]);`,
  )
  await succeed(folder, 'workerd test config.capnp')
}

test('Cloudflare Workers, bundled by wrangler', async (context) => {
  const folder = project(context, [...EDGE, 'worker.js', 'wrangler.toml'])
  await succeed(folder, shownCommand('Cloudflare Workers'), {
    WRANGLER_HIDE_BANNER: 'true',
    WRANGLER_LOG_PATH: join(folder, 'logs'),
    XDG_CONFIG_HOME: folder,
  })
  const bundle = join(folder, 'dist')
  const wasm = readdirSync(bundle).filter((file) => file.endsWith('.wasm'))
  assert.ok(
    wasm.some((file) => file.endsWith('verify_bg.wasm')),
    wasm.join(),
  )
  const script = readFileSync(join(bundle, 'worker.js'), 'utf8')
  assert.doesNotMatch(script, INLINE)
  await judges(bundle, script, Object.fromEntries(wasm.map((file) => [file, readFileSync(join(bundle, file))])))
})

test('edge-light, bundled with its condition', async (context) => {
  const folder = project(context, { ...texts(EDGE), 'api/token.js': shown('api/token.js') })
  const found = []
  // What these platforms' bundlers do with `?module`.
  const asModules = {
    name: 'wasm as modules',
    setup(build) {
      build.onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => {
        found.push(join(resolveDir, path))
        return { path, external: true, sideEffects: false }
      })
    },
  }
  const { outputFiles } = await esbuild.build({
    stdin: { contents: "import handler from './api/token.js'\nexport default { fetch: handler }", resolveDir: folder },
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['edge-light'],
    plugins: [asModules],
  })
  const script = outputFiles[0].text
  const imports = [...script.matchAll(/^import .* from "(.*)"/gm)].map(([, specifier]) => specifier)
  assert.deepEqual(imports, ['../wasm/verify_bg.wasm?module'])
  assert.doesNotMatch(script, INLINE)
  const file = found.find((path) => path.endsWith('verify_bg.wasm?module')).replace('?module', '')
  await judges(folder, script.replace(imports[0], './verify_bg.wasm'), { 'verify_bg.wasm': readFileSync(file) })
})

test('the trees of these platforms never compile from bytes', async (context) => {
  const folder = join(project(context, {}), 'node_modules', 'jotgate', 'dist')
  for (const [tree, query] of [
    ['workerd', ''],
    ['edge-light', '?module'],
  ]) {
    for (const module of ['decode', 'verify']) {
      const loader = readFileSync(join(folder, tree, `${module}-loader.js`), 'utf8')
      assert.ok(loader.includes(`import module from '../wasm/${module}_bg.wasm${query}'`))
      assert.doesNotMatch(loader, /WebAssembly/)
    }
  }
})

function texts(files) {
  return Object.fromEntries(files.map((file) => [file, shown(file)]))
}
