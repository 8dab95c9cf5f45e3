// Formatters and linters, every warning an error.
import { run } from './command.mjs'
import { setUpLint } from './setup.mjs'

const clippy = (...options) => ['cargo', 'clippy', '--locked', '--quiet', ...options, '--', '-D', 'warnings']
const onWasm = (...features) => clippy('--target', 'wasm32-unknown-unknown', '--features', ...features)
const FAMILIES = ['rsa', 'es256', 'es384', 'es512', 'es256k', 'eddsa', 'hmac', 'ml-dsa']

const CHECKS = [
  ['cargo', 'fmt', '--check'],
  clippy('--all-targets'),
  clippy('--all-targets', '--features', 'ml-dsa'),
  clippy('--all-targets', '--features', 'accel'),
  clippy('--lib', '--no-default-features'),
  // Each family has to stand alone: an item it borrows from another's feature shows here.
  ...FAMILIES.map((family) => clippy('--lib', '--no-default-features', '--features', family)),
  onWasm('wasm-decode', '--no-default-features', '--lib'),
  onWasm('wasm-verify,accel', '--all-targets'),
  onWasm('wasm-verify', '--lib'),
  onWasm('decode', '--no-default-features', '--package', 'jotgate-modules'),
  onWasm('verify', '--package', 'jotgate-modules'),
  clippy('--target', 'wasm32-unknown-unknown', '--package', 'jotgate-rsa-fma'),
  clippy('--target', 'wasm32-unknown-unknown', '--package', 'jotgate-variants'),
  ['tsc', '--noEmit'],
  ['biome', 'ci', '--error-on-warnings', '.'],
]

await setUpLint()
let failed = 0
for (const [program, ...args] of CHECKS) {
  console.log(`• ${program} ${args.join(' ')}`)
  await run(program, args).catch(() => {
    failed += 1
  })
}
console.log(`${CHECKS.length - failed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
