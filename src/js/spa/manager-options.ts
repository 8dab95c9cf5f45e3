import { Options } from '../options.js'
import type { TokenManagerOptions, TokenStorage } from './types.js'

const KNOWN = [
  'refresh',
  'session',
  'name',
  'before',
  'jitter',
  'minInterval',
  'refreshTimeout',
  'autoRefresh',
  'origins',
  'storage',
] as const satisfies (keyof TokenManagerOptions)[]

/** The options of a manager, read once and complete. */
export interface ManagerOptions {
  readonly refresh: TokenManagerOptions['refresh']
  readonly session: string
  readonly name: string
  /** Not a number: the core's default. */
  readonly before: number
  readonly jitter: number
  readonly minInterval: number
  readonly refreshTimeout: number
  readonly autoRefresh: boolean
  readonly origins: ReadonlySet<string>
  readonly storage: TokenStorage | undefined
}

/** @throws TypeError naming the option that is wrong, unknown or missing */
export function readManagerOptions(source: TokenManagerOptions): ManagerOptions {
  const options = new Options(source, 'createTokenManager')
  options.allowOnly(KNOWN)
  const refresh = options.callback('refresh')
  if (!refresh) options.fail('refresh', 'is missing: a function that asks for the next token')
  const origins = options.strings('origins', { single: false, empty: true }) ?? []
  for (const [index, origin] of origins.entries()) {
    if (!isOrigin(origin)) {
      const problem = 'must be an origin such as "https://api.example", with http only on loopback'
      options.fail(`origins[${index}]`, problem)
    }
  }
  return {
    // Called as a method of what was handed over, which may be an instance.
    refresh: (request) => (refresh as TokenManagerOptions['refresh']).call(source, request),
    session: options.string('session') ?? 'default',
    name: options.string('name') ?? 'access',
    before: number(options, 'before', 0, Number.MAX_VALUE) ?? Number.NaN,
    jitter: number(options, 'jitter', 0, 1) ?? 0.5,
    minInterval: number(options, 'minInterval', 0.25, 86_400) ?? 1,
    refreshTimeout: options.integer('refreshTimeout', 1, 600_000) ?? 30_000,
    autoRefresh: options.boolean('autoRefresh') ?? true,
    origins: new Set(origins),
    storage: storageOf(options),
  }
}

function number(options: Options, name: string, least: number, greatest: number): number | undefined {
  const value = options.read(name)
  if (value === undefined) return undefined
  if (typeof value === 'number' && value >= least && value <= greatest) return value
  options.fail(name, `must be a number from ${least} to ${greatest}`)
}

function isOrigin(text: string): boolean {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return false
  }
  const { protocol, hostname, origin } = url
  const loopback = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
  // A URL's host may hold an asterisk; here it would look as if it stood for others.
  return origin === text && !text.includes('*') && (protocol === 'https:' || (protocol === 'http:' && loopback))
}

function storageOf(options: Options): TokenStorage | undefined {
  const value = options.read('storage')
  if (value === undefined) return undefined
  const storage = value as TokenStorage | null
  for (const name of ['get', 'set', 'remove'] as const) {
    if (typeof storage?.[name] !== 'function') options.fail('storage', 'must have the functions get, set and remove')
  }
  return storage as TokenStorage
}
