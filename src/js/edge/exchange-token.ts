import { JotgatePropagationError, JWKSTimeout } from '../errors.js'
import { RemoteDocument } from '../key-set-document.js'
import { customFetch, readRemoteOptions } from '../key-set-options.js'
import { Options } from '../options.js'
import type { VerifiedToken } from '../verified-token.js'
import { readEndpoint, readOrigins } from './origins.js'
import { type PropagationMode, propagationMode, refused } from './propagate.js'
import { scopeNames } from './scope-rule.js'
import { type ClientAuthentication, requestExchange, type TokenClient } from './token-endpoint.js'

/** What is asked of the token endpoint for one origin: RFC 8693 §2.1. */
export interface ExchangeTarget {
  /** The logical names of the service. `audience`. */
  audience?: string | readonly string[]
  /** The URLs of the service. `resource`, RFC 8707. */
  resource?: string | readonly string[]
  /**
   * The scopes to ask for: of a list, those that the token itself has (none of them is a refusal); a function answers
   * them for a token, where the services name their scopes differently. Default: left to the token endpoint. `scope`.
   */
  scope?: readonly string[] | ((token: VerifiedToken) => readonly string[])
}

/** What `exchangeToken` is made of. */
export interface ExchangeTokenOptions {
  /** The token endpoint: an https URL; http for loopback with `allowInsecureLoopback`. RFC 6749 §3.2. */
  tokenEndpoint: string | URL
  /** The name of this service at the token endpoint. RFC 6749 §2.2. */
  clientId: string
  /** Its secret. RFC 6749 §2.3.1. */
  clientSecret?: string
  /**
   * How the client says who it is: `client_secret_basic` (default with a secret), `client_secret_post`, `none` (default
   * without), or a function that answers a signed assertion for each request, of RFC 7523 §2.2.
   */
  clientAuthentication?: ClientAuthentication
  /** The origins that exchanged tokens may go to, each with what to ask for. Only https, unless `allowInsecureLoopback`. */
  origins: { readonly [origin: string]: ExchangeTarget }
  /** How long the token endpoint may take, in milliseconds, 1 to 60000. Default: 5000. */
  timeoutDuration?: number
  /** How many exchanged tokens are kept, 1 to 100000, the least recently used going first. Default: 1000. */
  cacheEntries?: number
  /** Whether http is accepted for 127.0.0.0/8, [::1] and localhost. Default: false. */
  allowInsecureLoopback?: boolean
}

/**
 * Exchanges the token for one that is meant for the downstream service (RFC 8693), and sends that. Exchanged tokens are
 * kept until a tenth of their lifetime, at most 30 seconds, is left; equal exchanges at the same time are one request.
 *
 * ```js
 * const mode = exchangeToken({
 *   tokenEndpoint: 'https://issuer.example/token',
 *   clientId: 'gateway',
 *   clientSecret,
 *   origins: { 'https://orders.example': { audience: 'https://orders.example', scope: ['orders:read'] } },
 * })
 * ```
 *
 * @throws TypeError naming the option that is wrong, unknown or missing
 */
export function exchangeToken(options: ExchangeTokenOptions): PropagationMode {
  const given: Options = new Options(options, OWNER)
  given.allowOnly(exchangeOptions)
  const client = readClient(given)
  const targets = new Map(readOrigins(given).map(([origin, target]) => [origin, readTarget(origin, target)]))
  const timeoutDuration = given.integer('timeoutDuration', 1, 60_000) ?? 5000
  const most = given.integer('cacheEntries', 1, 100_000) ?? 1000
  const exchanges = new Map<string, RemoteDocument>()

  /** The exchange of a token with these wishes. The whole of both is the key: no two can be taken for each other. */
  function exchangeOf(text: string, wishes: Wishes): RemoteDocument {
    const key = JSON.stringify([wishes, text])
    const exchange = exchanges.get(key) ?? newExchange(client, text, wishes, timeoutDuration)
    exchanges.delete(key)
    exchanges.set(key, exchange)
    const [oldest] = exchanges.keys()
    if (oldest !== undefined && exchanges.size > most) exchanges.delete(oldest)
    return exchange
  }

  return propagationMode('exchange', {
    keeps: () => true,
    async carry(origin, identity, headers) {
      const target = targets.get(origin)
      if (!target) throw refused('the origin is not one that exchanged tokens may go to')
      if (!identity) throw refused('there is no token to exchange')
      const exchange = exchangeOf(identity.text, wishesFor(target, identity.token))
      headers.set('authorization', `Bearer ${await exchanged(exchange)}`)
    },
  })
}

const OWNER = 'exchangeToken'

const exchangeOptions = [
  'tokenEndpoint',
  'clientId',
  'clientSecret',
  'clientAuthentication',
  'origins',
  'timeoutDuration',
  'cacheEntries',
  'allowInsecureLoopback',
] as const

type Wishes = [name: string, value: string][]

interface Target {
  wishes: Wishes
  scope: string[] | ((token: VerifiedToken) => unknown) | undefined
}

/** An exchanged token is a document like a key set: fetched by one request for all, and kept while it is fresh. */
function newExchange(client: TokenClient, text: string, wishes: Wishes, timeoutDuration: number): RemoteDocument {
  const settings = readRemoteOptions(
    {
      timeoutDuration,
      cooldownDuration: SHORTEST_PAUSE,
      cacheMinAge: 0,
      cacheMaxAge: Number.POSITIVE_INFINITY,
      staleWhileRevalidate: false,
      staleIfError: 0,
      async [customFetch](_url, { signal }) {
        const issued = await requestExchange(client, text, wishes, signal)
        const margin = Math.min(issued.expiresIn / 10, LONGEST_MARGIN)
        const freshness = Math.floor(issued.expiresIn - margin)
        return new Response(issued.text, { headers: { 'cache-control': `max-age=${freshness}` } })
      },
    },
    OWNER,
  )
  return new RemoteDocument({ url: client.endpoint, settings, validate: () => {} })
}

/** An exchange that has failed is tried again after this time, in milliseconds. */
const SHORTEST_PAUSE = 1000

/** The longest time before its end, in seconds, that an exchanged token is no longer used. */
const LONGEST_MARGIN = 30

/** The exchanged token; each request gets an error of its own. */
async function exchanged(exchange: RemoteDocument): Promise<string> {
  try {
    return (await exchange.ready()).text
  } catch (error) {
    if (error instanceof JWKSTimeout) {
      throw new JotgatePropagationError('exchange-timeout', 'the token endpoint did not answer in time')
    }
    const cause = error instanceof Error ? error.cause : undefined
    if (cause instanceof TypeError && cause.message.startsWith(OWNER)) throw cause
    if (cause instanceof JotgatePropagationError) throw cause.again()
    throw new JotgatePropagationError('exchange-failed', 'the token endpoint could not be reached', { cause })
  }
}

function wishesFor({ wishes, scope }: Target, token: VerifiedToken): Wishes {
  if (scope === undefined) return wishes
  const wanted = Array.isArray(scope) ? scope.filter((name) => token.scopes.has(name)) : answeredScopes(scope(token))
  if (wanted.length === 0) throw refused('the token has none of the scopes that would be asked for')
  return [...wishes, ['scope', wanted.join(' ')]]
}

function answeredScopes(scope: unknown): string[] {
  return scopeNames(new Options({ scope }, OWNER), 'scope')
}

function readClient(given: Options): TokenClient {
  const endpoint = readEndpoint(given, 'tokenEndpoint')?.href
  if (endpoint === undefined) given.fail('tokenEndpoint', 'is required')
  const id = given.string('clientId')
  if (id === undefined) given.fail('clientId', 'is required')
  const secret = given.string('clientSecret')
  const how = given.read('clientAuthentication')
  const authentication =
    typeof how === 'function'
      ? (how as () => string)
      : (given.oneOf('clientAuthentication', ['client_secret_basic', 'client_secret_post', 'none']) ??
        (secret === undefined ? 'none' : 'client_secret_basic'))
  const withSecret = authentication === 'client_secret_basic' || authentication === 'client_secret_post'
  if (withSecret !== (secret !== undefined)) {
    given.fail('clientSecret', withSecret ? 'is required for that' : 'is not used with that "clientAuthentication"')
  }
  return { endpoint, id, secret: secret ?? '', authentication }
}

function readTarget(origin: string, target: unknown): Target {
  const given: Options = new Options(target, `${OWNER}: origins["${origin}"]`)
  given.allowOnly(['audience', 'resource', 'scope'])
  const named = (name: string): Wishes =>
    (given.strings(name, { single: true, empty: false }) ?? []).map((value) => [name, value])
  const wishes = [...named('audience'), ...named('resource')]
  if (wishes.length === 0) given.fail('audience', 'or "resource" is required: whom the new token is meant for')
  const scope = given.read('scope')
  if (scope === undefined) return { wishes, scope }
  if (typeof scope === 'function') return { wishes, scope: scope as (token: VerifiedToken) => unknown }
  const list = scopeNames(given, 'scope')
  if (list.length === 0) given.fail('scope', 'must not be empty')
  return { wishes, scope: list }
}
