// The test's own module, and that of RSA with fused multiply-adds, from the profile and with the flags of those that ship.
import { join } from 'node:path'
import { compilerFlags } from '../../scripts/build.mjs'
import { root, run } from '../../scripts/command.mjs'

const TARGET = 'wasm32-unknown-unknown'
const FMA = join(root, 'pkg', 'dist', 'wasm', 'rsa-fma_bg.wasm')

/** @returns {Promise<{ variants: string, fma: string }>} the files */
export async function modules() {
  return { variants: await built('jotgate-variants', compilerFlags()), fma: FMA }
}

async function built(name, env) {
  const options = ['--locked', '--release', '--package', name, '--target', TARGET]
  await run('cargo', ['build', ...options], { env })
  return join(root, 'target', TARGET, 'release', `${name.replaceAll('-', '_')}.wasm`)
}
