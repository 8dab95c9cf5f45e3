// The platforms that take WebAssembly only as compiled modules.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as esbuild from 'esbuild'
import { forged, REFUSED, SUBJECT, token, tokenForWasm } from './issuer.mjs'
import { project, shown } from './stranger.mjs'
import { ask, bundleByWrangler } from './workerd.mjs'

const EDGE = ['gate.js', 'handler.js']
// The form in which the other platforms have the bytes inside of the script.
const INLINE = /[\w+/]{1000}/
const ANSWERS = [
  [`Bearer ${token}`, `200 ${SUBJECT}`],
  [`Bearer ${forged}`, `401 ${REFUSED}`],
  ['Basic bWFyYTo=', '401 ERR_JWS_INVALID'],
  [null, '401 ERR_JWS_INVALID'],
  [`bearer ${tokenForWasm}`, `200 ${SUBJECT}`],
]

test('Cloudflare Workers, bundled by wrangler', async (context) => {
  const folder = project(context, [...EDGE, 'worker.js', 'wrangler.toml'])
  const worker = await bundleByWrangler(folder)
  const files = Object.keys(worker.wasm)
  assert.ok(
    files.some((file) => file.endsWith('verify_bg.wasm')),
    files.join(),
  )
  assert.doesNotMatch(worker.script, INLINE)
  await ask(folder, worker, ANSWERS)
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
  const wasm = { 'verify_bg.wasm': readFileSync(file) }
  await ask(folder, { script: script.replace(imports[0], './verify_bg.wasm'), wasm }, ANSWERS)
})

test('the trees of these platforms never compile from bytes', async (context) => {
  const folder = join(project(context, {}), 'node_modules', 'jotgate', 'dist')
  const FILES = { 'decode-loader.js': 'decode', 'verify-loader.js': 'verify' }
  for (const [tree, query, files] of [
    ['workerd', '', { ...FILES, 'verifying.js': 'rsa-fma' }],
    // No module that does not validate in every engine.
    ['edge-light', '?module', FILES],
  ]) {
    for (const file of readdirSync(join(folder, tree))) {
      const text = readFileSync(join(folder, tree, file), 'utf8')
      const imports = [...text.matchAll(/['"]([^'"]*\.wasm[^'"]*)['"]/g)].map(([, specifier]) => specifier)
      assert.deepEqual(imports, files[file] ? [`../wasm/${files[file]}_bg.wasm${query}`] : [], `${tree}/${file}`)
      // wasm-bindgen's glue would compile what is no module yet; here are no bytes.
      assert.doesNotMatch(text, /WebAssembly\.(?:compile|validate|instantiate)/, `${tree}/${file}`)
      assert.doesNotMatch(text, INLINE, `${tree}/${file}`)
    }
  }
  assert.doesNotMatch(readFileSync(join(folder, 'slim', 'verifying.js'), 'utf8'), INLINE)
})

function texts(files) {
  return Object.fromEntries(files.map((file) => [file, shown(file)]))
}
