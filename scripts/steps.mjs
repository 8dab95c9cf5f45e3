// What `npm test` runs, in this order: the cheap first. `counted: false`: the step as a whole is one test.
import { environment } from './command.mjs'

const THUMB = ['--lib', '--crate-type', 'rlib', '--target', 'thumbv7em-none-eabi']
const NODE_TEST = ['node', '--test', '--test-concurrency=1', '--test-reporter=spec']
const WASM_TEST = ['.', '--locked', '--test', 'wasm', '--features', 'wasm-verify,accel']

export const steps = [
  { name: 'lint', command: () => ['node', 'scripts/lint.mjs'], minutes: 20 },
  { name: 'generated files', command: () => ['node', 'scripts/generate.mjs', '--check'] },
  { name: 'size', command: () => ['node', 'scripts/sizes.mjs'], counted: false },
  {
    name: 'core: native',
    command: () => ['cargo', 'test', '--locked', '--features', 'accel', '--', '--show-output'],
    minutes: 30,
  },
  {
    name: 'core: native, with ML-DSA, without accelerators',
    command: () => ['cargo', 'test', '--locked', '--features', 'ml-dsa', '--', '--show-output'],
    minutes: 30,
  },
  {
    name: 'accelerators: arithmetic',
    command: () => ['cargo', 'test', '--locked', '--package', 'jotgate-accel', '--', '--show-output'],
  },
  {
    name: 'accelerators: a fault on purpose',
    command: () => ['cargo', 'test', '--locked', '--features', 'accel-fault', '--test', 'accel_fault'],
  },
  { name: 'core: instructions', command: () => ['node', 'scripts/instructions.mjs'], counted: false, minutes: 20 },
  {
    name: 'core: bare metal, no algorithm',
    command: () => ['cargo', 'rustc', '--locked', ...THUMB, '--no-default-features'],
    counted: false,
  },
  {
    name: 'core: bare metal, every algorithm',
    command: () => ['cargo', 'rustc', '--locked', ...THUMB, '--features', 'ml-dsa,accel'],
    counted: false,
  },
  {
    name: 'documentation',
    command: () => ['cargo', 'doc', '--locked', '--no-deps', '--features', 'ml-dsa,accel'],
    env: { RUSTDOCFLAGS: '-D warnings' },
    counted: false,
  },
  {
    // For reviewers: the private parts are what there is to read.
    name: 'documentation of the accelerators',
    command: () => [
      ...['cargo', 'doc', '--locked', '--no-deps', '--package', 'jotgate-accel', '--all-features'],
      '--document-private-items',
    ],
    env: { RUSTDOCFLAGS: '-D warnings' },
    counted: false,
  },
  {
    name: 'wasm in Node',
    // With RSA's SIMD kernel, which is not there natively.
    command: () => ['wasm-pack', 'test', '--node', '--mode', 'no-install', ...WASM_TEST, '--test', 'accel_rsa_ed'],
  },
  {
    name: 'wasm in Chromium',
    command: () => [
      ...['wasm-pack', 'test', '--headless', '--chrome', '--mode', 'no-install'],
      ...['--chromedriver', environment.CHROMEDRIVER, ...WASM_TEST],
    ],
    env: { WASM_BINDGEN_USE_BROWSER: '1' },
  },
  { name: 'runtimes', command: () => [...NODE_TEST, 'tests/runtimes/**/*.test.mjs'], minutes: 20 },
  { name: 'RSA with fused multiply-adds', command: () => [...NODE_TEST, 'tests/rsa-fma/**/*.test.mjs'] },
  {
    name: 'Wycheproof by every variant in every runtime',
    command: () => [...NODE_TEST, 'tests/variants/**/*.test.mjs'],
    minutes: 20,
  },
  { name: 'memory', command: () => [...NODE_TEST, 'tests/memory/**/*.test.mjs'] },
  { name: 'differential', command: () => [...NODE_TEST, 'tests/differential/**/*.test.mjs'], minutes: 20 },
  { name: 'key sets', command: () => [...NODE_TEST, 'tests/key-sets/**/*.test.mjs'] },
  { name: 'discovery', command: () => [...NODE_TEST, 'tests/discovery/**/*.test.mjs'] },
  { name: 'package', command: () => [...NODE_TEST, 'tests/package/**/*.test.mjs'], minutes: 20 },
  { name: 'edge', command: () => [...NODE_TEST, 'tests/edge/**/*.test.mjs'] },
  { name: 'spa', command: () => [...NODE_TEST, 'tests/spa/**/*.test.mjs'] },
  { name: 'spa in browsers', command: () => [...NODE_TEST, 'tests/spa-browser/**/*.test.mjs'] },
  { name: 'playground', command: () => [...NODE_TEST, 'tests/playground/**/*.test.mjs'] },
  { name: 'worker', command: () => [...NODE_TEST, 'tests/worker/**/*.test.mjs'] },
  {
    // Their bodies run in `core: native`; here, that they are still fuzz targets.
    name: 'fuzz targets',
    command: () => ['cargo', 'check', '--locked', '--manifest-path', 'fuzz/Cargo.toml', '--target-dir', 'target/fuzz'],
    counted: false,
  },
]
