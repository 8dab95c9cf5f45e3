// Lays the suite out beside the packed package, as the same files for every runtime.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root } from '../../scripts/command.mjs'
import { packedInstall } from '../packed.mjs'

const NAMES = { 'prefer-exceptions': 'exceptions' }

const MAIN = `import { run } from './suite.mjs'
import { texts } from './vectors.mjs'

export const outcome = () => run(texts)
`

const PRINT = `import { outcome } from './main.mjs'

console.log('OUTCOME ' + JSON.stringify(await outcome()))
`

/** The folder that holds `main.mjs`, whose `outcome()` runs the suite. */
export function stage() {
  const folder = stageWith('suite', MAIN)
  cpSync(join(root, 'tests', 'suite'), folder, { recursive: true })
  writeFileSync(join(folder, 'vectors.mjs'), `export const texts = ${JSON.stringify(texts())}\n`)
  return folder
}

/** A new folder of this name, beside the package, with a `main.mjs` of this text. */
export function stageWith(name, main) {
  const installed = packedInstall()
  const folder = join(root, 'target', name, basename(installed))
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  // A copy and not a link, which the page's server would not follow.
  cpSync(join(installed, 'node_modules'), join(folder, 'node_modules'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "dependencies": { "jotgate": "*" } }\n')
  writeFileSync(join(folder, 'main.mjs'), main)
  writeFileSync(join(folder, 'print.mjs'), PRINT)
  return folder
}

function texts() {
  const vectors = join(root, 'tests', 'vectors')
  const files = ['', 'rfc'].flatMap((folder) =>
    readdirSync(join(vectors, folder))
      .filter((file) => file.endsWith('.json'))
      .map((file) => join(vectors, folder, file)),
  )
  return Object.fromEntries(
    files.map((file) => {
      const name = basename(file, '.json')
      return [NAMES[name] ?? name, readFileSync(file, 'utf8')]
    }),
  )
}
