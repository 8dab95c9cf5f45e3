// What a test of the SPA needs: pages on a server, a real provider, a guarded API, real Chromium.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { servePage } from '../../scripts/serve.mjs'
import { startProvider } from '../../www/provider.mjs'
import { startApi } from './api.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const PAGES = 'tests/spa-browser/pages'

/**
 * The pages of `pages/`, each an application of one library, with provider and API.
 *
 * @param {string} name a folder in `pages/`
 * @param {object} [options] of `startProvider`; `clock`, to let time pass faster there; `manager`, options of `createTokenManager`
 */
export async function openStage(name, { clock, manager = {}, ...options } = {}) {
  const documents = {}
  const site = await servePage({ folder: root, documents, headers: { 'Content-Security-Policy': "base-uri 'none'" } })
  const url = `${site.url}${PAGES}/${name}/`
  const origins = [new URL(site.url).origin]
  const providerOptions = { redirectUris: [url], ...options }
  const servers = clock
    ? await inFastProcess({ ...providerOptions, origins }, clock)
    : await inThisProcess(providerOptions, origins)
  documents['stage.json'] = { provider: servers.provider, api: servers.api.url ?? servers.api, manager }
  const control = async (method, wish = {}) => {
    const address = new URL(`bad-days?${new URLSearchParams(wish)}`, servers.provider.issuer.replace(/\/?$/, '/'))
    return (await fetch(address, { method, headers: { Origin: origins[0] } })).json()
  }
  return {
    ...servers,
    url,
    /** Asks for a bad day, or for its end. */
    ask: (wish) => control('POST', wish),
    /** What the provider has seen. */
    seen: () => control('GET'),
    async close() {
      await servers.close()
      await site.close()
    },
  }
}

async function inThisProcess(options, origins) {
  const { badDays, close, issuer, clientId, resource, scope } = await startProvider(options)
  const api = await startApi({ issuer, audience: resource, origins })
  return {
    provider: { issuer, clientId, resource, scope },
    badDays,
    api,
    close: () => Promise.all([close(), api.close()]),
  }
}

async function inFastProcess(options, { base, rate }) {
  const child = fork(new URL('servers.mjs', import.meta.url), [JSON.stringify(options)], {
    execArgv: ['--import', new URL('fast-clock.mjs', import.meta.url).href],
    env: { ...process.env, CLOCK_BASE: String(base), CLOCK_RATE: String(rate) },
  })
  const [started] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('the servers did not start'))),
  ])
  return {
    ...started,
    async close() {
      child.kill()
      await once(child, 'exit')
    },
  }
}

/** Signs in from a page of the stage, through the provider's own form; resolves when the page has its tokens. */
export async function signIn(page, url, name = 'ada') {
  await page.goto(url)
  await started(page)
  // Not waited for: it leaves the page.
  await page.evaluate(() => void globalThis.app.signIn())
  await page.getByLabel('Name').fill(name)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL((address) => address.href.startsWith(url))
  await started(page)
}

/** Opens a further tab of a page. */
export async function openTab(context, url) {
  const page = await context.newPage()
  await page.goto(url)
  await started(page)
  return page
}

/** Resolves when the application has started: it has the session's token if there is one. */
export async function started(page) {
  await page.waitForFunction(() => globalThis.app)
  await page.evaluate(() => globalThis.app.started)
}
