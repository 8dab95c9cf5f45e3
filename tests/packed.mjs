// The release as its user gets it: `npm pack ./pkg`, installed into an empty project of its own.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { environment, root } from '../scripts/command.mjs'

/** The modules that the release is joined from, of browsers and Node: what nobody outside may import. */
export const parts = join(root, 'target', 'npm', 'parts', 'default')

const work = join(root, 'target', 'packed')
let folder

/**
 * The folder of a project whose node_modules holds the packed jotgate and nothing else. One per build: the same tarball is installed once.
 * Throws when pkg/dist is not built.
 */
export function packedInstall() {
  folder ??= install()
  return folder
}

function install() {
  mkdirSync(work, { recursive: true })
  const making = mkdtempSync(join(work, 'making-'))
  try {
    const [{ filename }] = JSON.parse(npm(making, 'pack', '--json', join(root, 'pkg')))
    const tarball = join(making, filename)
    const digest = createHash('sha256').update(readFileSync(tarball)).digest('hex')
    const installed = join(work, digest.slice(0, 16))
    if (existsSync(installed)) return installed
    writeFileSync(join(making, 'package.json'), '{ "private": true }\n')
    npm(making, 'install', '--offline', '--no-audit', '--no-fund', tarball)
    if (!existsSync(join(making, 'node_modules', 'jotgate', 'dist'))) {
      throw new Error('The package holds no dist: run `npm run build` first.')
    }
    try {
      renameSync(making, installed)
    } catch (error) {
      // Another process has installed the same tarball in the meantime.
      if (!existsSync(installed)) throw error
    }
    return installed
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
}

function npm(cwd, ...args) {
  return execFileSync('npm', ['--loglevel=error', ...args], {
    cwd,
    env: environment,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}
