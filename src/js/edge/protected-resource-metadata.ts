import { Options } from '../options.js'
import { ofRequest, responseOf } from './incoming.js'
import type { Answer } from './refusal.js'
import { scopeNames } from './scope-rule.js'
import { isSecure, parsed } from './secure-url.js'

/** The metadata of a protected resource: RFC 9728 §2, in JavaScript's spelling. */
export interface ProtectedResourceMetadataOptions {
  /** The resource's identifier: an https URL without fragment; http for loopback alone. `resource`. */
  resource: string | URL
  /** The issuers whose tokens are accepted. Default: not said. `authorization_servers`. */
  authorizationServers?: readonly string[]
  /** The scopes that there are. Default: not said. `scopes_supported`. */
  scopesSupported?: readonly string[]
  /** A name to show to people. Default: none. `resource_name`. */
  resourceName?: string
  /** A page for developers. Default: none. `resource_documentation`. */
  resourceDocumentation?: string | URL
  /** A page on what clients may do with data. Default: none. `resource_policy_uri`. */
  resourcePolicyUri?: string | URL
  /** A page with terms of service. Default: none. `resource_tos_uri`. */
  resourceTosUri?: string | URL
  /** Further members by their registered names, such as `resource_name#de`. They may not repeat the ones above. Default: none. */
  additional?: { readonly [member: string]: unknown }
  /** How long caches may keep it, in seconds, 0 to 31536000. Default: 3600. */
  maxAge?: number
}

/** Serves the metadata of a protected resource. */
export interface ProtectedResourceMetadata {
  /** The document's response; undefined for every request that is not for it. */
  (request: Request): Response | undefined
  /** Where it is: RFC 9728 §3. For challenges, which the option `resourceMetadata` of a guard makes of it. */
  readonly url: string
}

type Served = (incoming: { method: string; path: string; query: string }) => Answer | undefined
const served = /* @__PURE__ */ new WeakMap<object, Served>()

/** What a guard serves for `resourceMetadata`. */
export function servedDocument(metadata: unknown): Served | undefined {
  return typeof metadata === 'function' ? served.get(metadata) : undefined
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/**
 * The metadata of a protected resource, at its well-known path: `/.well-known/oauth-protected-resource`, and for a
 * resource with a path, that path behind it (RFC 9728 §3.1). Pages of any origin may read it.
 *
 * ```js
 * const metadata = protectedResourceMetadata({
 *   resource: 'https://api.example',
 *   authorizationServers: ['https://issuer.example'],
 *   scopesSupported: ['orders:read', 'orders:write'],
 * })
 * const guard = createGuard({ issuer, audience, jwks, resourceMetadata: metadata })
 * ```
 *
 * @throws TypeError naming the option that is wrong, unknown or missing
 */
export function protectedResourceMetadata(options: ProtectedResourceMetadataOptions): ProtectedResourceMetadata {
  const given: Options = new Options(options, 'protectedResourceMetadata')
  given.allowOnly(metadataOptions)
  const resource = identifier(given, 'resource')
  if (resource === undefined) given.fail('resource', 'is required')
  const maxAge = given.integer('maxAge', 0, 31_536_000) ?? 3600
  const members: [string, unknown][] = [
    ['resource', resource],
    ['authorization_servers', issuers(given)],
    ['scopes_supported', given.read('scopesSupported') && scopeNames(given, 'scopesSupported')],
    // RFC 6750 §2.1 is the one way in.
    ['bearer_methods_supported', ['header']],
    ['resource_name', given.string('resourceName')],
    ['resource_documentation', page(given, 'resourceDocumentation')],
    ['resource_policy_uri', page(given, 'resourcePolicyUri')],
    ['resource_tos_uri', page(given, 'resourceTosUri')],
  ]
  const known = members.filter(([, value]) => value !== undefined)
  const body = JSON.stringify(Object.fromEntries([...known, ...additional(given, members)]))

  const { origin, pathname, search } = new URL(resource)
  // RFC 9728 §3.1: the slash that only ends the host is left out.
  const path = `${WELL_KNOWN}${pathname === '/' ? '' : pathname}`
  const anybody: Answer['headers'] = [['Access-Control-Allow-Origin', '*']]
  const serve: Served = (incoming) => {
    if (incoming.path !== path || (search !== '' && incoming.query !== search)) return undefined
    if (incoming.method === 'GET' || incoming.method === 'HEAD') {
      const headers: Answer['headers'] = [
        ['Content-Type', 'application/json'],
        ['Cache-Control', `max-age=${maxAge}`],
      ]
      return { status: 200, headers: [...headers, ...anybody], body: incoming.method === 'GET' ? body : '' }
    }
    if (incoming.method !== 'OPTIONS') return undefined
    // Clients send header fields of their own protocol along, so there are preflights.
    const allowed: Answer['headers'] = [
      ['Access-Control-Allow-Methods', 'GET, HEAD'],
      ['Access-Control-Allow-Headers', '*'],
    ]
    return { status: 204, headers: [...anybody, ...allowed], body: '' }
  }

  function metadata(request: Request): Response | undefined {
    const answer = serve(ofRequest(request))
    return answer && responseOf(answer)
  }
  served.set(metadata, serve)
  return Object.assign(metadata, { url: `${origin}${path}${search}` })
}

const metadataOptions = [
  'resource',
  'authorizationServers',
  'scopesSupported',
  'resourceName',
  'resourceDocumentation',
  'resourcePolicyUri',
  'resourceTosUri',
  'additional',
  'maxAge',
] as const

/** A text as it was given: clients compare the identifier exactly, RFC 9728 §3.3. */
function identifier(given: Options, name: string): string | undefined {
  const value = given.read(name)
  if (value === undefined) return undefined
  const text = value instanceof URL ? value.href : given.string(name)
  if (text === undefined || !isResource(text)) {
    given.fail(name, 'must be an https URL without fragment and credentials (http for loopback alone)')
  }
  return text
}

function isResource(text: string): boolean {
  // The URL parser drops white space, which would then be in the document but not in the path.
  return /^https?:\/\/[\x21-\x7e]+$/.test(text) && !text.includes('#') && isSecure(parsed(text))
}

function issuers(given: Options): string[] | undefined {
  const list = given.strings('authorizationServers', { single: false, empty: false })
  for (const [index, issuer] of (list ?? []).entries()) {
    const url = parsed(issuer)
    if (!isSecure(url) || /[?#]/.test(issuer)) {
      given.fail(`authorizationServers[${index}]`, 'must be an issuer: an https URL without query and fragment')
    }
  }
  return list
}

function page(given: Options, name: string): string | undefined {
  const value = given.read(name)
  if (value === undefined) return undefined
  const url = parsed(value instanceof URL ? value.href : (given.string(name) ?? ''))
  if (!isSecure(url)) given.fail(name, 'must be an https URL')
  return url.href
}

function additional(given: Options, members: [string, unknown][]): [string, unknown][] {
  const value = given.read('additional')
  if (value === undefined) return []
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    given.fail('additional', 'must be an object of members')
  }
  let entries: [string, unknown][] = []
  try {
    entries = Object.entries(JSON.parse(JSON.stringify(value)) as object)
  } catch (cause) {
    given.fail('additional', 'must be what JSON can say', cause)
  }
  const twice = entries.find(([name]) => members.some(([own]) => own === name))
  if (twice) given.fail(`additional.${twice[0]}`, 'has an option of its own')
  return entries
}
