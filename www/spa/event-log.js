import { byId, element } from '../dom.js'

const KEPT = 60
const timeFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })

/** What has happened, the newest first. */
export class EventLog {
  #list = byId('log')
  #count = 0

  /** @param {{ at: number, name: string, tone?: 'good' | 'bad' | 'warn', words: string }} entry `at` in seconds */
  add({ at, name, tone = '', words }) {
    this.#count++
    const time = element('time', { datetime: new Date(at * 1000).toISOString() }, timeFormat.format(at * 1000))
    this.#list.prepend(
      element('li', {}, time, element('code', { class: 'event', 'data-tone': tone }, name), element('span', {}, words)),
    )
    while (this.#list.children.length > KEPT) this.#list.lastChild.remove()
    byId('log-tally').textContent = this.#count === 1 ? 'one event' : `${this.#count} events`
  }
}
