import { byId, element } from '../dom.js'
import { serverNow } from './weather.js'

const KEPT = 30
const timeFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })

/** The calls of the guarded API: once, or every second; and what came of the last ones, the newest first. */
export class Calls {
  #manager
  #api
  #told
  #calling = false
  #list = byId('calls')
  #switch = byId('call-on')

  /**
   * @param {import('../dist/default/spa.js').TokenManager} manager
   * @param {URL} [api] undefined: there is none
   * @param {(at: number, good: boolean) => void} told of each call, `at` in seconds
   */
  constructor(manager, api, told) {
    this.#manager = manager
    this.#api = api
    this.#told = told
    for (const id of ['call', 'call-on']) byId(id).disabled = !api
    this.#switch.setAttribute('aria-pressed', String(Boolean(api)))
    byId('api-note').textContent = api
      ? `GET ${api.href} through manager.fetch, which sends the token to ${api.host} alone.`
      : 'No API is running beside this page. npm start starts one.'
    byId('call').addEventListener('click', () => this.#call())
    this.#switch.addEventListener('click', () => this.#switch.setAttribute('aria-pressed', String(!this.#isOn)))
  }

  get #isOn() {
    return this.#switch.getAttribute('aria-pressed') === 'true'
  }

  /** The call of this second, unless the last one is still on its way. */
  async tick() {
    if (this.#calling || !this.#isOn) return
    this.#calling = true
    await this.#call()
    this.#calling = false
  }

  async #call() {
    const began = performance.now()
    const at = serverNow()
    const { good, title, detail } = await this.#outcome()
    this.#told(at, good)
    const time = element('time', { datetime: new Date(at * 1000).toISOString() }, timeFormat.format(at * 1000))
    const words = element('span', { class: 'call-words' }, element('b', {}, title), ` ${detail}`)
    const took = element('span', { class: 'call-took' }, `${Math.round(performance.now() - began)} ms`)
    this.#list.prepend(element('li', { class: good ? 'good' : 'bad' }, time, words, took))
    while (this.#list.children.length > KEPT) this.#list.lastChild.remove()
  }

  async #outcome() {
    try {
      const { ok, status } = await this.#manager.fetch(this.#api)
      return { good: ok, title: `${status}`, detail: ok ? 'let in' : 'refused' }
    } catch ({ status, code }) {
      return { good: false, title: status ? `${status}` : 'none', detail: code ?? 'no answer' }
    }
  }
}
