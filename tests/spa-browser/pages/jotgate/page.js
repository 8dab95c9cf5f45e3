import { decodeJwt } from '/www/dist/default/decode.js'
import { createTokenManager } from '/www/dist/default/spa.js'
import { beginLogin, finishLogin, serverOf } from '/www/login.js'
import { drive, returning, stage } from '../drive.js'

const { provider, api, manager: options } = await stage()
globalThis.issuer = provider.issuer

const { token_endpoint } = await serverOf(provider.issuer)

const manager = createTokenManager({
  origins: [new URL(api).origin],
  ...options,
  async refresh({ signal, current, reason }) {
    globalThis.refreshes.push({ reason, at: Date.now() })
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: provider.clientId,
      refresh_token: current?.refresh_token ?? '',
    })
    return fetch(token_endpoint, { method: 'POST', body, signal })
  },
})
globalThis.refreshes = []
globalThis.manager = manager
globalThis.events = []
for (const name of ['refreshed', 'expiring', 'expired', 'refreshfailed', 'signedout']) {
  manager.addEventListener(name, ({ type, detail }) => {
    const { error, ...rest } = detail
    const described = error && {
      ...error,
      name: error.name,
      message: error.message,
      code: error.code,
      stack: error.stack,
    }
    globalThis.events.push({ type, at: Date.now(), ...rest, ...(described && { error: described }) })
  })
}

/** What an application would find at any moment, by the server's clock: whether there is a token that holds. */
const watched = { looks: 0, gaps: [], tokens: [] }
const serverNow = () => (globalThis.pageClock?.server() ?? Date.now()) / 1000
globalThis.watch = (period) => {
  setInterval(() => {
    watched.looks++
    const token = manager.getTokenSync()
    const { jti, exp } = token ? decodeJwt(token) : {}
    if (!token || exp <= serverNow()) watched.gaps.push({ at: serverNow(), exp, state: manager.state })
    else if (watched.tokens.at(-1) !== jti) watched.tokens.push(jti)
  }, period)
}
globalThis.watched = watched

drive({
  signIn: () => beginLogin(provider),
  async start() {
    if (returning()) await manager.signIn((await finishLogin()).response)
    // A further tab gets the token from those that have it.
    else await manager.getToken({ cacheOnly: true }).catch(() => {})
  },
  call: () => manager.fetch(api),
  signOut: () => manager.signOut(),
})
