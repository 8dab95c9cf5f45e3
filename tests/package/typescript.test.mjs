// The types, with every module resolution that the guide names, and the library's own declarations checked too.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { project, sh, shown } from './stranger.mjs'

const ANYWHERE = { lib: ['ES2022'], types: [] }
const RESOLUTIONS = {
  bundler: { module: 'ESNext', moduleResolution: 'bundler' },
  node16: { module: 'Node16', moduleResolution: 'node16' },
  nodenext: { module: 'NodeNext', moduleResolution: 'nodenext' },
}

const source = (name) => readFileSync(new URL(`types/${name}`, import.meta.url), 'utf8')

async function compiles(context, compilerOptions, files) {
  const options = {
    strict: true,
    skipLibCheck: false,
    exactOptionalPropertyTypes: true,
    target: 'ES2022',
    noEmit: true,
  }
  const folder = project(context, {
    ...files,
    'tsconfig.json': JSON.stringify({
      compilerOptions: { ...options, ...compilerOptions },
      include: Object.keys(files),
    }),
  })
  const { code, stdout, stderr } = await sh(folder, 'tsc --project tsconfig.json')
  assert.equal(stdout + stderr, '')
  assert.equal(code, 0)
}

for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
  test(`${name}: with neither the DOM library nor Node's types`, (context) =>
    compiles(context, { ...ANYWHERE, ...resolution }, { 'consumer.ts': source('consumer.ts') }))

  test(`${name}: with the DOM library`, (context) =>
    compiles(
      context,
      { ...resolution, lib: ['ES2022', 'DOM'], types: [] },
      { 'consumer.ts': source('consumer.ts'), 'platform.ts': source('platform.ts') },
    ))

  test(`${name}: with Node's types`, (context) =>
    compiles(
      context,
      { ...resolution, lib: ['ES2022'], types: ['node'] },
      { 'consumer.ts': source('consumer.ts'), 'platform.ts': source('platform.ts'), 'node.ts': source('node.ts') },
    ))

  test(`${name}: the guide's example`, (context) =>
    compiles(context, { ...ANYWHERE, ...resolution }, { 'subject.ts': shown('subject.ts') }))
}

test('nodenext: a CommonJS file', (context) =>
  compiles(context, { ...ANYWHERE, ...RESOLUTIONS.nodenext }, { 'consumer.cts': source('consumer.ts') }))

for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
  test(`${name}: the token manager, with neither the DOM library nor Node's types`, (context) =>
    compiles(context, { ...ANYWHERE, ...resolution }, { 'spa.ts': source('spa.ts') }))
}

test('the token manager, with the DOM library', (context) =>
  compiles(
    context,
    { ...RESOLUTIONS.bundler, lib: ['ES2022', 'DOM', 'ESNext.Disposable'], types: [] },
    {
      'spa.ts': source('spa.ts'),
      'spa-platform.ts': source('spa-platform.ts'),
      'spa-using.ts': source('spa-using.ts'),
    },
  ))
