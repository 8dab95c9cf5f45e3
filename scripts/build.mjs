// Rust and TypeScript in, the npm package out: pkg/dist, ready for `npm pack ./pkg`; and www/dist, for the playground.
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import * as esbuild from 'esbuild'
import { rollup } from 'rollup'
import { output, root, run } from './command.mjs'
import { platforms, RSA_FMA, waitUntil } from './loaders.mjs'
import { oneAtATime } from './one-at-a-time.mjs'
import { setUpBuild } from './setup.mjs'
import { reportSizes } from './sizes.mjs'

const MODULES = ['decode', 'verify']
// Whoever bundles `decode` finds its code in one piece behind the WebAssembly, which is longer than what gzip looks back on.
const ENTRIES = ['decode', 'index', 'spa', 'edge']
// What entries share, each with all that it imports and that is in no other. WebAssembly is apart, so that nobody bundles a module that he has no use for.
const FILES = {
  'decode-loader': ['decode-loader'],
  'verify-loader': ['verify-loader'],
  reading: ['decode', 'engine', 'errors', 'error-table', 'reading-error'],
  verifying: ['create-verifier', 'jwt-verify', 'remote-jwk-set', 'calculate-jwk-thumbprint', 'key-set-stores'],
}
const WASM_TYPES = `import type { WasmModule } from './supplied-module.js'
declare const module: WasmModule
export default module
`
const at = (...path) => join(root, ...path)
const made = (...path) => at('target', 'npm', ...path)

export function build() {
  return oneAtATime(made('building'), buildWhatChanged)
}

async function buildWhatChanged() {
  await setUpBuild()
  const rust = [
    'Cargo.toml',
    'Cargo.lock',
    'src/lib.rs',
    'src/core',
    'src/wasm',
    'src/modules',
    'src/rsa-fma',
    'scripts/build.mjs',
  ]
  await unlessDone('wasm', rust, [made('wasm')], buildModules)
  const rest = [
    'src/js',
    'pkg/package.json',
    'LICENSE-MIT',
    'LICENSE-APACHE',
    'tsconfig.json',
    'package-lock.json',
    'size-budget.json',
  ]
  rest.push('scripts/build.mjs', 'scripts/loaders.mjs', 'scripts/sizes.mjs')
  await unlessDone(
    'package',
    [...rest, 'target/npm/wasm'],
    [made('parts'), at('pkg', 'dist'), at('www', 'dist')],
    assemblePackage,
  )
}

// Does `work` unless it was done before from the very same inputs.
async function unlessDone(name, inputs, outputs, work) {
  const stamp = made(`${name}.stamp`)
  const digest = hashOf(inputs)
  if (outputs.every(existsSync) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  rmSync(stamp, { force: true })
  await work()
  // Of what was built from, not of what was saved meanwhile.
  writeFileSync(stamp, digest)
}

function hashOf(inputs) {
  const hash = createHash('sha256').update(output('rustc', ['--version']))
  for (const file of inputs.flatMap(filesOf).sort()) hash.update(`${file}\0`).update(readFileSync(file)).update('\0')
  return hash.digest('hex')
}

function filesOf(input) {
  if (!existsSync(at(input))) return []
  if (statSync(at(input)).isFile()) return [at(input)]
  const entries = readdirSync(at(input), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

// For speed, vectors of 16 bytes, which every engine has that jotgate runs in. For size, docs/size.md: 32-bit limbs in the curves.
const CODE = ['-Ctarget-feature=+simd128', '--cfg=cpubits="32"']
const FMA_CODE = ['-Ctarget-feature=+simd128,+relaxed-simd']

// Panics name their source files. Where those lie on the machine that builds is nobody's business, and would make each machine's release differ.
export function compilerFlags(code = CODE) {
  const cargo = process.env.CARGO_HOME ?? join(homedir(), '.cargo')
  const sources = join(cargo, 'registry', 'src')
  // Of several prefixes that fit, the last one counts.
  const names = { [cargo]: 'cargo', [output('rustc', ['--print', 'sysroot'])]: 'rust', [root]: 'jotgate' }
  for (const registry of existsSync(sources) ? readdirSync(sources) : []) names[join(sources, registry)] = 'crates'
  const flags = Object.entries(names).map(([folder, name]) => `--remap-path-prefix=${folder}=${name}`)
  return { CARGO_ENCODED_RUSTFLAGS: [...(process.env.RUSTFLAGS?.split(' ') ?? []), ...code, ...flags].join('\x1f') }
}

async function buildModules() {
  for (const module of MODULES) {
    console.log(`• wasm-pack: ${module}`)
    const folder = made('wasm-pack', module)
    await buildModule(module, folder, module === 'decode' ? ['--no-default-features'] : [])
    mkdirSync(made('wasm'), { recursive: true })
    writeFileSync(made('wasm', `${module}.js`), await instantiable(folder, module))
    const wasm = join(folder, `${module}_bg.wasm`)
    if (!WebAssembly.validate(readFileSync(wasm)))
      throw new Error(`The build has left a broken ${module}: run it again.`)
    copyFileSync(wasm, made('wasm', `${module}_bg.wasm`))
  }
  copyFileSync(await buildRsaFma(), made('wasm', `${RSA_FMA}_bg.wasm`))
}

// Plain exports and no imports: nothing for wasm-bindgen.
export async function buildRsaFma(features = []) {
  console.log(`• cargo: ${[RSA_FMA, ...features].join(' with ')}`)
  const target = 'wasm32-unknown-unknown'
  // Of its own, so that what a test builds meanwhile is never taken for what ships.
  const folder = made([RSA_FMA, ...features].join('-'))
  const what = [
    '--package',
    'jotgate-rsa-fma',
    '--features',
    features.join(),
    '--target',
    target,
    '--target-dir',
    folder,
  ]
  await run('cargo', ['build', '--locked', '--release', ...what], { env: compilerFlags(FMA_CODE) })
  const built = join(folder, `${RSA_FMA}.wasm`)
  await run('wasm-opt', ['-O3', join(folder, target, 'release', 'jotgate_rsa_fma.wasm'), '-o', built])
  return built
}

export async function buildModule(module, folder, families) {
  const crate = join(root, 'src', 'modules')
  const target = ['--target', 'web', '--mode', 'no-install', '--no-pack', '--out-dir', folder, '--out-name', module]
  // What reads tokens is smaller at 2 than at "z", and three times as fast.
  const level = module === 'decode' ? ['--config', 'profile.release.opt-level=2'] : []
  const cargo = ['--locked', '--features', module, ...level, ...families]
  await run('wasm-pack', ['--log-level', 'warn', 'build', crate, ...target, '--', ...cargo], { env: compilerFlags() })
}

// wasm-bindgen's glue holds one instance per process. Inside of a function it holds one per call, so that an instance can be given up for a new one;
// and what is not asked for (its way of fetching the file) is left out.
async function instantiable(folder, module) {
  const { outputFiles, metafile } = await esbuild.build({
    stdin: { contents: `export * from './${module}.js'`, resolveDir: folder },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    // Its only use of the console is to warn of calls that the wrapper does not make.
    drop: ['console'],
  })
  const names = Object.values(metafile.outputs)[0].exports.filter((name) => name !== 'initSync')
  const [body, tail] = outputFiles[0].text.split(/^export \{[^}]*\};\s*$/m)
  if (tail !== '') throw new Error(`wasm-bindgen's ${module}.js has not the form that the build knows.`)
  return `export function instantiate(module) {
${body}const { memory } = initSync({ module });
return { memory, ${names.join(', ')} };
}
`
}

async function assemblePackage() {
  console.log('• TypeScript')
  for (const folder of ['js', 'types']) rmSync(made(folder), { recursive: true, force: true })
  await run('tsc', ['--project', at('tsconfig.json')])

  const [dist, parts] = ['dist', 'making-parts'].map((name) => made(name))
  for (const folder of [dist, parts]) rmSync(folder, { recursive: true, force: true })
  cpSync(made('types'), join(dist, 'types'), { recursive: true })
  writeFileSync(join(dist, 'types', 'wasm.d.ts'), WASM_TYPES)
  cpSync(made('wasm'), join(parts, 'wasm'), { recursive: true })
  mkdirSync(join(dist, 'wasm'))
  for (const file of [...MODULES, RSA_FMA].map((module) => `${module}_bg.wasm`))
    copyFileSync(made('wasm', file), join(dist, 'wasm', file))
  for (const [platform, loader] of Object.entries(platforms)) {
    const tree = join(parts, platform)
    cpSync(made('js'), tree, { recursive: true })
    for (const module of [...MODULES, RSA_FMA]) {
      writeFileSync(join(tree, `${module}-loader.js`), loader(module, readFileSync(made('wasm', `${module}_bg.wasm`))))
    }
    writeFileSync(join(tree, 'wait-until.js'), waitUntil(platform))
    await joinFiles(tree, platform === 'slim' ? ['slim'] : ENTRIES, join(dist, platform))
  }
  // For tests of what the package does not show.
  replace(made('parts'), parts)
  replace(at('pkg', 'dist'), dist)
  for (const licence of ['LICENSE-MIT', 'LICENSE-APACHE']) copyFileSync(at(licence), at('pkg', licence))

  const site = made('www')
  rmSync(site, { recursive: true, force: true })
  cpSync(at('pkg', 'dist', 'default'), join(site, 'default'), { recursive: true })
  const client = readFileSync(at('node_modules', 'oauth4webapi', 'build', 'index.js'), 'utf8')
  writeFileSync(join(site, 'oauth4webapi.js'), client.replace(/^\/\/# sourceMappingURL=.*\n?/m, ''))
  replace(at('www', 'dist'), site)

  for (const sentence of await reportSizes()) console.warn(sentence)
}

// Each file that a program imports costs it half a millisecond. By Rollup, because what it leaves is as readable as what it was given, and still says
// what is without effect: bundlers drop what of a file is not used.
async function joinFiles(tree, entries, into) {
  const bundle = await rollup({
    input: Object.fromEntries(entries.map((entry) => [entry, join(tree, `${entry}.js`)])),
    external: /\.wasm(?:\?module)?$/,
    treeshake: { moduleSideEffects: false },
    onwarn(warning) {
      throw new Error(`Rollup: ${warning.message}`)
    },
  })
  await bundle.write({
    dir: into,
    chunkFileNames: '[name].js',
    manualChunks: Object.fromEntries(
      Object.entries(FILES).map(([file, modules]) => [file, modules.map((module) => join(tree, `${module}.js`))]),
    ),
    generatedCode: 'es2015',
    // The names of the sources, wherever there is no other of the same name in the file.
    minifyInternalExports: false,
    hoistTransitiveImports: false,
  })
  await bundle.close()
}

// A reader sees the old folder or the new one, never half of one.
function replace(folder, next) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, '..'), { recursive: true })
  renameSync(next, folder)
}

if (process.argv[1] === import.meta.filename) {
  await build()
  console.log('pkg/ is built: `npm pack ./pkg` makes the release.')
}
