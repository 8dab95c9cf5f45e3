// Writes the files that are made from the Rust sources. `--check` writes nothing and fails where one is not current.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, output, root } from './command.mjs'

const GENERATED = [{ file: 'src/js/error-table.ts', example: 'error_table' }]

const checking = process.argv.includes('--check')
let stale = 0
for (const { file, example } of GENERATED) {
  const printed = output('cargo', ['run', '--quiet', '--locked', '--example', example])
  if (printed === undefined) throw new Failure(`cargo run --example ${example} has failed: run it to see why.`)
  const path = join(root, file)
  const wanted = formatted(file, `${printed}\n`)
  const current = readFileSync(path, 'utf8') === wanted
  if (!current && !checking) writeFileSync(path, wanted)
  if (!current) stale += 1
  console.log(`${file}: ${current ? 'current' : checking ? 'not current, run `npm run generate`' : 'written'}`)
}
if (checking) console.log(`${GENERATED.length - stale} passed, ${stale} failed`)
process.exit(checking && stale > 0 ? 1 : 0)

function formatted(file, text) {
  const result = output('biome', ['format', `--stdin-file-path=${file}`], text)
  if (result === undefined) throw new Failure(`biome cannot read what is to be ${file}.`)
  return `${result}\n`
}
