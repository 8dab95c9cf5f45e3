// Times the accelerators beside the crates they stand in for, in one WebAssembly module: `node scripts/run.mjs bench-accel`.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { interleave } from '../benches/support/interleave.mjs'
import { output, run } from './command.mjs'
import { setUpBuild } from './setup.mjs'

// As in the modules of the package.
const flags = ['--cfg=cpubits="32"', '--cfg=sha2_backend_soft="compact"']
const CURVES = { p256: ['4', '6', '8'], p384: ['4', '6'] }
const SIGNATURES = 32
const BUILDS = 12

const { instance } = await WebAssembly.instantiate(readFileSync(await build()))
const rows = []
for (const [curve, widths] of Object.entries(CURVES)) {
  const call = (name, ...args) => instance.exports[`${curve}_${name}`](...args)
  call('init')
  rows.push(...(await interleave([cell(call, curve, 'crate', 'stock'), cell(call, curve, 'cold', 'accelerated')], 40)))
  for (const [level, width] of widths.entries()) {
    const steps = buildTables(call, level)
    const [row] = await interleave([cell(call, curve, `tables of ${width} bits`, 'accelerated')], 60)
    rows.push({ ...row, steps })
  }
}
for (const { name, p10, median, steps } of rows) {
  const built = steps ? `, built in steps of ${steps.map((ms) => ms.toFixed(2)).join(', ')} ms` : ''
  console.log(`${name.padEnd(24)} p10 ${p10.toFixed(1)} µs, median ${median.toFixed(1)} µs${built}`)
}

function cell(call, curve, name, verify) {
  const tokens = [...Array(SIGNATURES).keys()]
  for (const i of tokens) {
    if (call(verify, i, 0) !== 1 || call(verify, i, 1) !== 0) throw new Error(`${curve} ${name}: a wrong verdict`)
  }
  return { name: `${curve} ${name}`, tokens, call: (i) => call(verify, i, 0) }
}

// Builds the tables of generator and key; of the latter's steps, the fastest run of each, in milliseconds.
function buildTables(call, level) {
  const builds = Array.from({ length: BUILDS }, () => {
    call('begin', level)
    while (!call('step', 0)) {}
    const steps = []
    for (let done = false; !done; ) {
      const started = performance.now()
      done = call('step', 1) === 1
      steps.push(performance.now() - started)
    }
    return steps
  })
  return builds[0].map((_, step) => Math.min(...builds.map((steps) => steps[step])))
}

async function build() {
  await setUpBuild()
  const what = ['--locked', '--release', '--package', 'jotgate-accel-bench', '--target', 'wasm32-unknown-unknown']
  await run('cargo', ['build', ...what], { env: { CARGO_ENCODED_RUSTFLAGS: flags.join('\x1f') } })
  const { target_directory } = JSON.parse(output('cargo', ['metadata', '--format-version', '1', '--no-deps']))
  return join(target_directory, 'wasm32-unknown-unknown', 'release', 'jotgate_accel_bench.wasm')
}
