import { byId, element } from '../dom.js'
import * as weather from './weather.js'

const TEN_MINUTES = 600
const SLEEP = 30
const SLOW = 4

/** @typedef {{ down: boolean, slow: number, refreshes: number, reused: number, refused: number }} ProviderState */

/** The buttons of the bad days, and the provider's own account of them. */
export class BadDays {
  #control
  #buttons = new Map()
  #onState
  #onSleep

  /**
   * @param {string} issuer
   * @param {object} on
   * @param {(state: ProviderState | undefined) => void} on.state what the provider says of itself; undefined: it says nothing
   * @param {() => Promise<string | undefined>} on.revoke whose session is to end
   * @param {(seconds: number) => Promise<() => void>} on.sleep ahead of standing still; calls what it gets when awake
   */
  constructor(issuer, { state, revoke, sleep }) {
    this.#control = new URL('bad-days', `${issuer.replace(/\/?$/, '/')}`)
    this.#onState = state
    this.#onSleep = sleep
    const clock = (seconds) => weather.set({ clock: weather.current().clock === seconds ? 0 : seconds })
    byId('days').replaceChildren(
      this.#day(
        'ahead',
        'Clock ten minutes ahead',
        'To whoever trusts the clock, every token has expired on arrival.',
        () => clock(TEN_MINUTES),
      ),
      this.#day('behind', 'Clock ten minutes behind', 'No token ever seems to expire.', () => clock(-TEN_MINUTES)),
      this.#day('offline', 'Offline', 'Requests of this page fail, in all of its tabs.', () =>
        weather.set({ offline: !weather.current().offline }),
      ),
      this.#day('down', 'Provider down', 'It drops every connection.', () => this.#ask({ down: !this.#is('down') })),
      this.#day(
        'slow',
        'Provider slow',
        `Its token endpoint takes ${SLOW} seconds: time to see who holds the lock, and to close that tab.`,
        () => this.#ask({ slow: this.#is('slow') ? 0 : SLOW }),
      ),
      this.#deed(
        'revoke',
        'Revoke the session',
        'The token works until it expires; the next refresh is refused.',
        async () => {
          const account = await revoke()
          if (account !== undefined) await this.#ask({ revoke: account })
        },
      ),
      this.#deed(
        'sleep',
        `Sleep for ${SLEEP} s`,
        'This tab stands still, past its token’s expiry, as with the lid closed.',
        () => this.#sleep(),
      ),
    )
    weather.onChange(() => this.#showWeather())
    this.#showWeather()
  }

  /** Asks the provider how it is. */
  async look() {
    await this.#state('GET', {})
  }

  #day(name, title, words, act) {
    const item = this.#deed(name, title, words, act)
    this.#buttons.get(name).setAttribute('aria-pressed', 'false')
    return item
  }

  #deed(name, title, words, act) {
    const note = element('p', { class: 'note', id: `day-${name}` }, words)
    const button = element('button', { type: 'button', 'aria-describedby': note.id, 'data-day': name }, title)
    button.addEventListener('click', act)
    this.#buttons.set(name, button)
    return element('li', {}, button, note)
  }

  #is = (name) => this.#buttons.get(name).getAttribute('aria-pressed') === 'true'
  #mark = (name, is) => this.#buttons.get(name).setAttribute('aria-pressed', String(is))

  #showWeather() {
    const { clock, offline } = weather.current()
    this.#mark('ahead', clock > 0)
    this.#mark('behind', clock < 0)
    this.#mark('offline', offline)
  }

  #ask(wish) {
    return this.#state('POST', wish)
  }

  async #state(method, wish) {
    let state
    try {
      const response = await weather.reach(this.#url(wish), { method, cache: 'no-store' })
      if (response.ok) state = await response.json()
    } catch {}
    if (state) {
      this.#mark('down', state.down)
      this.#mark('slow', state.slow > 0)
    }
    this.#onState(state)
  }

  #url(wish) {
    const url = new URL(this.#control)
    url.search = new URLSearchParams(wish)
    return url
  }

  // Nothing runs while a synchronous request waits: no timer, no message, no promise. A lid that is closed does the same.
  async #sleep() {
    const awake = await this.#onSleep(SLEEP)
    try {
      const request = new XMLHttpRequest()
      request.open('GET', this.#url({ sleep: SLEEP }), false)
      request.send()
    } catch {}
    awake()
  }
}
