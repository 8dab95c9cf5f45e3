import { platform } from './environment.js'
import { createTokenManagerIn } from './manager.js'
import type { TokenManager, TokenManagerOptions } from './types.js'

/**
 * Keeps an access token fresh: one refresh for all who ask, in one tab for all tabs, ahead of the expiry by the server's
 * clock, after sleep too. Make it once, outside of components.
 *
 * ```js
 * const manager = createTokenManager({
 *   refresh: ({ signal }) => fetch('/session/token', { method: 'POST', signal }),
 *   origins: ['https://api.example'],
 * })
 * const response = await manager.fetch('https://api.example/orders')
 * ```
 *
 * @throws TypeError an option is wrong, by its name
 */
export function createTokenManager(options: TokenManagerOptions): TokenManager {
  return createTokenManagerIn(platform, options)
}
