// The token manager, with neither the DOM library nor Node's types. Only compiled, never run.
import {
  createTokenManager,
  JotgateInsufficientScope,
  JotgateRefreshFailed,
  JotgateSignedOut,
  type RefreshProblem,
  type TokenEvent,
  type TokenManager,
  type TokenManagerOptions,
  type TokenResponse,
  type TokenState,
  type TokenStorage,
} from 'jotgate/spa'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
declare function same<A, B>(is: Same<A, B>): void
declare const unknown: unknown
declare const places: Map<string, string>

const storage: TokenStorage = {
  get: (key) => places.get(key),
  set: async (key, text) => places.set(key, text),
  remove: (key) => places.delete(key),
}
const options: TokenManagerOptions = {
  async refresh({ current, reason, signal }) {
    same<typeof current, import('jotgate/spa').CurrentTokens | undefined>(true)
    same<typeof reason, 'none' | 'scheduled' | 'validity' | 'forced' | 'rejected'>(true)
    if (signal.aborted) throw signal.reason
    return { access_token: 'a', expires_in: 60, refresh_token: current?.refresh_token ?? 'r', date: null, extra: 1 }
  },
  session: 'main',
  name: 'orders',
  before: 0.25,
  jitter: 0.5,
  minInterval: 1,
  refreshTimeout: 10_000,
  autoRefresh: false,
  origins: ['https://api.example'],
  storage,
}
const manager = createTokenManager(options)
same<typeof manager, TokenManager>(true)
createTokenManager({ refresh: () => ({ access_token: 'a' }) })
createTokenManager({ refresh: () => ({ ok: true, status: 200, headers: { get: () => null }, json: async () => ({}) }) })

export async function tokens() {
  same<string, Awaited<ReturnType<typeof plain>>>(true)
  const cached = await manager.getToken({ cacheOnly: true })
  same<typeof cached, string | undefined>(true)
  const sync = manager.getTokenSync()
  same<typeof sync, string | undefined>(true)
  const response: TokenResponse = { access_token: 'a' }
  await manager.signIn(response)
  await manager.signIn()
  manager.signOut()
  manager.dispose()
}
const plain = () => manager.getToken({ minValidity: 60, forceRefresh: true })

const { subscribe, getSnapshot, getToken, signOut } = manager
const unsubscribe: () => void = subscribe(() => {})
same<TokenState, ReturnType<typeof getSnapshot>>(true)
same<typeof manager.state.status, 'none' | 'valid' | 'expiring' | 'expired' | 'signedout'>(true)
same<typeof manager.state.refreshing, false | 'waiting' | 'asking'>(true)
unsubscribe()
void [getToken, signOut]

manager.addEventListener('refreshed', ({ type, detail }) => {
  same<typeof type, 'refreshed'>(true)
  same<typeof detail.by, 'this' | 'other'>(true)
  same<typeof detail.expiresAt, number | undefined>(true)
  // @ts-expect-error never the token
  detail.token
})
manager.addEventListener('refreshfailed', ({ detail }) => same<typeof detail.error, JotgateRefreshFailed>(true), {
  once: true,
})
manager.addEventListener('signedout', { handleEvent: ({ detail }: TokenEvent<'signedout'>) => void detail.reason })
manager.removeEventListener('expired', null)

if (unknown instanceof JotgateRefreshFailed) {
  same<typeof unknown.problem, RefreshProblem>(true)
  same<typeof unknown.httpStatus, number | undefined>(true)
}
if (unknown instanceof JotgateInsufficientScope) same<typeof unknown.missingScopes, readonly string[] | undefined>(true)
if (unknown instanceof JotgateSignedOut) unknown.code.toUpperCase()

// @ts-expect-error it needs to know how to refresh
createTokenManager({ origins: [] })
// @ts-expect-error the misspelt option
createTokenManager({ ...options, origin: 'https://api.example' })
// @ts-expect-error a list, even of one
createTokenManager({ ...options, origins: 'https://api.example' })
// @ts-expect-error seconds are a number
createTokenManager({ ...options, before: '1 minute' })
// @ts-expect-error a storage removes as well
createTokenManager({ ...options, storage: { get: () => null, set() {} } })
// @ts-expect-error a token response has a token
createTokenManager({ refresh: async () => ({ expires_in: 60 }) })
// @ts-expect-error no such event
manager.addEventListener('refresh', () => {})
// @ts-expect-error the state is not to be changed
manager.state.status = 'valid'
// @ts-expect-error nor are its scopes
manager.state.scopes.push('admin')
