import { Options } from '../options.js'

/** Which pages may call, and see the answers: the CORS protocol of the Fetch standard. */
export interface CorsOptions {
  /** Origins of pages, such as `https://app.example`; `'*'` for every page. Tokens come in a header, never in cookies. */
  origins: readonly string[] | '*'
  /** Methods that pages may use. Default: `GET`, `HEAD`, `POST`, `PUT`, `PATCH`, `DELETE`. */
  methods?: readonly string[]
  /** Header fields that pages may send. Default: `Authorization`, `Content-Type`. `Authorization` is always among them. */
  headers?: readonly string[]
  /** Header fields that pages may read, besides `WWW-Authenticate`. Default: none. */
  exposeHeaders?: readonly string[]
  /** How long a browser may remember the answer to a preflight, in seconds, 0 to 86400. Default: the browser's, 5. */
  maxAge?: number
}

/** What is answered to pages of other origins. */
export interface Cors {
  /** The header fields for an answer to a page of this origin; none for a page that may not see it. */
  answer(origin: string | null | undefined): [name: string, value: string][]
  /** Those for the answer to a preflight. */
  preflight(origin: string | null | undefined): [name: string, value: string][]
}

const token = /^[!#$%&'*+\-.^`|~\w]+$/

export function readCors(value: unknown, owner: string): Cors | undefined {
  if (value === undefined) return undefined
  const given = new Options(value, `${owner}: option "cors"`)
  given.allowOnly(['origins', 'methods', 'headers', 'exposeHeaders', 'maxAge'])
  const origins = readOrigins(given)
  const methods = tokens(given, 'methods') ?? ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
  const headers = tokens(given, 'headers') ?? ['Authorization', 'Content-Type']
  // The wildcard of this header leaves Authorization out: Fetch standard, "CORS non-wildcard request-header name".
  if (!headers.some((name) => name.toLowerCase() === 'authorization')) headers.unshift('Authorization')
  const exposed = ['WWW-Authenticate', ...(tokens(given, 'exposeHeaders') ?? [])].join(', ')
  const maxAge = given.integer('maxAge', 0, 86_400)

  function allowed(origin: string | null | undefined): [string, string][] {
    if (origins === '*') return [['Access-Control-Allow-Origin', '*']]
    // The answer depends on the origin also where it is refused.
    const vary: [string, string] = ['Vary', 'Origin']
    return typeof origin === 'string' && origins.has(origin) ? [['Access-Control-Allow-Origin', origin], vary] : [vary]
  }
  const may = (fields: [string, string][]) => fields.some(([name]) => name === 'Access-Control-Allow-Origin')

  return {
    answer(origin) {
      const fields = allowed(origin)
      return may(fields) ? [...fields, ['Access-Control-Expose-Headers', exposed]] : fields
    },
    preflight(origin) {
      const fields = allowed(origin)
      if (!may(fields)) return fields
      fields.push(['Access-Control-Allow-Methods', methods.join(', ')])
      fields.push(['Access-Control-Allow-Headers', headers.join(', ')])
      if (maxAge !== undefined) fields.push(['Access-Control-Max-Age', `${maxAge}`])
      return fields
    },
  }
}

const lists = new Set(['Vary', 'Access-Control-Expose-Headers'])

/** The value that a field is to have: of a list, what is there stays, and nothing is in it twice. */
export function withField(current: string | null | undefined, [name, value]: [name: string, value: string]): string {
  if (!current || !lists.has(name)) return value
  const there = current.toLowerCase().split(',')
  const missing = value.split(', ').filter((each) => !there.some((one) => one.trim() === each.toLowerCase()))
  return [current, ...missing].join(', ')
}

function readOrigins(given: Options): ReadonlySet<string> | '*' {
  if (given.read('origins') === '*') return '*'
  const origins = given.strings('origins', { single: false, empty: false })
  if (!origins) given.fail('origins', 'is required: an array of origins, or "*"')
  for (const [index, origin] of origins.entries()) {
    if (origin === '*' || !isOrigin(origin)) {
      given.fail(`origins[${index}]`, 'must be an origin as browsers write it, such as "https://app.example"')
    }
  }
  return new Set(origins)
}

function isOrigin(text: string): boolean {
  try {
    const { origin } = new URL(text)
    // The origin of a browser extension's page has a scheme that URL finds opaque.
    return origin === text || (origin === 'null' && /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+$/.test(text))
  } catch {
    return false
  }
}

function tokens(given: Options, name: string): string[] | undefined {
  const list = given.strings(name, { single: false, empty: false })
  for (const [index, each] of (list ?? []).entries()) {
    if (!token.test(each)) given.fail(`${name}[${index}]`, 'must be a name of RFC 9110 §5.6.2')
  }
  return list
}
