// Builds, then runs the OpenID provider, the playground and the guarded API until Ctrl-C.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startProvider } from '../www/provider.mjs'
import { build } from './build.mjs'
import { Failure, root } from './command.mjs'
import { servePage } from './serve.mjs'
import { startExample } from './workers.mjs'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: process.env.PORT ?? '4173' },
    'provider-port': { type: 'string', default: process.env.PROVIDER_PORT ?? '4174' },
    'api-port': { type: 'string', default: process.env.API_PORT ?? '4175' },
    algorithm: { type: 'string', default: process.env.PROVIDER_ALGORITHM ?? 'ES256' },
  },
})

await build()

const documents = {}
const page = await onPort(values.port, '--port', (port) => servePage({ folder: join(root, 'www'), port, documents }))
const pages = [page.url, page.url.replace('127.0.0.1', 'localhost')]
const provider = await onPort(values['provider-port'], '--provider-port', (port) =>
  startProvider({
    port,
    algorithm: values.algorithm,
    redirectUris: pages,
  }),
)
const { issuer, clientId, spaClientId, resource, scope } = provider
documents['provider.json'] = { issuer, clientId, resource, scope }
documents['spa/provider.json'] = { issuer, clientId: spaClientId, resource, scope }
const api = await onPort(values['api-port'], '--api-port', (port) =>
  startExample({
    port,
    issuer,
    audience: resource,
    pages: pages.map((url) => new URL(url).origin),
    log: console.error,
  }),
)
documents['api.json'] = { url: api.url }

console.log(`
  jotgate playground   ${page.url}
  OpenID provider      ${issuer}
  guarded API          ${api.url}notes

  Ctrl-C ends them.`)

let ending = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  // miniflare has listeners of its own, which end the process before anything else is closed.
  process.removeAllListeners(signal).on(signal, async () => {
    // A terminal's Ctrl-C may arrive twice: from the terminal, and passed on by npm.
    if (ending) return
    ending = true
    await Promise.all([page.close(), provider.close(), api.close()])
    process.exit(0)
  })
}

async function onPort(text, flag, start) {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new Failure(`${flag} takes a port number, not "${text}".`)
  try {
    return await start(port)
  } catch (error) {
    if (error.code === 'EADDRINUSE' || error.code === 'ERR_ADDRESS_IN_USE') {
      throw new Failure(
        `Port ${port} is taken on this machine: end what runs there, or choose another: npm start -- ${flag} 0 (0 takes a free one).`,
      )
    }
    throw error
  }
}
