import { byId, element } from './dom.js'
import { clock, local, relative, span, utc } from './time-words.js'

const MOMENTS = [
  ['issuedAt', 'm-issued', 'Issued'],
  ['notBefore', 'm-nbf', 'Not before'],
  ['refreshAt', 'm-refresh', 'Refresh'],
  ['expiresAt', 'm-exp', 'Expires'],
]

/**
 * @typedef {object} Times all in seconds since 1970
 * @property {number} [issuedAt]
 * @property {number} [notBefore]
 * @property {number} [refreshAt]
 * @property {number} [expiresAt]
 */

/** The panel of times. Drawn once per token; `tick` only changes the words that depend on now. */
export class TimesPanel {
  /** @type {Array<[number, Text]>} */
  #relatives = []
  #countdown
  #times = {}

  /** @param {Times} [times] undefined: they cannot be read */
  show(times, now) {
    this.#relatives = []
    if (!times) {
      byId('times').replaceChildren(element('p', { class: 'silent' }, 'They cannot be read.'))
      return
    }
    this.#times = times
    const moments = MOMENTS.filter(([name]) => times[name] !== undefined)
    const list = moments.map(([name, mark, title]) => this.#moment(mark, title, times[name]))
    this.#countdown = element('div', { class: 'countdown' })
    byId('times').replaceChildren(this.#countdown, element('dl', {}, ...list))
    this.tick(now)
  }

  tick(now) {
    for (const [moment, text] of this.#relatives) {
      const words = relative(moment, now)
      if (text.data !== words) text.data = words
    }
    this.#drawCountdown(now)
  }

  #moment(mark, title, seconds) {
    const words = document.createTextNode('')
    this.#relatives.push([seconds, words])
    return element(
      'div',
      { class: 'moment' },
      element(
        'dt',
        {},
        element('span', { class: `glyph ${mark}` }),
        title,
        element('span', { class: 'distance' }, words),
      ),
      element('dd', {}, local(seconds)),
      element('dd', {}, utc(seconds)),
    )
  }

  #drawCountdown(now) {
    const { expiresAt, notBefore, issuedAt } = this.#times
    const clockFace = (seconds, over) => element('p', { class: over ? 'clock over' : 'clock' }, clock(seconds))
    const lines = []
    if (expiresAt === undefined) {
      lines.push(
        element('p', { class: 'clock' }, 'No expiry'),
        element('p', {}, 'The token never ends on its own. A strict verifier refuses it.'),
      )
    } else if (now >= expiresAt) {
      lines.push(clockFace(now - expiresAt, true), element('p', {}, 'since it expired'))
    } else if (notBefore !== undefined && now < notBefore) {
      lines.push(clockFace(notBefore - now, true), element('p', {}, 'until it becomes valid'))
    } else {
      const lifetime = issuedAt === undefined ? '' : ` of ${span(expiresAt - issuedAt)}`
      lines.push(clockFace(expiresAt - now, false), element('p', {}, `left${lifetime}`))
    }
    this.#countdown.replaceChildren(...lines)
  }
}
