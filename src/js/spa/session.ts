import { JotgateRefreshFailed, JotgateSignedOut, type RefreshProblem } from '../errors.js'
import { judge, type Outcome, readAnswer, readThrown } from './answer.js'
import { Clock } from './clock.js'
import type { Environment } from './environment.js'
import { type Attempt, rest } from './schedule.js'
import {
  begun,
  fromPlain,
  granted,
  isNewer,
  isNumber,
  NOTHING,
  type Position,
  rotated,
  type SessionState,
  type Token,
  toPlain,
} from './session-state.js'
import { type Message, Tabs } from './tabs.js'
import type { RefreshReason, SignOutReason, TokenManagerOptions, TokenStorage } from './types.js'

// How long a living tab may take to hand over what it has.
const HAND_OVER = 1000
// The same where it is not known whether there is one.
const LISTENING = 200
// How much longer than its refresh may take a tab may hold the lock: what it does before and after.
const SURROUNDINGS = 10_000
// A sign-in's response was asked for some time ago, nobody knows when; rather not long.
const SIGN_IN_SECONDS = 1

/** One manager of a session. */
export interface Member {
  readonly name: string
  received(token: Token, by: 'this' | 'other', reason: RefreshReason | undefined): void
  failed(error: JotgateRefreshFailed, failures: number): void
  signedOut(by: 'this' | 'other', reason: SignOutReason): void
  /** Something may have changed. */
  look(): void
}

/** What a manager wants a refresh for. */
export interface Renewal {
  readonly name: string
  readonly reason: RefreshReason
  readonly refresh: TokenManagerOptions['refresh']
  readonly minInterval: number
  /** Milliseconds. */
  readonly timeout: number
  /** The token that will not do. Any other one that is valid does, whoever got it. */
  readonly instead: Token | undefined
}

interface LastAttempt extends Attempt {
  readonly error: JotgateRefreshFailed | undefined
}

const sessions: WeakMap<Environment, Map<string, Session>> = /* @__PURE__ */ new WeakMap()

/** What the managers of one refresh token share: its tokens, one refresh at a time, the tabs, the clock. */
export class Session {
  readonly clock: Clock
  readonly storage: TokenStorage | undefined
  /** Settled once storage and other tabs have told what they have. */
  readonly ready: Promise<void>
  state: SessionState = NOTHING
  readonly #environment: Environment
  readonly #name: string
  readonly #tabs: Tabs
  readonly #members = new Set<Member>()
  readonly #flights = new Map<string, Promise<Token>>()
  readonly #phases = new Map<string, 'waiting' | 'asking'>()
  readonly #attempts = new Map<string, LastAttempt>()
  /** Calls of `refresh` on their way. */
  readonly #calls = new Set<AbortController>()
  readonly #awaitingNews = new Set<() => void>()
  readonly #closed = new AbortController()
  #starting = true

  /** The session of that name, made for its first manager. */
  static join(
    environment: Environment,
    name: string,
    storage: TokenStorage | undefined,
    timeout: number,
    member: Member,
  ): Session {
    const named = sessions.get(environment) ?? new Map<string, Session>()
    sessions.set(environment, named)
    let session = named.get(name)
    if (!session) {
      session = new Session(environment, name, storage, timeout)
      named.set(name, session)
    } else if (storage !== undefined && storage !== session.storage) {
      throw new TypeError('createTokenManager: option "storage" must be that of the session')
    }
    session.#members.add(member)
    return session
  }

  private constructor(environment: Environment, name: string, storage: TokenStorage | undefined, timeout: number) {
    this.#environment = environment
    this.#name = name
    this.storage = storage
    this.clock = new Clock(environment, () => this.#look())
    this.#tabs = new Tabs(environment, name, timeout + SURROUNDINGS, (message) => this.#hear(message))
    this.#listen()
    this.ready = this.#start()
  }

  /** Closed with its last manager; what is on its way is finished first, for the other tabs. */
  leave(member: Member): void {
    this.#members.delete(member)
    void Promise.allSettled(this.#flights.values()).then(() => {
      if (this.#members.size > 0 || this.#closed.signal.aborted) return
      sessions.get(this.#environment)?.delete(this.#name)
      this.#closed.abort()
      this.#tabs.close()
    })
  }

  token(name: string): Token | undefined {
    return this.state.tokens.get(name)
  }

  phase(name: string): false | 'waiting' | 'asking' {
    return this.#phases.get(name) ?? false
  }

  attempt(name: string): LastAttempt | undefined {
    return this.#attempts.get(name)
  }

  /** How many seconds must pass before the next refresh. Who insists does not wait for the back-off, only for the rest. */
  rest(name: string, minInterval: number, insists: boolean): number {
    const attempt = this.#attempts.get(name)
    if (!attempt) return 0
    return rest(insists ? { ...attempt, failures: 0 } : attempt, minInterval, this.#environment.monotonic())
  }

  /** One refresh, for all who ask while it lasts. */
  renew(renewal: Renewal): Promise<Token> {
    const { name } = renewal
    const present = this.#flights.get(name)
    if (present) return present
    this.#phases.set(name, 'waiting')
    const flight = this.#renew(renewal).finally(() => {
      this.#flights.delete(name)
      this.#phases.delete(name)
      this.#look()
    })
    this.#flights.set(name, flight)
    // Who asked may have gone.
    flight.catch(() => {})
    this.#look()
    return flight
  }

  async signIn(name: string, response: unknown): Promise<void> {
    const answer = await readAnswer(response)
    await this.ready
    const { token, refreshToken, error } = judge(answer, this.clock, SIGN_IN_SECONDS)
    if (!token) throw error
    this.#attempted(name)
    await this.#publish(granted(this.#begun(), name, token, refreshToken))
  }

  /** Begins anew with nothing, so that a refresh can be tried. */
  async forget(name: string): Promise<void> {
    await this.ready
    this.#attempts.clear()
    this.#adopt(this.#begun(), 'this')
    await this.#flights.get(name)?.catch(() => {})
  }

  async signOut(reason: SignOutReason): Promise<void> {
    this.#attempts.clear()
    await this.#publish(this.#begun(reason))
  }

  #begun(ended?: SignOutReason): SessionState {
    const { now, random } = this.#environment
    return begun(this.state, now(), random(), ended)
  }

  async #start(): Promise<void> {
    try {
      const text = await this.storage?.get(`jotgate:${this.#name}`)
      const stored = text ? fromPlain(JSON.parse(text)) : undefined
      if (stored && isNewer(stored, this.state)) this.#adopt(stored, 'other')
    } catch {
      // A storage that fails is no storage.
    }
    if (this.#tabs.locks) await this.#catchUp()
    else await this.#ask(LISTENING)
    this.#starting = false
    this.#look()
  }

  async #renew(renewal: Renewal): Promise<Token> {
    await this.ready
    try {
      return await this.#tabs.exclusively((lost) => this.#work(renewal, lost))
    } catch (thrown) {
      // Another tab has taken over, since this one did not answer.
      throw (thrown as Error).name === 'AbortError' ? new JotgateRefreshFailed('timeout') : thrown
    }
  }

  async #work(renewal: Renewal, lost: AbortSignal): Promise<Token> {
    const { name, reason, instead } = renewal
    await this.#catchUp()
    const present = this.#present(name, instead)
    if (present) return present
    // Another tab may have failed while this one waited for it.
    const attempt = this.#attempts.get(name)
    if (attempt?.error && this.rest(name, renewal.minInterval, reason === 'forced') > 0) throw attempt.error

    this.#phases.set(name, 'asking')
    this.#look()
    const basis = this.state
    const { token, refreshToken, ended, error, retryAfter } = await this.#call(renewal, lost)
    // Where others have gone on meanwhile, in spite of the lock, theirs is the refresh token that counts.
    if (!isNewer(this.state, basis)) {
      if (token) {
        this.#attempted(name)
        await this.#publish(granted(basis, name, token, refreshToken), reason)
        return token
      }
      if (ended) await this.signOut(ended)
      else if (refreshToken !== undefined) await this.#publish(rotated(basis, refreshToken), reason)
    }
    const other = this.#present(name, instead)
    if (other) return other
    this.#failed(name, error, retryAfter)
    throw error
  }

  /** A token that does, if there is one by now. */
  #present(name: string, instead: Token | undefined): Token | undefined {
    if (this.state.ended) throw new JotgateSignedOut()
    const token = this.token(name)
    return token && token.text !== instead?.text && token.expiresAt > this.clock.now() ? token : undefined
  }

  async #call({ name, reason, refresh, timeout }: Renewal, lost: AbortSignal): Promise<Outcome> {
    const call = new AbortController()
    const { signal } = call
    this.#calls.add(call)
    const abort = () => call.abort()
    lost.addEventListener('abort', abort)
    let late = false
    const timer = this.#environment.setTimeout(() => {
      late = true
      abort()
    }, timeout)
    const monotonic = this.#environment.monotonic()
    const local = this.#environment.now()
    const aborted = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const asked = (async () => readAnswer(await refresh({ signal, reason, current: this.#current(name) })))()
    const answer = await Promise.race([asked, aborted]).catch(readThrown)
    this.#environment.clearTimeout(timer)
    lost.removeEventListener('abort', abort)
    this.#calls.delete(call)
    // The longer one: the one clock may have been set back meanwhile, the other may have stood still.
    const took = Math.max(this.#environment.monotonic() - monotonic, this.#environment.now() - local)
    const outcome = judge(answer, this.clock, took / 1000)
    return late ? { ...outcome, error: new JotgateRefreshFailed('timeout') } : outcome
  }

  #current(name: string) {
    const token = this.token(name)
    const { refreshToken } = this.state
    if (!token && refreshToken === undefined) return undefined
    return {
      ...(token && { access_token: token.text, scope: token.scope }),
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    }
  }

  /** Makes sure that no living tab has anything newer. */
  async #catchUp(): Promise<void> {
    for (let round = 0; round < 3; round += 1) {
      const newest = await this.#tabs.newest()
      if (!newest || !isNewer(newest, this.state)) return
      await this.#ask(HAND_OVER)
    }
  }

  /** Asks the other tabs for what they have; waits for an answer, but no longer than `patience`. */
  #ask(patience: number): Promise<void> {
    if (!this.#tabs.connected) return Promise.resolve()
    return new Promise((resolve) => {
      const settle = () => {
        this.#environment.clearTimeout(timer)
        this.#awaitingNews.delete(settle)
        resolve()
      }
      const timer = this.#environment.setTimeout(settle, patience)
      this.#awaitingNews.add(settle)
      const { epoch, generation } = this.state
      this.#tabs.post({ type: 'ask', epoch, generation })
    })
  }

  #hear(message: Message): void {
    if (message.type === 'ask') {
      // Compared with anything but two numbers, nothing is newer.
      if (isNewer(this.state, message as unknown as Position)) this.#tell()
    } else if (message.type === 'state') {
      const state = fromPlain(message.state)
      if (state && isNewer(state, this.state)) this.#adopt(state, 'other')
    } else if (message.type === 'failed') {
      const { name, failures, retryAfter, problem } = message
      if (typeof name !== 'string' || !isNumber(failures) || typeof retryAfter !== 'number') return
      this.#attempted(name, failures, retryAfter, new JotgateRefreshFailed(problem as RefreshProblem))
      this.#look()
    }
  }

  #tell(): void {
    // Looked at first: a jump of the clock moves the skew.
    this.clock.now()
    this.#tabs.post({ type: 'state', state: toPlain({ ...this.state, skew: this.clock.skew }) })
  }

  /** Takes a state for the present one and tells it to all. */
  async #publish(state: SessionState, reason?: RefreshReason): Promise<void> {
    this.#adopt(state, 'this', reason)
    this.#tell()
    try {
      if (state.ended) await this.storage?.remove(`jotgate:${this.#name}`)
      else
        await this.storage?.set(`jotgate:${this.#name}`, JSON.stringify(toPlain({ ...state, skew: this.clock.skew })))
    } catch {
      // As above: memory goes on.
    }
    await this.#tabs.mark(state)
  }

  #adopt(state: SessionState, by: 'this' | 'other', reason?: RefreshReason): void {
    const before = this.state
    if (by === 'other') {
      // A page that opens after a sign-out may be the one that signs in.
      this.state = this.#starting && state.ended ? { ...NOTHING, epoch: state.epoch } : state
      this.clock.now()
      this.clock.set(state.skew)
      void this.#tabs.mark(state)
    } else {
      this.state = state
    }
    if (state.epoch !== before.epoch) for (const call of this.#calls) call.abort()
    for (const settle of this.#awaitingNews) settle()
    const { ended, tokens } = this.state
    const fresh = [...tokens].filter(([name, { text }]) => text !== before.tokens.get(name)?.text)
    if (by === 'other') for (const [name] of fresh) this.#attempted(name)
    // First the states, then the events: who hears of one may look at the other.
    this.#look()
    for (const member of this.#members) {
      if (ended && !before.ended) member.signedOut(by, ended)
      for (const [name, token] of fresh) if (name === member.name) member.received(token, by, reason)
    }
  }

  #attempted(name: string, failures = 0, retryAfter = Number.NaN, error?: JotgateRefreshFailed): void {
    const { monotonic, random } = this.#environment
    this.#attempts.set(name, { failures, retryAfter, at: monotonic(), chance: random(), error })
  }

  #failed(name: string, error: JotgateRefreshFailed, retryAfter: number): void {
    const failures = (this.#attempts.get(name)?.failures ?? 0) + 1
    this.#attempted(name, failures, retryAfter, error)
    this.#tabs.post({ type: 'failed', name, failures, retryAfter, problem: error.problem })
    this.#look()
    for (const member of this.#members) if (member.name === name) member.failed(error, failures)
  }

  #look(): void {
    for (const member of this.#members) member.look()
  }

  #listen(): void {
    const { document, scope } = this.#environment
    const look = () => this.#look()
    const suspend = () => this.#tabs.suspend()
    const resume = () => {
      if (this.#tabs.resume())
        void this.#catchUp().then(() => {
          if (this.state.epoch > 0) void this.#tabs.mark(this.state)
        })
      this.#look()
    }
    const online = () => {
      // A Retry-After holds all the same.
      for (const [name, attempt] of this.#attempts) this.#attempts.set(name, { ...attempt, failures: 0 })
      this.#look()
    }
    const listeners = [
      [document, 'visibilitychange', look],
      [document, 'freeze', suspend],
      [document, 'resume', resume],
      [scope, 'pagehide', suspend],
      [scope, 'pageshow', resume],
      [scope, 'online', online],
    ] as const
    const { signal } = this.#closed
    for (const [target, name, listener] of listeners) target?.addEventListener(name, listener, { signal })
  }
}
