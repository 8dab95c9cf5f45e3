import { byId, element } from '../dom.js'

const KEPT = 30
const timeFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })

/** The last calls, the newest first. */
export class CallsView {
  #list = byId('calls')

  /** @param {{ at: number, good: boolean, title: string, detail?: string, ms: number }} call `at` in seconds */
  add({ at, good, title, detail, ms }) {
    const time = element('time', { datetime: new Date(at * 1000).toISOString() }, timeFormat.format(at * 1000))
    const words = element('span', { class: 'call-words' }, element('b', {}, title), detail ? ` ${detail}` : '')
    const took = element('span', { class: 'call-took' }, `${Math.round(ms)} ms`)
    this.#list.prepend(element('li', { class: good ? 'good' : 'bad' }, time, words, took))
    while (this.#list.children.length > KEPT) this.#list.lastChild.remove()
  }
}
