import { JotgateInsufficientScope } from '../errors.js'
import { Options } from '../options.js'
import type { VerifiedToken } from '../verified-token.js'

/** Scopes to have: all of `all`, and at least one of `any`. */
export interface ScopeSets {
  /** Every one of these. Default: none. */
  all?: readonly string[]
  /** At least one of these; the challenge names the first, so put the least powerful there. Default: none. */
  any?: readonly string[]
}

/**
 * What a token must be allowed to: scopes of which it needs all; sets; or a function of the verified token and the
 * request, which answers `true`, `false`, or scopes that are then asked for. It must answer at once: a promise is refused.
 *
 * ```js
 * ['orders:read']
 * { any: ['orders:read', 'admin'] }
 * (token, request) => request.method === 'GET' || ['orders:write']
 * ```
 *
 * RFC 6750 §3.1, scope names by RFC 6749 §3.3.
 */
export type ScopeRule<Incoming = Request> =
  | readonly string[]
  | ScopeSets
  | ((token: VerifiedToken, request: Incoming) => boolean | readonly string[] | ScopeSets)

/** Refuses a token that the rule does not allow. */
export type ScopeCheck<Incoming> = (token: VerifiedToken, request: Incoming) => void

/** The scopes that a refused token would have needed, for the challenge. */
const neededScopes = new WeakMap<JotgateInsufficientScope, readonly string[]>()

export function scopesNeeded(error: unknown): readonly string[] {
  return (error instanceof JotgateInsufficientScope && neededScopes.get(error)) || []
}

/** Compiles a rule; undefined for a rule that asks for nothing. `owner` and `name` open the messages. */
export function scopeCheck<Incoming>(owner: string, name: string, rule: unknown): ScopeCheck<Incoming> | undefined {
  if (typeof rule !== 'function') {
    const sets = readSets(owner, name, rule)
    return sets && ((token) => checkSets(token, sets))
  }
  return (token, request) => {
    const answer: unknown = rule(token, request)
    if (answer === true) return
    if (answer === false) throw insufficient([])
    const sets = readSets(owner, `${name}(…)`, answer)
    if (sets) checkSets(token, sets)
  }
}

interface Sets {
  all: string[]
  any: string[]
}

function readSets(owner: string, name: string, rule: unknown): Sets | undefined {
  const given = new Options({ [name]: rule }, owner)
  if (typeof rule !== 'object' || rule === null) {
    given.fail(name, 'must be scopes, { all, any }, or a function that answers those, true or false')
  }
  if (rule instanceof Promise) given.fail(name, 'is a promise: scopes are decided at once')
  if (Array.isArray(rule)) {
    const all = scopeNames(given, name)
    return all.length > 0 ? { all, any: [] } : undefined
  }
  const sets = new Options(rule, `${owner}: option "${name}"`)
  sets.allowOnly(['all', 'any'])
  const all = scopeNames(sets, 'all')
  const any = scopeNames(sets, 'any')
  if (any.length === 0 && sets.read('any') !== undefined)
    sets.fail('any', 'must not be empty: no token has one of none')
  if (all.length === 0 && any.length === 0 && sets.read('all') === undefined) {
    given.fail(name, 'must have "all" or "any"')
  }
  return all.length + any.length > 0 ? { all, any } : undefined
}

/** Scope names, RFC 6749 §3.3, which are safe in a quoted string. */
export function scopeNames(given: Options, name: string): string[] {
  const names = given.strings(name, { single: false, empty: true }) ?? []
  for (const [index, scope] of names.entries()) {
    if (!/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)) {
      given.fail(`${name}[${index}]`, 'must be one scope: visible ASCII without space, quote and backslash')
    }
  }
  return names
}

function checkSets(token: VerifiedToken, { all, any }: Sets): void {
  const granted = (scope: string) => token.scopes.has(scope)
  if (all.every(granted) && (any.length === 0 || any.some(granted))) return
  throw insufficient([...all, ...any.slice(0, 1)])
}

function insufficient(scopes: readonly string[]): JotgateInsufficientScope {
  const error = new JotgateInsufficientScope('the token is good, but not allowed to do this', {
    rfc: 'RFC 6750 §3.1',
    claim: 'scope',
    reason: 'check_failed',
  })
  neededScopes.set(error, scopes)
  return error
}
