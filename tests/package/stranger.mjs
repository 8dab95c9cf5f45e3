// A project of somebody who has installed the package and copied the code of docs/platforms.md.
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { environment, root } from '../../scripts/command.mjs'
import { packedInstall } from '../packed.mjs'
import { jwks } from './issuer.mjs'

const guide = readFileSync(join(root, 'docs', 'platforms.md'), 'utf8')
const execute = promisify(execFile)

/** The text of a file that docs/platforms.md shows. */
export function shown(file) {
  const text = guide.split(`\`\`\`${languageOf(file)} ${file}\n`)[1]?.split('\n```')[0]
  if (text === undefined) throw new Error(`docs/platforms.md does not show ${file}.`)
  return `${text}\n`
}

function languageOf(file) {
  const extension = file.split('.').at(-1)
  return { cjs: 'js', txt: 'text' }[extension] ?? extension
}

/** The command that docs/platforms.md shows in the section of this title. */
export function shownCommand(title) {
  const section = guide.split(`\n## ${title}\n`)[1]?.split('\n## ')[0]
  const command = section?.match(/```sh\n(.*)\n```/)?.[1]
  if (command === undefined) throw new Error(`docs/platforms.md shows no command for ${title}.`)
  return command
}

/**
 * A new project with the packed jotgate, the key set, and `files`: names of files that the guide shows, or an object of texts by name.
 * It is removed when the test is over.
 *
 * @returns {string} its folder
 */
export function project(context, files, { type = 'module' } = {}) {
  const folder = newFolder(context)
  cpSync(join(packedInstall(), 'node_modules'), join(folder, 'node_modules'), { recursive: true })
  const texts = {
    'package.json': JSON.stringify({ name: 'stranger', private: true, type }),
    'jwks.json': JSON.stringify(jwks),
    'jwks.js': `export default ${JSON.stringify(jwks)}\n`,
    ...(Array.isArray(files) ? Object.fromEntries(files.map((file) => [file, shown(file)])) : files),
  }
  for (const [file, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  return folder
}

// Inside of the checkout, so that the tools of its node_modules are found as if they were the project's own.
function newFolder(context) {
  const work = join(root, 'target', 'stranger')
  mkdirSync(work, { recursive: true })
  const folder = mkdtempSync(join(work, 'project-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Runs a shell command in a folder; what it wrote and how it ended. */
export async function sh(folder, command, env = {}) {
  const options = { cwd: folder, env: { ...environment, ...env }, timeout: 120_000, maxBuffer: 64 * 1024 * 1024 }
  try {
    return { code: 0, ...(await execute('sh', ['-c', command], options)) }
  } catch (error) {
    if (typeof error.code !== 'number') throw error
    return { code: error.code, stdout: error.stdout, stderr: error.stderr }
  }
}

/** As `sh`, for a command that has to succeed; what it wrote to its standard output. */
export async function succeed(folder, command, env) {
  const { code, stdout, stderr } = await sh(folder, command, env)
  if (code !== 0) throw new Error(`${command}: exit code ${code}\n${stdout}${stderr}`)
  return stdout
}
