// The types of jotgate/edge, with the frameworks' own and with every module resolution, the library's declarations checked too.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { project, sh } from '../package/stranger.mjs'

const RESOLUTIONS = {
  bundler: { module: 'ESNext', moduleResolution: 'bundler' },
  nodenext: { module: 'NodeNext', moduleResolution: 'nodenext' },
}

/** What else is known where the file is compiled. */
const SURROUNDINGS = {
  'consumer.ts': [
    { lib: ['ES2022', 'DOM'], types: [] },
    { lib: ['ES2022'], types: ['node'] },
  ],
  'hono.ts': [{ lib: ['ES2022', 'DOM'], types: [] }],
  'express.ts': [{ lib: ['ES2022'], types: ['node'], esModuleInterop: true }],
}

for (const [file, surroundings] of Object.entries(SURROUNDINGS)) {
  for (const surrounding of surroundings) {
    for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
      test(`${file}, ${name}, with ${[...surrounding.lib, ...surrounding.types].join(' and ')}`, async (context) => {
        const folder = project(context, {
          [file]: readFileSync(new URL(`types/${file}`, import.meta.url), 'utf8'),
          'tsconfig.json': JSON.stringify({
            compilerOptions: {
              strict: true,
              skipLibCheck: false,
              exactOptionalPropertyTypes: true,
              target: 'ES2022',
              noEmit: true,
              ...surrounding,
              ...resolution,
            },
            include: [file],
          }),
        })
        const { code, stdout, stderr } = await sh(folder, 'tsc --project tsconfig.json')
        assert.equal(stdout + stderr, '')
        assert.equal(code, 0)
      })
    }
  }
}
