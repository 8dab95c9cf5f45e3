// A page without a bundler's help at run time: everything in one module, timed by the page itself.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { openChromium } from '../../scripts/chromium.mjs'
import { servePage } from '../../scripts/serve.mjs'

const ENTRY = `
import * as jotgate from './peers/jotgate.mjs'
import * as web from './peers/web.mjs'
import { measure } from './support/measure.mjs'

globalThis.bench = (run) => measure(run, [jotgate, web])
`
// With these two a page's clock ticks in steps of 5 µs instead of 100.
const ISOLATED = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }

export const chromium = {
  async name() {
    const running = await openChromium()
    const version = running.version()
    await running.close()
    return `Chromium ${version}`
  },
  async run(folder, file) {
    const page = { contents: ENTRY, resolveDir: folder }
    await build({
      stdin: page,
      bundle: true,
      format: 'esm',
      target: 'es2022',
      outfile: join(folder, 'page', 'page.js'),
    })
    writeFileSync(join(folder, 'page', 'index.html'), '<!doctype html><script type="module" src="/page.js"></script>\n')
    const site = await servePage({ folder: join(folder, 'page'), headers: ISOLATED })
    const running = await openChromium()
    try {
      const tab = await running.newPage()
      await tab.goto(site.url)
      return await tab.evaluate((run) => globalThis.bench(run), JSON.parse(readFileSync(file, 'utf8')))
    } finally {
      await running.close()
      await site.close()
    }
  },
}
