// A computer with tabs, and a provider, in simulated time: everything that a manager has from its platform, and everything that can go wrong with it.

const BASE = Date.UTC(2026, 10, 22) // by the provider's clock

/** Lets everything go on that waits for nothing but promises. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

/** Numbers that look random and are the same in each run. */
export function dice(seed) {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state / 2 ** 32
  }
}

export class World {
  /** Milliseconds since the world began; what the provider's clock shows beyond BASE. */
  time = 0
  /** How wrong the computer's clock is. */
  offset = 0
  /** How long the monotonic clock has stood still. */
  slept = 0
  tabs = new Set()
  #queue = []
  #count = 0

  constructor({ seed = 1, locks = true, channel = true, ipc = 20 } = {}) {
    this.random = dice(seed)
    this.locks = locks ? new Locks(this) : undefined
    this.channel = channel
    this.ipc = ipc
  }

  /** The provider's clock, in seconds. */
  get seconds() {
    return (BASE + this.time) / 1000
  }

  /** How long a message between processes takes. */
  latency() {
    return this.random() * this.ipc
  }

  after(ms, run) {
    const entry = { at: this.time + Math.max(0, ms), order: this.#count++, run }
    this.#queue.push(entry)
    return entry
  }

  cancel(entry) {
    const index = this.#queue.indexOf(entry)
    if (index >= 0) this.#queue.splice(index, 1)
  }

  pause(ms) {
    return new Promise((resolve) => this.after(ms, resolve))
  }

  /** Lets time pass, and all happen that then does. */
  async advance(ms) {
    const end = this.time + ms
    await settled()
    for (;;) {
      const next = this.#queue.reduce(
        (a, b) => (!a || b.at < a.at || (b.at === a.at && b.order < a.order) ? b : a),
        undefined,
      )
      if (!next || next.at > end) break
      this.cancel(next)
      this.time = Math.max(this.time, next.at)
      next.run()
      await settled()
    }
    this.time = end
    await settled()
  }

  /** Lets time pass until the promise is settled. */
  async until(promise, limit = 120_000) {
    let outcome
    promise.then(
      (value) => {
        outcome = { value }
      },
      (error) => {
        outcome = { error }
      },
    )
    await settled()
    for (const end = this.time + limit; !outcome && this.time < end; ) await this.advance(Math.min(50, end - this.time))
    if (!outcome) throw new Error(`not settled after ${limit} ms`)
    if ('error' in outcome) throw outcome.error
    return outcome.value
  }

  /** The lid is closed: nothing runs, and the monotonic clock may stand still. */
  async sleep(ms, { standsStill = true } = {}) {
    for (const entry of this.#queue) entry.at += ms
    this.time += ms
    if (standsStill) this.slept += ms
    await settled()
  }

  open(options) {
    const tab = new Tab(this, options)
    this.tabs.add(tab)
    return tab
  }
}

class Target {
  listeners = []
  addEventListener(name, listener, { signal }) {
    const entry = [name, listener]
    this.listeners.push(entry)
    signal.addEventListener('abort', () => {
      this.listeners = this.listeners.filter((each) => each !== entry)
    })
  }
  fire(name) {
    for (const [own, listener] of this.listeners) if (own === name) listener()
  }
}

let tabCount = 0

/** A tab, and the environment of what runs in it. */
export class Tab {
  frozen = false
  dead = false
  #held = []
  channels = new Set()

  constructor(world, { hidden = false, worker = false } = {}) {
    this.world = world
    this.id = `tab-${++tabCount}`
    const document = Object.assign(new Target(), { visibilityState: hidden ? 'hidden' : 'visible' })
    const scope = new Target()
    this.document = worker ? undefined : document
    this.scope = scope
    this.environment = {
      now: () => BASE + world.time + world.offset,
      monotonic: () => world.time - world.slept + 1234,
      random: () => world.random(),
      setTimeout: (run, ms) => {
        // What browsers do with a wait that is too long.
        const timer = { entry: world.after(ms > 2 ** 31 - 1 ? 0 : ms, () => this.run(run)) }
        return timer
      },
      clearTimeout: (timer) => timer && world.cancel(timer.entry),
      fetch: (...call) => this.fetch(...call),
      base: 'https://app.example/',
      locks: world.locks && {
        request: (name, options, callback) => world.locks.request(this, name, options, callback),
        query: () => world.locks.query(this),
      },
      openChannel: world.channel ? (name) => new FakeChannel(this, name) : undefined,
      document: this.document,
      scope,
    }
  }

  fetch() {
    throw new TypeError('no network here')
  }

  /** Runs what is due in the tab: now, on its resumption, or never. */
  run(task) {
    if (this.dead) return
    if (this.frozen) this.#held.push(task)
    else task()
  }

  kill() {
    this.dead = true
    for (const channel of this.channels) channel.close()
    this.world.locks?.release(this)
    this.world.tabs.delete(this)
  }

  show(visible = true) {
    this.document.visibilityState = visible ? 'visible' : 'hidden'
    this.document.fire('visibilitychange')
  }

  freeze({ told = true } = {}) {
    if (told) this.document.fire('freeze')
    this.frozen = true
  }

  resume() {
    this.frozen = false
    for (const task of this.#held.splice(0)) task()
    this.document.fire('resume')
  }
}

class FakeChannel {
  onmessage = null
  #ready = 0

  constructor(tab, name) {
    this.tab = tab
    this.name = name
    tab.channels.add(this)
  }

  postMessage(message) {
    const { tab, name } = this
    if (!tab.channels.has(this)) throw new DOMException('closed', 'InvalidStateError')
    const copy = structuredClone(message)
    tab.world.messages?.push(copy)
    for (const other of tab.world.tabs) {
      for (const channel of other.channels) {
        if (channel === this || channel.name !== name) continue
        // In order between two ends, in whatever order among several.
        const at = Math.max(channel.#ready, tab.world.time + tab.world.latency())
        channel.#ready = at
        tab.world.after(at - tab.world.time, () =>
          other.run(() => other.channels.has(channel) && channel.onmessage?.({ data: structuredClone(copy) })),
        )
      }
    }
  }

  close() {
    this.tab.channels.delete(this)
  }
}

/** Web Locks, with the time that their messages take. */
class Locks {
  steals = 0
  #held = []
  #queue = []

  constructor(world) {
    this.world = world
  }

  request(tab, name, { mode = 'exclusive', steal = false, signal }, callback) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const request = { tab, name, mode, resolve, reject, callback }
      signal?.addEventListener('abort', () => {
        const index = this.#queue.indexOf(request)
        if (index < 0) return
        this.#queue.splice(index, 1)
        reject(signal.reason)
        this.#grant()
      })
      this.world.after(this.world.latency(), () => {
        if (tab.dead || signal?.aborted) return
        if (steal) {
          this.steals += 1
          for (const held of this.#held.filter((each) => each.name === name)) {
            this.#held.splice(this.#held.indexOf(held), 1)
            held.tab.run(() => held.reject(new DOMException('stolen', 'AbortError')))
          }
          this.#queue.unshift(request)
        } else {
          this.#queue.push(request)
        }
        this.#grant()
      })
    })
  }

  async query(tab) {
    await new Promise((resolve) => this.world.after(this.world.latency(), () => tab.run(resolve)))
    return { held: this.#held.map(({ name, tab: holder }) => ({ name, clientId: holder.id })) }
  }

  holder(name) {
    return this.#held.find((each) => each.name === name)?.tab
  }

  names() {
    return this.#held.map(({ name }) => name)
  }

  release(tab) {
    this.#held = this.#held.filter((each) => each.tab !== tab)
    this.#queue = this.#queue.filter((each) => each.tab !== tab)
    this.#grant()
  }

  #grant() {
    for (const request of [...this.#queue]) {
      const { name, mode } = request
      const blocked = (other) => other.name === name && (mode === 'exclusive' || other.mode === 'exclusive')
      if (this.#held.some(blocked)) continue
      if (this.#queue.slice(0, this.#queue.indexOf(request)).some(blocked)) continue
      this.#queue.splice(this.#queue.indexOf(request), 1)
      this.#held.push(request)
      this.world.after(this.world.latency(), () => request.tab.run(() => this.#run(request)))
    }
  }

  #run(request) {
    if (!this.#held.includes(request)) return
    const finish = (settle) => (value) => {
      if (request.tab.dead) return
      settle(value)
      this.world.after(this.world.latency(), () => {
        const index = this.#held.indexOf(request)
        if (index < 0) return
        this.#held.splice(index, 1)
        this.#grant()
      })
    }
    Promise.resolve().then(request.callback).then(finish(request.resolve), finish(request.reject))
  }
}

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A provider that rotates refresh tokens and ends the session when one comes twice. */
export class FakeProvider {
  lifetime = 20
  /** Milliseconds in which the last refresh token may come again. */
  grace = 0
  jwt = true
  date = true
  latency = () => this.world.random() * 200
  /** A function of the request: what it answers instead; a function in turn is called by `refresh`. */
  trouble
  refreshes = []
  reuses = 0
  ended = false
  /** Every token text that was ever issued. */
  issued = []
  #current
  #previous
  #serial = 0

  constructor(world) {
    this.world = world
  }

  /** A first token response, as a sign-in gives it. */
  signIn() {
    this.ended = false
    return this.#issue()
  }

  /** What `refresh` of a tab's manager does. */
  refresher(tab) {
    return async ({ current, signal, reason }) => {
      await this.#travel(tab, signal, { there: true })
      const response = this.#answer(current?.refresh_token, tab, reason)
      await this.#travel(tab, signal)
      return typeof response === 'function' ? response() : response
    }
  }

  /** What a tab has sent, arrives though the tab is frozen by then. */
  async #travel(tab, signal, { there = false } = {}) {
    await new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
      this.world.after(this.latency(), () => (there && !tab.dead ? resolve() : tab.run(resolve)))
    })
  }

  #answer(refreshToken, tab, reason) {
    const troubled = this.trouble?.({ refreshToken, tab, reason })
    if (troubled) return troubled
    const graceful = refreshToken === this.#previous?.token && this.world.time - this.#previous.at < this.grace
    if (refreshToken !== this.#current && !graceful) {
      if (this.issued.includes(refreshToken)) this.reuses += 1
      this.ended = true
    }
    if (this.ended) return this.respond(400, { error: 'invalid_grant' })
    const body = this.#issue()
    this.refreshes.push({ tab: tab.id, at: this.world.time, reason })
    return this.respond(200, body)
  }

  respond(status, body, headers = {}) {
    const date = this.date ? { date: new Date(Math.floor(this.world.seconds) * 1000).toUTCString() } : {}
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return new Response(text, { status, headers: { ...date, ...headers } })
  }

  #issue() {
    const iat = Math.floor(this.world.seconds)
    const serial = ++this.#serial
    const secret = `s3cret${serial}`
    const text = this.jwt
      ? `${encode({ alg: 'none', typ: 'at+jwt' })}.${encode({ sub: 'ada', jti: secret, iat, exp: iat + this.lifetime })}.c2lnbmF0dXJl${serial}`
      : `opaque-${secret}`
    const refreshToken = `refresh-${secret}`
    this.#previous = { token: this.#current, at: this.world.time }
    this.#current = refreshToken
    this.issued.push(text, refreshToken)
    return {
      access_token: text,
      token_type: 'Bearer',
      expires_in: this.lifetime,
      refresh_token: refreshToken,
      scope: 'read write',
    }
  }

  /** Whether a token is good now, by the provider's clock. */
  isGood(text) {
    if (!this.issued.includes(text)) return false
    if (!this.jwt) return true
    return JSON.parse(Buffer.from(text.split('.')[1], 'base64url')).exp > this.world.seconds
  }
}
