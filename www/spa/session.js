import { createTokenManager } from '../dist/default/spa.js'
import { serverOf } from '../login.js'

/** Seconds ahead of the expiry, and by which share of that the refresh may come earlier still; for tokens of 20 seconds. */
export const BEFORE = 5
export const JITTER = 0.6

/** Exclusive while a refresh of the session runs, in whichever tab. */
export const REFRESH_LOCK = 'jotgate:default'

/**
 * The token manager of this page: what an application writes.
 * @param {import('../login.js').Provider} provider
 * @param {string[]} origins that get the token
 */
export async function sessionWith(provider, origins) {
  const { token_endpoint } = await serverOf(provider.issuer)
  return createTokenManager({
    before: BEFORE,
    jitter: JITTER,
    origins,
    refresh({ current, signal }) {
      const body = new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: provider.clientId,
        refresh_token: current?.refresh_token ?? '',
      })
      return fetch(token_endpoint, { method: 'POST', body, signal })
    },
  })
}
