// The one door of every npm script: from a fresh clone and any Node >= 20 to the named script, under the pinned Node and with the pinned packages.
// Only built-in modules may be imported here, because node_modules may not be there yet.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [name, ...rest] = process.argv.slice(2)

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(`jotgate is built with Node 20 or newer, this is ${process.version}. Install a current Node and try again.`)
}
if (!name || !existsSync(join(root, 'scripts', `${name}.mjs`))) fail(`There is no script "${name}" in scripts/.`)

const pinnedNode = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

installPackages()
if (process.version !== `v${pinnedVersion()}`) await underPinnedNode()
process.chdir(root)
process.argv.splice(1, 2, join(root, 'scripts', `${name}.mjs`))
try {
  await import(pathToFileURL(process.argv[1]).href)
} catch (error) {
  fail(error.name === 'Failure' ? error.message : error)
}

// Never returns: this process ends as the other one does.
function underPinnedNode() {
  const child = spawn(pinnedNode, [fileURLToPath(import.meta.url), name, ...rest], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  return new Promise(() => {
    child.on('close', (code) => process.exit(code ?? 1))
  })
}

function installPackages() {
  const lock = readFileSync(join(root, 'package-lock.json'))
  const wanted = createHash('sha256').update(lock).digest('hex')
  // `npm ci` begins by removing node_modules, and the stamp with it: a half-done installation is never taken for a whole one.
  const stamp = join(root, 'node_modules', '.jotgate-installed')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  console.log('• npm packages, as package-lock.json has them (about 1.2 GB, half a minute)')
  const npm = process.env.npm_execpath
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
  const { status } = spawnSync(command, [...args, 'ci', '--loglevel=error'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) fail('npm ci failed: see its message above.')
  if (!existsSync(pinnedNode))
    fail('The npm package "node" has not installed its binary: are install scripts switched off (ignore-scripts)?')
  writeFileSync(stamp, wanted)
}

function pinnedVersion() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies.node
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
