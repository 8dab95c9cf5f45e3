import { BEFORE, JITTER } from './session.js'

/** The lives of the session's tokens on the timeline, each with the number of the tab that got it. */
export class Lives {
  #lifeline
  #own
  #drawn
  #numbers = new Map()
  #channel = new BroadcastChannel('jotgate-playground-tabs')

  /**
   * @param {import('./lifeline.js').Lifeline} lifeline
   * @param {number} own the number of this tab
   */
  constructor(lifeline, own) {
    this.#lifeline = lifeline
    this.#own = own
    this.#channel.onmessage = ({ data: { issuedAt, number } }) => this.#name(issuedAt, number)
  }

  /** This tab has got a token: tells the others, which know it by its time. */
  got(issuedAt) {
    this.#name(issuedAt, this.#own)
    this.#channel.postMessage({ issuedAt, number: this.#own })
  }

  /** @param {import('../dist/default/spa.js').TokenState} state */
  draw({ issuedAt, expiresAt, refreshAt }) {
    if (issuedAt === this.#drawn?.issuedAt) return
    this.#drawn?.end()
    this.#drawn = undefined
    if (issuedAt === undefined || expiresAt === undefined) return
    const from = expiresAt - Math.min(BEFORE, (expiresAt - issuedAt) / 2) * (1 + JITTER)
    const number = this.#numbers.get(issuedAt)
    const by = number === undefined ? '' : `tab ${number}`
    this.#drawn = { issuedAt, ...this.#lifeline.token({ issuedAt, expiresAt, from, planned: refreshAt, by }) }
  }

  #name(issuedAt, number) {
    this.#numbers.set(issuedAt, number)
    if (this.#drawn?.issuedAt === issuedAt) this.#drawn.name(`tab ${number}`)
  }
}
