// Brings a machine to where the project can be built: Rust targets, and the cargo tools at their pinned versions inside the checkout.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cargoTools, environment, Failure, output, root, run, which } from './command.mjs'

const WASM_PACK = '0.15.1'
const CARGO_FUZZ = '0.13.2'

// What `npm run build` and `npm start` need.
export async function setUpBuild() {
  requireCargo()
  await ensureTarget('wasm32-unknown-unknown')
  // The CLI has to be of the very version of the library. Without TLS it cannot download a browser driver, which it never should.
  await ensureTool('wasm-bindgen', 'wasm-bindgen-cli', lockedVersion('wasm-bindgen'), ['--no-default-features'])
  await ensureTool('wasm-pack', 'wasm-pack', WASM_PACK)
}

export async function setUpLint() {
  requireCargo()
  await ensureComponent('rustfmt', ['fmt', '--version'])
  await ensureComponent('clippy', ['clippy', '--version'])
}

export async function setUpBareMetal() {
  requireCargo()
  await ensureTarget('thumbv7em-none-eabi')
}

export async function setUpFuzz() {
  requireCargo()
  await ensureTool('cargo-fuzz', 'cargo-fuzz', CARGO_FUZZ)
}

// Chromium and its driver; the paths go to the tests as CHROMIUM and CHROMEDRIVER.
export async function setUpBrowser() {
  if (!findBrowser()) {
    const asRoot =
      process.getuid?.() === 0 ? [] : output('sudo', ['-n', 'true']) !== undefined ? ['sudo', '-n'] : undefined
    if (!which('apt-get') || !asRoot) {
      throw new Failure(
        'The browser tests need Chromium and ChromeDriver of the same version. On Debian: apt-get install chromium chromium-driver. Elsewhere: install both and set CHROMIUM and CHROMEDRIVER to their paths.',
      )
    }
    say("Chromium and ChromeDriver, from Debian's packages")
    const apt = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get']
    await run(apt[0], [...apt.slice(1), 'update', '-qq'])
    await run(apt[0], [
      ...apt.slice(1),
      'install',
      '-qq',
      '-y',
      '--no-install-recommends',
      'chromium',
      'chromium-driver',
    ])
    if (!findBrowser()) throw new Failure('chromium and chromium-driver were installed, but are not on the PATH.')
  }
  const { chromium, chromedriver } = findBrowser()
  environment.CHROMIUM = chromium
  environment.CHROMEDRIVER = chromedriver
}

function findBrowser() {
  const chromium =
    process.env.CHROMIUM ??
    ['chromium', 'chromium-browser', 'google-chrome'].map(which).find((path) => path !== undefined)
  const chromedriver = process.env.CHROMEDRIVER ?? which('chromedriver')
  return chromium && chromedriver ? { chromium, chromedriver } : undefined
}

function requireCargo() {
  if (!which('cargo') || !which('rustc')) {
    throw new Failure('Rust is missing: install it with rustup, so that cargo and rustc are on the PATH.')
  }
}

async function ensureTarget(target) {
  const library = output('rustc', ['--print', 'target-libdir', '--target', target])
  if (library && output('ls', [library])) return
  if (!which('rustup')) {
    throw new Failure(
      `The Rust target ${target} is missing, and there is no rustup to add it. Install rust-std for ${target} the way this machine's Rust was installed, or use rustup.`,
    )
  }
  say(`Rust target ${target}`)
  await run('rustup', ['target', 'add', target])
}

async function ensureComponent(component, probe) {
  if (output('cargo', probe)) return
  if (!which('rustup')) throw new Failure(`${component} is missing, and there is no rustup to add it.`)
  say(`Rust component ${component}`)
  await run('rustup', ['component', 'add', component])
}

async function ensureTool(program, crate, version, features = []) {
  const installed = output(join(cargoTools, 'bin', program), ['--version'])
  if (installed?.split(' ')[1] === version) return
  say(`${crate} ${version}, compiled into .tools/ (once, one to three minutes)`)
  const target = join(cargoTools, 'target')
  const args = [
    'install',
    '--quiet',
    '--locked',
    '--force',
    '--root',
    cargoTools,
    '--target-dir',
    target,
    '--version',
    version,
  ]
  await run('cargo', [...args, ...features, crate])
  rmSync(target, { recursive: true, force: true })
}

function lockedVersion(crate) {
  const lock = readFileSync(join(root, 'Cargo.lock'), 'utf8')
  const version = lock.match(new RegExp(`name = "${crate}"\\nversion = "([^"]+)"`))?.[1]
  if (!version) throw new Failure(`Cargo.lock has no ${crate}.`)
  return version
}

function say(what) {
  console.log(`• ${what}`)
}
