// A world in which time passes only when nothing is left to do, and in which requests can be cancelled as Workers cancel
// them: their timers never fire, and what they fetch never comes.
import { AsyncLocalStorage } from 'node:async_hooks'
import { part } from './jotgate.mjs'

const { RemoteDocument } = await part('key-set-document.js')
const { readRemoteOptions } = await part('key-set-options.js')

const URL = 'https://issuer.example/jwks'

export class World {
  #time = 0
  #queue = []
  #made = 0
  #request = new AsyncLocalStorage()
  /** Added to the wall clock. */
  skew = 1_767_225_600_000
  chance = () => 0.5
  /** Milliseconds that whatever runs keeps the thread. */
  cost = 0
  /** Each fetch: when it began, for which request, how it ended, and when. */
  fetches = []
  /** How the endpoint answers: `{ after, ...answer }`, or a promise of that that never comes for `after: Infinity`. */
  endpoint = () => ({ after: 20, status: 200, text: 'good' })

  get now() {
    return this.#time
  }

  get date() {
    return this.#time + this.skew
  }

  host = {
    now: () => this.#time,
    date: () => this.date,
    random: () => this.chance(),
    setTimer: (run, delay) => this.at(this.#time + Math.max(delay, 0), run),
    clearTimer: (timer) => {
      if (timer) timer.cleared = true
    },
    fetch: (_url, init) => this.#fetch(init),
  }

  document(options = {}, { validate = refuseBad, url = URL, ...more } = {}) {
    const settings = { ...readRemoteOptions(options, 'test'), waitUntil: undefined }
    return new RemoteDocument({ url, settings, validate, host: this.host, ...more })
  }

  /** Runs something at a time, for the request that asks. */
  at(time, run) {
    const timer = { time, order: this.#made++, run, request: this.#request.getStore() }
    this.#queue.push(timer)
    return timer
  }

  /** A request that begins now; `outcome` once it has one. */
  begin(work) {
    const request = { began: this.#time, cancelled: false, outcome: undefined, ended: undefined }
    this.#request.run(request, async () => {
      try {
        const value = await work()
        Object.assign(request, { outcome: { value }, ended: this.#time })
      } catch (error) {
        Object.assign(request, { outcome: { error }, ended: this.#time })
      }
    })
    return request
  }

  /** Lets time pass up to a moment. */
  async until(time) {
    await settled()
    for (;;) {
      this.#queue = this.#queue.filter(({ cleared, request }) => !cleared && !request?.cancelled)
      const next = this.#queue.reduce(
        (a, b) => (!a || b.time < a.time || (b.time === a.time && b.order < a.order) ? b : a),
        undefined,
      )
      if (!next || next.time > time) break
      this.#time = Math.max(this.#time, next.time)
      next.cleared = true
      this.#request.run(next.request, next.run)
      await settled()
      this.#time += this.cost
    }
    this.#time = Math.max(this.#time, time)
  }

  /** Time passes, and nothing runs. */
  block(duration) {
    this.#time += duration
  }

  pass(duration) {
    return this.until(this.#time + duration)
  }

  #fetch({ headers, signal }) {
    const request = this.#request.getStore()
    const fetched = { began: this.#time, request, headers, ended: undefined, status: undefined }
    this.fetches.push(fetched)
    const { after, error, status = 200, text = '', head = {} } = this.endpoint(fetched)
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => {
        fetched.ended ??= this.#time
        reject(new DOMException('aborted', 'AbortError'))
      })
      if (after === Number.POSITIVE_INFINITY) return
      this.at(this.#time + after, () => {
        Object.assign(fetched, { ended: this.#time, status: error ? undefined : status })
        if (error) reject(error)
        else resolve({ status, headers: new Headers(head), text: async () => text })
      })
    })
  }

  /** Whether a fetch is under way that somebody could still see the end of. */
  get underWay() {
    return this.fetches.filter(({ ended, request }) => ended === undefined && !request?.cancelled)
  }
}

function refuseBad(text) {
  if (text.startsWith('bad')) throw new Error('not acceptable')
}

// Promises settle in microtasks, all of which run before the next macrotask.
function settled() {
  return new Promise((resolve) => setImmediate(resolve))
}
