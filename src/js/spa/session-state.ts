import type { SignOutReason } from './types.js'

/** An access token and what is known about it. Times are seconds by the server's clock. */
export interface Token {
  readonly text: string
  readonly issuedAt: number
  /** `Infinity` where nobody knows. */
  readonly expiresAt: number
  readonly scope: string
}

/**
 * Where a state stands among the states of its session: a sign-in or a sign-out begins an epoch, in it each refresh is a
 * generation. The greater one wins, in whatever order they are heard.
 */
export interface Position {
  readonly epoch: number
  readonly generation: number
}

/** All that the tabs of a session share. */
export interface SessionState extends Position {
  readonly ended: SignOutReason | undefined
  readonly refreshToken: string | undefined
  readonly tokens: ReadonlyMap<string, Token>
  /** The server's clock minus the local one, in seconds. */
  readonly skew: number
}

export const NOTHING: SessionState = {
  epoch: 0,
  generation: 0,
  ended: undefined,
  refreshToken: undefined,
  tokens: new Map(),
  skew: 0,
}

export function isNewer(a: Position, b: Position): boolean {
  return a.epoch > b.epoch || (a.epoch === b.epoch && a.generation > b.generation)
}

/** A new session, or the end of one. `now` in milliseconds and `chance` keep two tabs that do it at once apart. */
export function begun(state: SessionState, now: number, chance: number, ended?: SignOutReason): SessionState {
  return { ...NOTHING, epoch: Math.max(Math.floor(state.epoch) + 1, Math.floor(now)) + chance, skew: state.skew, ended }
}

/** The state after an answer with another refresh token; without one the last one stays: RFC 6749 §6. */
export function rotated(state: SessionState, refreshToken: string | undefined): SessionState {
  const { generation } = state
  return { ...state, generation: generation + 1, ended: undefined, refreshToken: refreshToken ?? state.refreshToken }
}

/** The state after a refresh. */
export function granted(
  state: SessionState,
  name: string,
  token: Token,
  refreshToken: string | undefined,
): SessionState {
  return { ...rotated(state, refreshToken), tokens: new Map(state.tokens).set(name, token) }
}

/** A state as plain data, for the other tabs and for storages. */
export function toPlain(state: SessionState): object {
  return { ...state, tokens: [...state.tokens] }
}

/** Reads what {@link toPlain} made, perhaps elsewhere and by another version; undefined when it is anything else. */
export function fromPlain(value: unknown): SessionState | undefined {
  if (!isRecord(value) || !Array.isArray(value.tokens)) return undefined
  const { epoch, generation, ended, refreshToken, skew } = value
  if (!isCount(epoch) || !isCount(generation) || !isNumber(skew)) return undefined
  if (ended !== undefined && !isEnd(ended)) return undefined
  if (refreshToken !== undefined && typeof refreshToken !== 'string') return undefined
  const tokens = new Map<string, Token>()
  for (const pair of value.tokens as unknown[]) {
    const [name, token] = Array.isArray(pair) ? (pair as unknown[]) : []
    if (typeof name !== 'string' || !isRecord(token)) return undefined
    // JSON has made null of Infinity.
    const { text, issuedAt, expiresAt: end, scope } = token
    const expiresAt = end ?? Number.POSITIVE_INFINITY
    if (!isTokenText(text) || !isNumber(issuedAt) || typeof scope !== 'string') return undefined
    if (typeof expiresAt !== 'number') return undefined
    tokens.set(name, { text, issuedAt, expiresAt, scope })
  }
  return { epoch, generation, ended, refreshToken, tokens, skew }
}

/** Whether a provider's error, or another tab's word, ends a session. */
export function isEnd(value: unknown): value is SignOutReason {
  return value === 'invalid_grant' || value === 'login_required' || value === 'signOut'
}

/** RFC 6749 §A.12. What else would break, or show up in the error message of, `Headers`. */
export function isTokenText(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)
}

export function isRecord(value: unknown): value is { [member: string]: unknown } {
  return typeof value === 'object' && value !== null
}

export function isNumber(value: unknown): value is number {
  return Number.isFinite(value)
}

// What is greater would not count on.
function isCount(value: unknown): value is number {
  return isNumber(value) && value >= 0 && value < 2 ** 52
}
