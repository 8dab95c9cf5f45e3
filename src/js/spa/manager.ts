import { JotgateSignedOut } from '../errors.js'
import { authorizedFetch } from './authorized-fetch.js'
import type { Environment } from './environment.js'
import { type ManagerOptions, readManagerOptions } from './manager-options.js'
import type { PlatformFetch, ResponseLike, SignalLike } from './platform.js'
import { planned, rest } from './schedule.js'
import { type Member, Session } from './session.js'
import type { Token } from './session-state.js'
import type {
  GetTokenOptions,
  RefreshReason,
  TokenEventDetails,
  TokenManager,
  TokenManagerOptions,
  TokenResponse,
  TokenState,
} from './types.js'

// The longest wait: a longer one would be wrong after a sleep, and above 2^31 ms fire at once.
const TICK = 30_000
const DEFAULT_MIN_VALIDITY = 5
// Asked for more, a token would never do.
const MAX_VALIDITY_SHARE = 0.5

const NO_TOKEN: TokenState = /* @__PURE__ */ Object.freeze({
  status: 'none',
  refreshing: false,
  issuedAt: undefined,
  refreshAt: undefined,
  expiresAt: undefined,
  scopes: Object.freeze([]),
  skew: 0,
  failures: 0,
})

/** A manager on a platform that is handed over. */
export function createTokenManagerIn(environment: Environment, options: TokenManagerOptions): TokenManager {
  return new Manager(environment, readManagerOptions(options)) as unknown as TokenManager
}

/** The life of one token: when it is announced as expiring, refreshed, expired. */
class Manager extends EventTarget {
  readonly #environment: Environment
  readonly #options: ManagerOptions
  readonly #session: Session
  readonly #member: Member
  readonly #changes = new EventTarget()
  #state = NO_TOKEN
  /** The token that is planned for, this tab's share of chance in it, and what has been announced of it. */
  #plan: { token: Token; chance: number; expiring: boolean; expired: boolean } | undefined
  #timer: unknown
  /** Tokens in a row that a resource server refused, and when the last one was replaced. */
  #refused = { failures: 0, retryAfter: Number.NaN, at: 0, chance: 0 }
  #disposed = false

  readonly fetch: PlatformFetch

  constructor(environment: Environment, options: ManagerOptions) {
    super()
    this.#environment = environment
    this.#options = options
    this.fetch = authorizedFetch(environment, options.origins, {
      token: (signal) => this.getToken(signal ? { signal } : {}) as Promise<string>,
      accepted: () => {
        this.#refused.failures = 0
      },
      replacement: (refused) => this.#replacement(refused),
      scopes: () => this.#state.scopes,
    })
    const { name, minInterval } = options
    this.#member = {
      name,
      received: ({ issuedAt, expiresAt }, by, reason) =>
        this.#emit('refreshed', { name, by, reason, issuedAt, expiresAt: known(expiresAt) }),
      failed: (error, failures) => {
        const retryIn = this.#session.rest(name, minInterval, false)
        this.#emit('refreshfailed', { name, error, failures, retryIn })
      },
      signedOut: (by, reason) => this.#emit('signedout', { by, reason }),
      look: () => this.#look(),
    }
    this.#session = Session.join(environment, options.session, options.storage, options.refreshTimeout, this.#member)
    const dispose = (Symbol as { dispose?: symbol }).dispose
    if (dispose) Object.defineProperty(this, dispose, { value: this.dispose })
    this.#look()
  }

  get state(): TokenState {
    return this.#state
  }

  readonly getSnapshot = (): TokenState => this.#state

  readonly subscribe = (listener: () => void): (() => void) => {
    const changed = () => listener()
    this.#changes.addEventListener('change', changed)
    return () => this.#changes.removeEventListener('change', changed)
  }

  readonly getTokenSync = (): string | undefined => {
    const token = this.#session.token(this.#options.name)
    return token && token.expiresAt > this.#session.clock.now() ? token.text : undefined
  }

  readonly getToken = async (options: GetTokenOptions = {}): Promise<string | undefined> => {
    const { minValidity = DEFAULT_MIN_VALIDITY, forceRefresh = false, cacheOnly = false, signal } = options
    if (typeof minValidity !== 'number' || !(minValidity >= 0))
      throw new TypeError('getToken: option "minValidity" must be a number from 0 on')
    const asked = this.#token(minValidity, forceRefresh, cacheOnly)
    return signal ? unlessAborted(asked, signal) : asked
  }

  readonly signIn = async (response?: TokenResponse | ResponseLike): Promise<void> => {
    const { name } = this.#options
    if (response !== undefined) return this.#session.signIn(name, response)
    await this.#session.forget(name)
    await this.#renew('none')
  }

  readonly signOut = (): void => void this.#session.signOut('signOut')

  readonly dispose = (): void => {
    if (this.#disposed) return
    this.#disposed = true
    this.#environment.clearTimeout(this.#timer)
    this.#session.leave(this.#member)
  }

  async #token(minValidity: number, insists: boolean, cacheOnly: boolean): Promise<string | undefined> {
    const { name, minInterval } = this.#options
    // Read before anything is awaited: what comes meanwhile is another one.
    const known = this.#session.token(name)
    await this.#session.ready
    const token = this.#session.token(name)
    const { clock } = this.#session
    const validity = token ? token.expiresAt - clock.now() : 0
    const isNew = insists && token !== undefined && token.text !== known?.text
    const wanted = token ? Math.min(minValidity, (token.expiresAt - token.issuedAt) * MAX_VALIDITY_SHARE) : 0
    const isLong = validity > 0 && validity >= wanted && (cacheOnly || !clock.unsure)
    if (token && isLong && (!insists || isNew)) return token.text
    if (cacheOnly) return undefined
    if (this.#session.state.ended) throw new JotgateSignedOut()
    const seconds = this.#session.rest(name, minInterval, insists)
    if (seconds > 0) {
      const error = this.#session.attempt(name)?.error
      if (token && validity > 0 && !(insists && error)) return token.text
      if (error) throw error
      // Nothing has failed: the last token was short-lived, or the clock was set ahead.
      await new Promise<void>((resolve) => this.#environment.setTimeout(resolve, seconds * 1000))
      return this.#token(minValidity, false, false)
    }
    try {
      const reason = insists ? 'forced' : !token ? 'none' : 'validity'
      return (await this.#renew(reason)).text
    } catch (thrown) {
      const left = insists ? undefined : this.getTokenSync()
      if (left === undefined) throw thrown
      return left
    }
  }

  #renew(reason: RefreshReason): Promise<Token> {
    const { name, refresh, refreshTimeout: timeout, minInterval } = this.#options
    return this.#session.renew({ name, reason, refresh, timeout, minInterval, instead: this.#session.token(name) })
  }

  /** A token other than the refused one; undefined where there is none to be had now. */
  async #replacement(refused: string): Promise<string | undefined> {
    const present = this.getTokenSync()
    if (present !== undefined && present !== refused) return present
    const { minInterval, name } = this.#options
    // A refresh that is on its way is for all who were refused meanwhile.
    if (!this.#session.phase(name)) {
      const monotonic = this.#environment.monotonic()
      // A resource server that refuses every token must not make a refresh of every request.
      if (this.#refused.failures > 0 && rest(this.#refused, minInterval, monotonic) > 0) return undefined
      if (this.#session.rest(name, minInterval, true) > 0) return undefined
      this.#refused.failures += 1
      this.#refused.at = monotonic
      this.#refused.chance = this.#environment.random()
    }
    return (await this.#renew('rejected').catch(() => undefined))?.text
  }

  /** Decides anew, from what is known now. Called after every change, and from time to time. */
  #look(): void {
    if (this.#disposed) return
    const { name, minInterval, before, jitter, autoRefresh } = this.#options
    const { clock, state } = this.#session
    this.#environment.clearTimeout(this.#timer)
    const now = clock.now()
    const token = state.tokens.get(name)
    if (token?.text !== this.#plan?.token.text)
      this.#plan = token && { token, chance: this.#environment.random(), expiring: false, expired: false }
    const refreshing = this.#session.phase(name)
    const common = { refreshing, skew: clock.skew, failures: this.#session.attempt(name)?.failures ?? 0 }
    const plan = this.#plan
    if (!token || !plan) {
      this.#show({ ...NO_TOKEN, ...common, status: state.ended ? 'signedout' : 'none' })
      return
    }

    const { issuedAt, expiresAt, scope } = token
    const isKnown = known(expiresAt) !== undefined
    const times = { issuedAt, expiresAt, before, jitter, chance: plan.chance }
    const due = isKnown ? planned({ ...times, now: issuedAt, rest: 0 }) : expiresAt
    const expired = now >= expiresAt
    this.#show({
      ...common,
      status: expired ? 'expired' : now >= due ? 'expiring' : 'valid',
      issuedAt,
      refreshAt: known(due),
      expiresAt: known(expiresAt),
      scopes: scope.split(' ').filter(Boolean),
    })
    if (!isKnown) return
    // Marked first: a listener may make this be called again.
    if (now >= due && !plan.expiring) {
      plan.expiring = true
      if (!expired) this.#emit('expiring', { name, expiresAt, expiresIn: expiresAt - now })
    }
    if (expired && !plan.expired) {
      plan.expired = true
      this.#emit('expired', { name, expiresAt })
    }
    // A listener may have changed everything.
    if (this.#disposed || this.#session.token(name) !== token) return

    const hidden = this.#environment.document?.visibilityState === 'hidden'
    const ahead = autoRefresh && !hidden && !refreshing
    // Of an unsure clock nobody knows whether the token has expired.
    const end = clock.unsure ? now : expiresAt
    const at = ahead
      ? planned({ ...times, expiresAt: end, now, rest: this.#session.rest(name, minInterval, false) })
      : Number.POSITIVE_INFINITY
    if (at <= now) {
      void this.#renew('scheduled')
      return
    }
    const next = Math.min(
      at,
      now < due ? due : Number.POSITIVE_INFINITY,
      expired ? Number.POSITIVE_INFINITY : expiresAt,
    )
    if (next === Number.POSITIVE_INFINITY) return
    // Rounded up: a timer that fires too early would look again and again.
    const wait = Math.min(Math.ceil((next - now) * 1000), TICK)
    this.#timer = this.#environment.setTimeout(() => this.#look(), wait, true)
  }

  #show(next: TokenState): void {
    const last = this.#state
    const same = (Object.keys(next) as (keyof TokenState)[]).every(
      (member) => String(next[member]) === String(last[member]),
    )
    if (same) return
    this.#state = Object.freeze({ ...next, scopes: Object.freeze(next.scopes) })
    this.#changes.dispatchEvent(new Event('change'))
  }

  #emit<Name extends keyof TokenEventDetails>(name: Name, detail: TokenEventDetails[Name]): void {
    if (!this.#disposed) this.dispatchEvent(new CustomEvent(name, { detail: Object.freeze(detail) }))
  }
}

function known(moment: number): number | undefined {
  return Number.isFinite(moment) ? moment : undefined
}

/** The result, or the signal's reason, whichever is first. */
function unlessAborted<Result>(result: Promise<Result>, signal: SignalLike): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
