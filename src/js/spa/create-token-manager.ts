import { type Environment, platform } from './environment.js'
import { Manager } from './manager.js'
import { readManagerOptions } from './manager-options.js'
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

/** The same on a platform that is handed over. */
export function createTokenManagerIn(environment: Environment, options: TokenManagerOptions): TokenManager {
  return new Manager(environment, readManagerOptions(options)) as unknown as TokenManager
}
