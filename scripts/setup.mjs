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

// Chromium and its driver, and Firefox; the paths go to the tests as CHROMIUM, CHROMEDRIVER and FIREFOX.
export async function setUpBrowser() {
  if (!findBrowsers()) {
    await installPackages(
      'Chromium, ChromeDriver and Firefox',
      ['chromium', 'chromium-driver', 'firefox-esr'],
      'Elsewhere: install Chromium, ChromeDriver of the same version, and Firefox, and set CHROMIUM, CHROMEDRIVER and FIREFOX to their paths.',
    )
    if (!findBrowsers()) throw new Failure('The browsers were installed, but are not on the PATH.')
  }
  Object.assign(environment, findBrowsers())
}

function findBrowsers() {
  const first = (names) => names.map(which).find((path) => path !== undefined)
  const {
    CHROMIUM = first(['chromium', 'chromium-browser', 'google-chrome']),
    CHROMEDRIVER = which('chromedriver'),
    FIREFOX = first(['firefox-esr', 'firefox']),
  } = process.env
  return CHROMIUM && CHROMEDRIVER && FIREFOX ? { CHROMIUM, CHROMEDRIVER, FIREFOX } : undefined
}

// Counts instructions, which are the same on a busy machine.
export async function setUpValgrind() {
  if (which('valgrind')) return
  await installPackages('Valgrind', ['valgrind'], 'Elsewhere: install Valgrind, so that valgrind is on the PATH.')
  if (!which('valgrind')) throw new Failure('Valgrind was installed, but is not on the PATH.')
}

async function installPackages(what, packages, elsewhere) {
  const asRoot =
    process.getuid?.() === 0 ? [] : output('sudo', ['-n', 'true']) !== undefined ? ['sudo', '-n'] : undefined
  if (!which('apt-get') || !asRoot) {
    throw new Failure(`The tests need ${what}. On Debian: apt-get install ${packages.join(' ')}. ${elsewhere}`)
  }
  say(`${what}, from Debian's packages`)
  const [apt, ...rest] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get']
  await run(apt, [...rest, 'update', '-qq'])
  await run(apt, [...rest, 'install', '-qq', '-y', '--no-install-recommends', ...packages])
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
