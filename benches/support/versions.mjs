// Who takes part, in which version, and on what machine.
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { output, root } from '../../scripts/command.mjs'

const PEERS = [
  'jose',
  'fast-jwt',
  'jsonwebtoken',
  'aws-jwt-verify',
  'hono',
  '@tsndr/cloudflare-worker-jwt',
  'jwt-decode',
]

export function versions() {
  return ['jotgate', ...PEERS].map((name) => `${name} ${versionOf(name)}`)
}

export function machine() {
  const [{ model }] = cpus()
  return `${process.platform} ${process.arch}, ${cpus().length} × ${model.trim()}`
}

export function commit() {
  const changed = output('git', ['status', '--porcelain', '--', 'src', 'Cargo.lock', 'Cargo.toml', 'scripts/build.mjs'])
  return `${output('git', ['rev-parse', '--short', 'HEAD']) ?? 'unknown'}${changed ? ', with changes' : ''}`
}

function versionOf(name) {
  const folder = name === 'jotgate' ? join(root, 'pkg') : join(root, 'node_modules', name)
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
}
