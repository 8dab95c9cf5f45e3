// What the package costs a user, against size-budget.json. As a script of its own, it fails where the budget is exceeded.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import * as esbuild from 'esbuild'
import { root } from './command.mjs'

const dist = join(root, 'pkg', 'dist')

// Texts and constants of core that each come with kilobytes of code. `decode` has to do without: there is nobody to read a message in it, and its numbers
// are JSON.parse's.
const MACHINERY = {
  'names of source files, for panics': ['.rs'],
  'messages of panics': ['index out of bounds', 'out of range', 'called `', 'panicked', 'attempt to '],
  'formatting of integers': ['00010203040506070809'],
  // The first entries of POWER_OF_FIVE_128 in core::num::dec2flt and of CACHED_POW10 in core::num::flt2dec.
  'reading of floats': [Buffer.from('5ad63b92d653f4ee', 'hex')],
  'formatting of floats': [Buffer.from('df451a3d03cf1ae6', 'hex')],
}

// Prints the sizes; returns what is over the budget or does not belong there, a sentence each.
export async function reportSizes() {
  const measured = {
    'decode.wasm': readFileSync(join(dist, 'wasm', 'decode_bg.wasm')),
    'jotgate/decode, bundled': await bundled('decode.js'),
    'jotgate/spa, bundled': await bundled('spa.js'),
    'verify.wasm': readFileSync(join(dist, 'wasm', 'verify_bg.wasm')),
    'jotgate, bundled': await bundled('index.js'),
  }
  const budget = JSON.parse(readFileSync(join(root, 'size-budget.json'), 'utf8'))
  const over = []
  const rows = Object.entries(measured).map(([what, bytes]) => {
    const gzip = gzipSync(bytes, { level: 9 }).length
    const limit = budget[what]?.gzip
    if (limit !== undefined && gzip > limit)
      over.push(`${what} is ${gzip} bytes gzipped, size-budget.json allows ${limit}.`)
    return [what, bytes.length, gzip, brotliCompressSync(bytes).length, limit ?? '']
  })
  for (const [what, signs] of Object.entries(MACHINERY))
    if (signs.some((sign) => measured['decode.wasm'].includes(sign))) over.push(`decode.wasm holds ${what}.`)
  print([['bytes', 'raw', 'gzip', 'brotli', 'budget (gzip)'], ...rows])
  return over
}

// All that an application's bundle grows by when it imports this entry: glue, loader and inline WebAssembly.
async function bundled(entry) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(dist, 'default', entry)],
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
  })
  return outputFiles[0].contents
}

function print(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)))
  for (const row of rows) {
    console.log(
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : String(cell).padStart(widths[column])))
        .join('  '),
    )
  }
}

if (process.argv[1] === import.meta.filename) {
  const over = await reportSizes()
  for (const sentence of over) console.error(sentence)
  process.exit(over.length > 0 ? 1 : 0)
}
