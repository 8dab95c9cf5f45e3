import { Options } from '../options.js'
import { readOrigins } from './origins.js'
import { type PropagationMode, propagationMode, refused } from './propagate.js'

/** What `forwardToken` is made of. */
export interface ForwardTokenOptions {
  /**
   * The origins that may see the token, each with its audience, or several of which one is enough: the token's own `aud`
   * must have it, or it is not sent (RFC 8725 §3.9). Only https, unless `allowInsecureLoopback`.
   */
  origins: { readonly [origin: string]: string | readonly string[] }
  /** Whether http is accepted for 127.0.0.1, [::1] and localhost. Default: false. */
  allowInsecureLoopback?: boolean
}

/**
 * Sends the token itself on: only to listed origins, and only a token that is meant for them. A service that accepted a
 * token that was not meant for it would be a confused deputy.
 *
 * ```js
 * const mode = forwardToken({ origins: { 'https://orders.example': 'https://orders.example' } })
 * ```
 *
 * @throws TypeError naming the option that is wrong, unknown or missing
 */
export function forwardToken(options: ForwardTokenOptions): PropagationMode {
  const owner = 'forwardToken'
  const given = new Options(options, owner)
  given.allowOnly(['origins', 'allowInsecureLoopback'])
  const audiences = new Map<string, readonly string[]>()
  for (const [origin, audience] of readOrigins(given)) {
    const named: Options = new Options({ audience }, `${owner}: origins["${origin}"]`)
    const list = named.strings('audience', { single: true, empty: false })
    if (!list) named.fail('audience', 'is required: the audience that the token must be meant for')
    audiences.set(origin, list)
  }

  return propagationMode('forward', {
    keeps: () => true,
    carry(origin, identity, headers) {
      const audience = audiences.get(origin)
      if (!audience) throw refused('the origin is not one that the token may go to')
      if (!identity) throw refused('there is no token to forward')
      const { aud } = identity.token.payload
      const meant = typeof aud === 'string' ? [aud] : Array.isArray(aud) ? aud : []
      if (!audience.some((name) => meant.includes(name))) throw refused('the token is not meant for that service')
      headers.set('authorization', `Bearer ${identity.text}`)
    },
  })
}
