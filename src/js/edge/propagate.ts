import { JotgatePropagationError } from '../errors.js'
import { Options } from '../options.js'
import type { VerifiedToken } from '../verified-token.js'
import { parsed } from './secure-url.js'
import { tokenText } from './token-text.js'

/** How an identity goes on: what `forwardToken`, `claimHeaders` and `exchangeToken` answer. */
export interface PropagationMode {
  /** Which of the three it is. */
  readonly name: 'forward' | 'headers' | 'exchange'
}

/** Where the request goes, and how the identity goes with it. */
export interface Propagation {
  /** The whole URL of the outgoing request; its origin must be one that the mode lists. */
  to: string | URL
  /** How the identity goes on. Make it once: it checks its options and keeps exchanged tokens. */
  mode: PropagationMode
}

/** An identity, with the text of the token that a guard let pass. */
export interface Identity {
  token: VerifiedToken
  text: string
}

/** What a mode does to a request. */
export interface Carrier {
  /** Whether a header field of the request that came in goes on. */
  keeps(name: string): boolean
  /** Puts the identity into the header fields of the request to this origin, or refuses to. */
  carry(origin: string, identity: Identity | undefined, headers: Headers): void | Promise<void>
}

const carriers = /* @__PURE__ */ new WeakMap<PropagationMode, Carrier>()

export function propagationMode(name: PropagationMode['name'], carrier: Carrier): PropagationMode {
  const mode = Object.freeze({ name })
  carriers.set(mode, carrier)
  return mode
}

/**
 * The request to send downstream, in the name of a verified token: method, body and header fields of `request`, without
 * its credentials (`Authorization`, `Proxy-Authorization`, `Cookie`, `DPoP`) and hop-by-hop fields (RFC 9110 §7.6.1).
 * Redirects are not followed, so the identity goes to `to` and nowhere else.
 *
 * ```js
 * const toOrders = forwardToken({ origins: { 'https://orders.example': 'https://orders.example' } })
 *
 * const downstream = await propagate(request, token, { to: 'https://orders.example/list', mode: toOrders })
 * return fetch(downstream)
 * ```
 *
 * @param request the request that came in; its body goes on, so it must not have been read
 * @param verified the token that a guard let pass with this request; undefined for an anonymous request, which only
 *   `claimHeaders` sends on
 * @throws TypeError for wrong options
 * @throws errors.JotgatePropagationError the identity may not go there, or could not be exchanged
 */
export async function propagate(
  request: Request,
  verified: VerifiedToken | undefined,
  propagation: Propagation,
): Promise<Request> {
  const given: Options = new Options(propagation, 'propagate')
  given.allowOnly(['to', 'mode'])
  const carrier = carriers.get(given.read('mode') as PropagationMode)
  if (!carrier) given.fail('mode', 'must be what forwardToken, claimHeaders or exchangeToken answers')
  const to = given.read('to')
  const url = typeof to === 'string' || to instanceof URL ? parsed(to) : undefined
  // The origin of blob: is that of the URL inside of it.
  if (!url || !/^https?:$/.test(url.protocol)) given.fail('to', 'must be an absolute URL of https or http')
  if (url.username !== '' || url.password !== '') given.fail('to', 'must not have credentials in it')
  url.hash = ''
  if (request.bodyUsed) {
    throw new TypeError('propagate: the body of the request has been read; read that of request.clone() instead')
  }

  const headers = outgoingHeaders(request.headers, carrier)
  await carrier.carry(url.origin, identityOf(verified), headers)
  const { method, body, signal } = request
  const init = { method, headers, signal, redirect: 'manual' as const }
  // Streams go one way: without the answer beginning, as the Fetch standard has it for now.
  return new Request(url, body === null ? init : ({ ...init, body, duplex: 'half' } as RequestInit))
}

function identityOf(verified: VerifiedToken | undefined): Identity | undefined {
  if (verified === undefined) return undefined
  const text = typeof verified === 'object' && verified !== null ? tokenText(verified) : undefined
  if (text === undefined) throw new TypeError('propagate: the token must be one that a guard let pass')
  return { token: verified, text }
}

export function refused(message: string): JotgatePropagationError {
  return new JotgatePropagationError('refused', message)
}

const notForwarded = new Set([
  // Credentials for this service, not for others.
  'authorization',
  'cookie',
  'dpop',
  'proxy-authorization',
  // RFC 9110 §7.6.1, and what the platform sets for the new connection.
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

function outgoingHeaders(incoming: Headers, carrier: Carrier): Headers {
  const listed = (incoming.get('connection') ?? '').toLowerCase().split(',')
  const dropped = new Set([...notForwarded, ...listed.map((name) => name.trim())])
  const headers = new Headers()
  for (const [name, value] of incoming) {
    if (!dropped.has(name) && carrier.keeps(name)) headers.append(name, value)
  }
  return headers
}

export function isForwardable(name: string): boolean {
  return !notForwarded.has(name)
}
