// Runs the scenarios of tests/key-sets and writes what happened into docs/key-sets.md: `npm run key-sets`. Takes about a minute.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './build.mjs'
import { root } from './command.mjs'

const BEGIN = '<!-- Made by `npm run key-sets`. -->'
const END = '<!-- End of what is made. -->'

await build()
// They take the package as it is when they are loaded.
const { rows, tables } = await import('../tests/key-sets/measure.mjs')
const { node, workerd } = await import('../tests/key-sets/stages.mjs')
const places = [node, await workerd()]
const measured = []
for (const row of rows) {
  measured.push({ ...row, results: await row.measure(places) })
  process.stdout.write('.')
}
for (const { close } of places) await close()

const file = join(root, 'docs', 'key-sets.md')
const text = readFileSync(file, 'utf8')
const [before, rest] = text.split(BEGIN)
const [, behind] = rest.split(END)
writeFileSync(file, `${before}${BEGIN}\n\n${tables(measured, places)}\n\n${END}${behind}`)
console.log('\ndocs/key-sets.md is written.')
