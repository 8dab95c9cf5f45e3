import { Options } from '../options.js'
import type { VerifiedToken } from '../verified-token.js'
import { readOrigin } from './origins.js'
import { isForwardable, type PropagationMode, propagationMode, refused } from './propagate.js'

/** What `claimHeaders` is made of. */
export interface ClaimHeadersOptions {
  /**
   * The origins that the claims may go to. Only https, unless `allowInsecureLoopback`. They must be reachable for nobody
   * who could write the fields himself.
   */
  origins: readonly string[]
  /**
   * Header fields, each with its claim: a name (taken as it is, with dots and slashes), or the path into nested claims as
   * an array of names.
   */
  headers: { readonly [name: string]: string | readonly string[] }
  /** Whether http is accepted for 127.0.0.1, [::1] and localhost. Default: false. */
  allowInsecureLoopback?: boolean
}

/**
 * Sends verified claims on as header fields, and no token. Inbound copies of these fields never get through: not in
 * another case, not with `_` or `.` in place of `-`, not where the claim is absent, not for anonymous requests.
 *
 * A text, number or boolean is sent as text; a list of those is joined with `,`. Every byte of its UTF-8 that is no visible
 * ASCII character is sent as `%XX`, and so are `%` and `,`: split at `,`, then `decodeURIComponent`. There is no field for
 * an absent or empty claim, `null` and an object. Refused are a list that holds anything else, text that is no well-formed
 * Unicode, and what is longer than 4096 characters: half of an identity is another identity.
 *
 * ```js
 * const mode = claimHeaders({
 *   origins: ['https://orders.example'],
 *   headers: { 'x-user': 'sub', 'x-roles': ['realm_access', 'roles'] },
 * })
 * ```
 *
 * @throws TypeError naming the option that is wrong, unknown or missing
 */
export function claimHeaders(options: ClaimHeadersOptions): PropagationMode {
  const given: Options = new Options(options, 'claimHeaders')
  given.allowOnly(['origins', 'headers', 'allowInsecureLoopback'])
  const origins = given.strings('origins', { single: false, empty: false })
  if (!origins) given.fail('origins', 'is required: an array of origins')
  const listed = new Set(origins.map((origin, index) => readOrigin(given, `origins[${index}]`, origin)))
  const fields = readFields(given)
  const own = new Set(fields.map(({ name }) => folded(name)))

  return propagationMode('headers', {
    keeps: (name) => !own.has(folded(name)),
    carry(origin, identity, headers) {
      if (!listed.has(origin)) throw refused('the origin is not one that the claims may go to')
      if (!identity) return
      for (const { name, path } of fields) {
        const value = fieldValue(name, claimAt(identity.token, path))
        if (value !== '') headers.set(name, value)
      }
    },
  })
}

interface Field {
  name: string
  path: readonly string[]
}

function readFields(given: Options): Field[] {
  const entries = given.entries('headers')
  if (!entries || entries.length === 0)
    given.fail('headers', 'is required: an object of header fields with their claims')
  const seen = new Set<string>()
  return entries.map(([name, claim]) => {
    const option = `headers["${name}"]`
    if (!/^[a-z\d][a-z\d-]*$/i.test(name)) given.fail(option, 'must be named with letters, digits and "-"')
    if (!isForwardable(name.toLowerCase())) given.fail(option, 'is a field that requests have for something else')
    if (seen.has(folded(name))) given.fail(option, 'is named twice')
    seen.add(folded(name))
    const path = new Options({ [option]: claim }, 'claimHeaders').strings(option, { single: true, empty: false })
    if (!path) given.fail(option, 'must be the name of a claim, or an array of names')
    return { name, path }
  })
}

// CGI and its heirs hand header fields on as variables, in which one character stands for all of these: RFC 3875 §4.1.18.
function folded(name: string): string {
  return name.toLowerCase().replace(/[^a-z\d]/g, '-')
}

/** Own members alone: a claims set without `__proto__` or `constructor` has none. */
function claimAt(token: VerifiedToken, path: readonly string[]): unknown {
  let value: unknown = token.payload
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
      return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}

const LONGEST_VALUE = 4096

function fieldValue(name: string, claim: unknown): string {
  if (!Array.isArray(claim) && typeof claim === 'object') return ''
  const members: unknown[] = Array.isArray(claim) ? claim : claim === undefined ? [] : [claim]
  const value = members.map((member) => encoded(name, member)).join(',')
  if (value.length > LONGEST_VALUE) throw refused(`the claim for ${name} is too long for a header field`)
  return value
}

function encoded(name: string, member: unknown): string {
  if (typeof member !== 'string') {
    if (typeof member !== 'number' && typeof member !== 'boolean')
      throw refused(`the claim for ${name} is no flat list`)
    return String(member)
  }
  // U+FFFD would stand for all of them, and make different subjects the same.
  if (/\p{Surrogate}/u.test(member)) throw refused(`the claim for ${name} is no well-formed Unicode`)
  if (member.length > LONGEST_VALUE) throw refused(`the claim for ${name} is too long for a header field`)
  return member.replace(/[^\x21-\x24\x26-\x2b\x2d-\x7e]+/g, (text) =>
    Array.from(new TextEncoder().encode(text), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(
      '',
    ),
  )
}
