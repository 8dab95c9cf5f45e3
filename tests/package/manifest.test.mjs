// The tarball itself: what two linters of packages say of it, and what it holds.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { packedInstall } from '../packed.mjs'
import { sh } from './stranger.mjs'

const folder = packedInstall()
const installed = join(folder, 'node_modules', 'jotgate')
const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))

test('publint has nothing to say', async () => {
  const { messages } = await publint({ pkgDir: installed, pack: false, strict: true, level: 'suggestion' })
  assert.deepEqual(
    messages.map((message) => formatMessage(message, manifest)),
    [],
  )
})

test('attw finds the types right', async () => {
  const { code, stdout, stderr } = await sh(
    folder,
    'attw --profile esm-only --no-definitely-typed --format ascii *.tgz',
  )
  assert.equal(code, 0, stdout + stderr)
})

test('every path of the manifest exists', () => {
  const paths = (value) => (typeof value === 'string' ? [value] : Object.values(value).flatMap(paths))
  for (const path of [...paths(manifest.exports), manifest.main, manifest.module, manifest.types]) {
    assert.ok(existsSync(join(installed, path)), path)
  }
})

test('it depends on nothing, and runs nothing when it is installed', () => {
  for (const name of [
    'dependencies',
    'peerDependencies',
    'optionalDependencies',
    'bundleDependencies',
    'scripts',
    'bin',
  ]) {
    assert.equal(manifest[name], undefined, name)
  }
  assert.deepEqual(
    readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.')),
    ['jotgate'],
  )
})

test('it holds what it runs and its licences, and nothing that only the build needs', () => {
  const entries = readdirSync(installed, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const names = files.map((file) => file.slice(installed.length + 1))
  for (const name of ['LICENSE-MIT', 'LICENSE-APACHE', 'README.md', 'package.json'])
    assert.ok(names.includes(name), name)
  assert.deepEqual(
    names.filter(
      (name) => !/^(?:dist\/.*\.(?:js|wasm)|dist\/types\/.*\.d\.ts|LICENSE-\w+|README\.md|package\.json)$/.test(name),
    ),
    [],
  )
  assert.deepEqual(
    names.filter(
      (name) =>
        /\.(?:js|ts)$/.test(name) &&
        /sourceMappingURL|\beval\(|new Function\(/.test(readFileSync(join(installed, name), 'utf8')),
    ),
    [],
  )
})

test('the modules hold no debug information, and no paths of the machine that built them', () => {
  for (const module of ['decode', 'verify', 'rsa-fma']) {
    const bytes = readFileSync(join(installed, 'dist', 'wasm', `${module}_bg.wasm`))
    const sections = WebAssembly.Module.customSections(new WebAssembly.Module(bytes), '.debug_info')
    assert.equal(sections.length, 0)
    assert.ok(!/\/(?:home|root|Users|work)\//.test(bytes.toString('latin1')), module)
  }
})
