// Lays the programs out beside the packed package, so that every peer and jotgate are what npm installs.
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../scripts/command.mjs'
import { packedInstall, parts } from '../../tests/packed.mjs'

/** The folder to run in; the peers are found further up, in the project's own packages. */
export function stage() {
  const folder = join(root, 'target', 'bench')
  for (const part of ['support', 'peers', 'cold']) {
    rmSync(join(folder, part), { recursive: true, force: true })
    cpSync(join(root, 'benches', part), join(folder, part), { recursive: true })
  }
  // The glue between, which the package holds within other files.
  cpSync(join(parts, '..', 'wasm', 'verify.js'), join(folder, 'cold', 'verify.js'))
  rmSync(join(folder, 'node_modules'), { recursive: true, force: true })
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  cpSync(join(packedInstall(), 'node_modules', 'jotgate'), join(folder, 'node_modules', 'jotgate'), { recursive: true })
  return folder
}
