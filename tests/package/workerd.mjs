// A worker on its way to Cloudflare: bundled by wrangler, run by workerd, which compiles no WebAssembly from bytes.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeWorkerdConfig } from '../../scripts/workerd.mjs'
import { shown, shownCommand, succeed } from './stranger.mjs'

const COMPATIBILITY_DATE = shown('wrangler.toml').match(/compatibility_date = "(.*)"/)[1]

/** Bundles the project's worker.js. */
export async function bundleByWrangler(folder) {
  await succeed(folder, shownCommand('Cloudflare Workers'), {
    WRANGLER_HIDE_BANNER: 'true',
    WRANGLER_LOG_PATH: join(folder, 'logs'),
    XDG_CONFIG_HOME: folder,
  })
  const bundle = join(folder, 'dist')
  const files = readdirSync(bundle).filter((file) => file.endsWith('.wasm'))
  const wasm = Object.fromEntries(files.map((file) => [file, readFileSync(join(bundle, file))]))
  return { script: readFileSync(join(bundle, 'worker.js'), 'utf8'), wasm }
}

/**
 * Loads a worker in workerd, where nothing is permitted to it before the first request, and asks it for `answers`:
 * pairs of an Authorization header and "status body" of the response. Rejects at the first other one.
 */
export async function ask(folder, { script, wasm }, answers) {
  const files = { 'main.js': script, 'questions.js': questions(answers), ...wasm }
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  writeWorkerdConfig(folder, {
    scripts: ['questions.js', 'main.js'],
    wasm: Object.fromEntries(Object.keys(wasm).map((name) => [name, name])),
    compatibilityDate: COMPATIBILITY_DATE,
  })
  await succeed(folder, 'workerd test config.capnp')
}

function questions(answers) {
  return `
    import worker from './main.js'

    async function ask(authorization) {
      const headers = authorization === null ? {} : { authorization }
      const response = await worker.fetch(new Request('https://api.example/', { headers }))
      return response.status + ' ' + (await response.text())
    }

    export default {
      async test() {
        for (const [authorization, expected] of ${JSON.stringify(answers)}) {
          const answer = await ask(authorization)
          if (answer !== expected) throw new Error(answer + ' is not ' + expected)
        }
      },
    }`
}
