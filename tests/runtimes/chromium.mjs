import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openChromium } from '../../scripts/chromium.mjs'
import { servePage } from '../../scripts/serve.mjs'

export const name = 'chromium'

/** A page with an import map and no bundler, under a Content-Security-Policy that allows nothing but WebAssembly. */
export async function run(folder) {
  const packed = JSON.parse(readFileSync(join(folder, 'node_modules', 'jotgate', 'package.json'), 'utf8'))
  const address = (entry) => `/node_modules/jotgate/${packed.exports[entry].default.slice(2)}`
  const map = JSON.stringify({ imports: { jotgate: address('.'), 'jotgate/decode': address('./decode') } })
  writeFileSync(
    join(folder, 'index.html'),
    `<!doctype html><meta charset="utf-8"><title>Suite</title><script type="importmap">${map}</script><script type="module" src="/page.mjs"></script>\n`,
  )
  writeFileSync(join(folder, 'page.mjs'), "import { outcome } from './main.mjs'\n\nglobalThis.suite = outcome()\n")
  const hash = createHash('sha256').update(map).digest('base64')
  const policy = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'sha256-${hash}'`
  const server = await servePage({ folder, headers: { 'Content-Security-Policy': policy } })
  const browser = await openChromium()
  try {
    const page = await browser.newPage()
    const refusals = []
    page.on('console', (message) => message.type() === 'error' && refusals.push(message.text()))
    page.on('pageerror', (error) => refusals.push(String(error)))
    await page.goto(server.url)
    const outcome = await page.evaluate(() => globalThis.suite)
    if (!outcome) throw new Error(`The page has not run the suite: ${refusals.join('\n')}`)
    return outcome
  } finally {
    await browser.close()
    await server.close()
  }
}
