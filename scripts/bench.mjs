// Builds, then runs each file of benches/ (or those named): `npm run bench -- verify`.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './build.mjs'
import { root, run } from './command.mjs'

const wanted = process.argv.slice(2)
await build()
for (const file of readdirSync(join(root, 'benches')).filter((name) => name.endsWith('.mjs'))) {
  if (wanted.length === 0 || wanted.includes(file.replace(/\.mjs$/, ''))) await run('node', [join('benches', file)])
}
