import type { KeySetStore } from './key-set-store.js'
import { Options } from './options.js'
import type { JSONWebKeySet } from './types.js'
import { waitUntil } from './wait-until.js'

/**
 * The option that brings a `fetch` of one's own, as in jose: for proxies, for tests.
 *
 * ```js
 * const keys = createRemoteJWKSet(url, { [customFetch]: (url, init) => env.IDENTITY.fetch(url, init) })
 * ```
 */
export const customFetch: unique symbol = /* @__PURE__ */ Symbol('customFetch')

/**
 * The option that brings an object to start from and to write to, as in jose. Where a store can be reached, `store` does
 * more.
 *
 * ```js
 * const cache = (await readSomewhere()) ?? {}
 * const keys = createRemoteJWKSet(url, { [jwksCache]: cache })
 * const { uat } = cache
 * await jwtVerify(token, keys)
 * if (cache.uat !== uat) await writeSomewhere(cache)
 * ```
 */
export const jwksCache: unique symbol = /* @__PURE__ */ Symbol('jwksCache')

/** What the type library calls by this name, whichever it is; without one, what is used of it. */
type Platform<Name extends string, Used> = typeof globalThis extends { [name in Name]: { prototype: infer Instance } }
  ? Instance
  : Used

type PlatformHeaders = Platform<'Headers', { get(name: string): string | null }>

/**
 * A `fetch` of one's own. It has to answer with status 200 and the document, must not follow redirects, and should mind
 * `signal`: what comes after `timeoutDuration` is not looked at.
 */
export type FetchImplementation = (
  url: string,
  init: {
    headers: PlatformHeaders
    method: 'GET'
    redirect: 'manual'
    credentials: 'omit'
    referrerPolicy: 'no-referrer'
    cache?: 'no-cache'
    signal: Platform<'AbortSignal', { readonly aborted: boolean }>
  },
) => Promise<FetchedResponse>

/** What is looked at of a response: a `Response`, or as much of it as jose asks for. */
export interface FetchedResponse {
  readonly status: number
  readonly headers?: { get(name: string): string | null }
  readonly body?: unknown
  text?(): Promise<string>
  json(): Promise<unknown>
}

/** What `jwksCache` is written to. */
export interface ExportedJWKSCache {
  /** The key set that was last fetched. */
  jwks: JSONWebKeySet
  /** When, in milliseconds since 1970-01-01T00:00:00Z. */
  uat: number
}

/** What `jwksCache` takes: an object that an earlier key set wrote to, or an empty one. */
export type JWKSCacheInput = ExportedJWKSCache | Record<string, never>

/**
 * How a key set is fetched and kept; all durations in milliseconds. A wrong or unknown option throws a `TypeError` that
 * names it.
 */
export interface RemoteJWKSetOptions {
  /**
   * The longest that a fetch may take, with redirect, body and store, and the longest that a token waits for keys: an
   * integer. Default: 5000. Error: `ERR_JWKS_TIMEOUT`.
   */
  timeoutDuration?: number
  /**
   * Tokens with an unknown `kid` cause at most one fetch in this time. Failed fetches are repeated after a second, then
   * doubling up to this, at most 30 seconds; 5 where there is no usable set. Default: 30000.
   */
  cooldownDuration?: number
  /** The longest that a set is fresh, also where `Cache-Control` says longer; `Infinity` never expires. Default: 600000. */
  cacheMaxAge?: number
  /**
   * The shortest that a set is fresh, where `Cache-Control` says shorter. Default: 30000, at most `cooldownDuration` and
   * `cacheMaxAge`.
   */
  cacheMinAge?: number
  /** Headers to send. Default: `accept`, and outside of browsers `user-agent`. */
  headers?: Record<string, string>
  /**
   * For how long after it expired a set is still used at once while it is fetched anew behind the response; `true`: as long
   * as `cacheMaxAge`, `false`: not at all. Default: `true`. RFC 5861 §3.
   */
  staleWhileRevalidate?: boolean | number
  /**
   * For how long after it expired a set is still used when it cannot be fetched; `0`: not at all. Default: 86400000, a day.
   * RFC 5861 §4.
   */
  staleIfError?: number
  /** Told each time a set could not be fetched and an expired one stays in use. What it throws is ignored. */
  onStale?: (error: Error) => void
  /** The longest response in bytes. Default: 524288. Error: `ERR_JOTGATE_KEYS_UNAVAILABLE`. */
  maxSize?: number
  /** The most keys in a set, 1 to 1000. Default: 100. Error: `ERR_JWKS_INVALID`. */
  maxKeys?: number
  /** Whether `http:` is allowed for 127.0.0.0/8, [::1] and localhost. Default: false. */
  allowInsecureLoopback?: boolean
  /** Where sets outlive this process or isolate. Default: nowhere. */
  store?: KeySetStore
  /**
   * Keeps the request alive for a fetch behind its response, such as a Worker's `ctx.waitUntil`. Default: in Workers the one
   * of `cloudflare:workers`, elsewhere none is needed.
   */
  waitUntil?: (promise: Promise<unknown>) => void
  /** See {@link jwksCache}. */
  [jwksCache]?: JWKSCacheInput
  /** See {@link customFetch}. */
  [customFetch]?: FetchImplementation
}

/** The options, read and checked. */
export interface RemoteSettings {
  timeout: number
  cooldown: number
  maxAge: number
  minAge: number
  headers: PlatformHeaders
  staleWhileRevalidate: number
  staleIfError: number
  onStale: ((error: Error) => void) | undefined
  maxSize: number
  maxKeys: number
  loopback: boolean
  store: KeySetStore | undefined
  waitUntil: ((promise: Promise<unknown>) => void) | undefined
  fetch: FetchImplementation | undefined
  cache: Partial<ExportedJWKSCache> | undefined
}

const known = [
  'timeoutDuration',
  'cooldownDuration',
  'cacheMaxAge',
  'cacheMinAge',
  'headers',
  'staleWhileRevalidate',
  'staleIfError',
  'onStale',
  'maxSize',
  'maxKeys',
  'allowInsecureLoopback',
  'store',
  'waitUntil',
] as const

const HALF_MINUTE = 30_000
const DAY = 86_400_000
// The longest delay of a timer, HTML §8.7.
const LONGEST_TIMER = 2_147_483_647

/** Reads the options once. `owner` opens the messages. */
export function readRemoteOptions(source: RemoteJWKSetOptions | null | undefined, owner: string): RemoteSettings {
  const given = new Options(source ?? {}, owner)
  given.allowOnly(known)
  const cooldown = given.duration('cooldownDuration') ?? 30_000
  const maxAge = given.duration('cacheMaxAge') ?? 600_000
  const minAge = given.duration('cacheMinAge')
  if (minAge !== undefined && minAge > maxAge) given.fail('cacheMinAge', 'must not be longer than "cacheMaxAge"')
  return {
    timeout: given.integer('timeoutDuration', 0, LONGEST_TIMER) ?? 5000,
    cooldown,
    maxAge,
    minAge: minAge ?? Math.min(cooldown, HALF_MINUTE, maxAge),
    headers: readHeaders(given),
    staleWhileRevalidate: readStaleWhileRevalidate(given, maxAge),
    staleIfError: given.duration('staleIfError') ?? DAY,
    onStale: given.callback('onStale') as RemoteSettings['onStale'],
    maxSize: given.integer('maxSize', 1, 268_435_456) ?? 524_288,
    maxKeys: given.integer('maxKeys', 1, 1000) ?? 100,
    loopback: given.boolean('allowInsecureLoopback') ?? false,
    store: readStore(given),
    waitUntil: (given.callback('waitUntil') as RemoteSettings['waitUntil']) ?? waitUntil,
    ...readSymbols(source ?? {}, owner),
  }
}

/** The URL as text, if keys may be fetched from there; throws a `TypeError` that says what is wrong with it. */
export function readKeySetUrl(url: unknown, loopback: boolean, owner: string): string {
  let parsed: URL
  try {
    // Of texts and URLs only: what else has a `toString` is a mistake.
    parsed = new URL(typeof url === 'string' || url instanceof URL ? url : '')
  } catch (cause) {
    throw new TypeError(`${owner}: the URL must be an absolute one`, { cause })
  }
  parsed.hash = ''
  const { protocol, hostname, username, password, href } = parsed
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname))) {
    throw new TypeError(`${owner}: the URL must be one of https`)
  }
  if (protocol === 'http:' && !loopback) {
    throw new TypeError(`${owner}: the URL must be one of https; "allowInsecureLoopback" allows http to this machine`)
  }
  if (username || password) throw new TypeError(`${owner}: the URL must not hold credentials`)
  return href
}

function isLoopback(hostname: string): boolean {
  // The URL parser has brought every way to write an IPv4 address into this one.
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

function readHeaders(given: Options): Headers {
  const value = given.read('headers')
  let headers: Headers
  try {
    headers = new Headers(value as HeadersInit | undefined)
  } catch (cause) {
    given.fail('headers', 'must be an object of header names and values', cause)
  }
  if (!headers.has('accept')) headers.set('accept', 'application/jwk-set+json, application/json')
  if (!headers.has('user-agent') && !globalThis.navigator?.userAgent?.startsWith('Mozilla/5.0 ')) {
    // Firewalls turn away requests without one, which is what Workers send.
    headers.set('user-agent', 'jotgate')
  }
  return headers
}

function readStaleWhileRevalidate(given: Options, maxAge: number): number {
  const value = given.read('staleWhileRevalidate')
  if (typeof value === 'boolean') return value ? maxAge : 0
  return given.duration('staleWhileRevalidate') ?? maxAge
}

function readStore(given: Options): KeySetStore | undefined {
  const store = given.read('store') as Partial<KeySetStore> | undefined
  if (store === undefined) return undefined
  if (typeof store?.get !== 'function' || typeof store.put !== 'function') {
    given.fail('store', 'must be an object with the methods get and put')
  }
  return store as KeySetStore
}

function readSymbols(source: RemoteJWKSetOptions, owner: string): Pick<RemoteSettings, 'fetch' | 'cache'> {
  const { [customFetch]: fetch, [jwksCache]: cache } = source
  if (fetch !== undefined && typeof fetch !== 'function') {
    throw new TypeError(`${owner}: option [customFetch] must be a function`)
  }
  if (cache !== undefined && (typeof cache !== 'object' || cache === null)) {
    throw new TypeError(`${owner}: option [jwksCache] must be an object`)
  }
  return { fetch, cache }
}
