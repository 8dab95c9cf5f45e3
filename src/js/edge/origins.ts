import type { Options } from '../options.js'
import { isLoopback, parsed } from './secure-url.js'

/**
 * The URL that an option names.
 *
 * @returns undefined where the option was not given
 */
export function readEndpoint(given: Options, name: string): URL | undefined {
  const value = given.read(name)
  if (value === undefined) return undefined
  const url = typeof value === 'string' || value instanceof URL ? parsed(value) : undefined
  if (url?.hash !== '') given.fail(name, 'must be an absolute URL without fragment')
  refuseInsecure(given, name, url)
  return url
}

/** Checks that a name is an origin as URLs write it (RFC 6454 §6.2), so that it can be compared exactly. */
export function readOrigin(given: Options, name: string, origin: string): string {
  const url = parsed(origin)
  if (!url || url.origin !== origin) {
    const right = url && url.origin !== 'null' ? ` Did you mean "${url.origin}"?` : ''
    given.fail(name, `must be an origin, such as "https://orders.example", in lower case and without a path.${right}`)
  }
  refuseInsecure(given, name, url)
  return origin
}

/** The origins that are the names of an object's members, with their values. */
export function readOrigins(given: Options): [origin: string, value: unknown][] {
  const origins = given.entries('origins')
  if (!origins || origins.length === 0) given.fail('origins', 'is required: an object of origins')
  return origins.map(([origin, value]) => [readOrigin(given, `origins["${origin}"]`, origin), value])
}

function refuseInsecure(given: Options, name: string, url: URL): void {
  const insecure = given.boolean('allowInsecureLoopback') ?? false
  if (url.username !== '' || url.password !== '') given.fail(name, 'must not have credentials in it')
  if (url.protocol === 'https:' || (insecure && isLoopback(url))) return
  given.fail(name, 'must be https; http is for loopback alone, with "allowInsecureLoopback"')
}
