import { byId, element } from '../dom.js'

/** Seconds from the left edge to the right one, and the share of them that lies behind now. */
const SPAN = 60
const NARROW_SPAN = 40
/** Pixels below which it is narrow. */
const NARROW = 560
const BEHIND = 0.55
const TICK = 10
const LANES = 3
const WEATHER_LANES = 2

const timeFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })

/**
 * @typedef {object} Life all in seconds since 1970 of the server's clock
 * @property {number} issuedAt
 * @property {number} expiresAt
 * @property {number} [from] the refresh may come from here on: the jitter's earliest
 * @property {number} [planned] when it is to come
 * @property {string} [by] who got the token
 */

/** The lives of the last tokens, moving from right to left below a mark that stands still: now. */
export class Lifeline {
  #root = byId('lifeline')
  #strip = element('div', { class: 'strip' })
  #nowFlag = element('div', { class: 'now-flag' }, 'now')
  #moving = []
  /** When the last bar on each lane ends. */
  #lanes = new Array(LANES).fill(0)
  #weathers = 0
  #span = SPAN
  #origin = 0
  #now = 0
  #scale = 0

  constructor() {
    this.#root.replaceChildren(this.#strip, element('div', { class: 'now' }), this.#nowFlag)
    new ResizeObserver(() => this.#measure()).observe(this.#root)
  }

  /**
   * @param {Life} life
   * @returns {{ end(): void, name(by: string): void }} `end`: it has a successor
   */
  token({ issuedAt, expiresAt, from, planned, by }) {
    this.#begin(issuedAt)
    const lane = this.#lane(issuedAt, expiresAt)
    const name = element('span', { class: 'life-name' }, by ?? '')
    const bar = element('div', { class: `life lane-${lane}` }, name)
    this.#put(bar, issuedAt, expiresAt)
    if (from !== undefined) this.#put(element('div', { class: `window lane-${lane}` }), from, expiresAt)
    for (const [at, mark] of [
      [issuedAt, 'm-issued'],
      [planned, 'm-refresh'],
      [expiresAt, 'm-exp'],
    ]) {
      if (at !== undefined) this.#put(element('span', { class: `glyph ${mark} lane-${lane}` }), at)
    }
    return {
      end: () => bar.classList.add('past'),
      name: (words) => {
        name.textContent = words
      },
    }
  }

  call(at, good) {
    this.#begin(at)
    this.#put(element('span', { class: `glyph ${good ? 'call-good' : 'call-bad'}` }), at)
  }

  /** A stretch of bad weather, until its `end` is called. */
  weather(at, name) {
    this.#begin(at)
    const row = this.#weathers++ % WEATHER_LANES
    const node = element('div', { class: `weather row-${row}` }, element('span', {}, name))
    const item = this.#put(node, at, Number.POSITIVE_INFINITY)
    return {
      end: (moment) => {
        item.to = moment
        this.#place(item)
      },
    }
  }

  tick(now) {
    this.#now = now
    this.#begin(now)
    for (const item of this.#moving) if (item.to === Number.POSITIVE_INFINITY) this.#place(item)
    this.#strip.style.transform = `translateX(${(this.#origin - now + this.#span * BEHIND) * this.#scale}px)`
    this.#forget(now - SPAN)
    for (; this.#nextTick < now + SPAN; this.#nextTick += TICK) {
      const words = element('span', {}, timeFormat.format(this.#nextTick * 1000))
      this.#put(element('div', { class: 'tick' }, words), this.#nextTick)
    }
  }

  label(words) {
    if (this.#root.getAttribute('aria-label') !== words) this.#root.setAttribute('aria-label', words)
  }

  #nextTick = 0

  #begin(moment) {
    if (this.#origin !== 0) return
    this.#origin = moment
    this.#nextTick = Math.floor((moment - SPAN) / TICK) * TICK
  }

  // The first lane that is free, else the one that is free next.
  #lane(issuedAt, expiresAt) {
    const free = this.#lanes.findIndex((end) => end <= issuedAt)
    const lane = free >= 0 ? free : this.#lanes.indexOf(Math.min(...this.#lanes))
    this.#lanes[lane] = expiresAt
    return lane
  }

  #put(node, at, to) {
    const item = { node, at, to }
    this.#moving.push(item)
    this.#strip.append(node)
    this.#place(item)
    return item
  }

  #place({ node, at, to }) {
    node.style.left = `${(at - this.#origin) * this.#scale}px`
    if (to === undefined) return
    const end = to === Number.POSITIVE_INFINITY ? this.#now : to
    node.style.width = `${Math.max(0, end - at) * this.#scale}px`
  }

  #forget(before) {
    this.#moving = this.#moving.filter(({ node, at, to }) => {
      if ((to ?? at) >= before) return true
      node.remove()
      return false
    })
  }

  #measure() {
    const width = this.#root.clientWidth
    this.#span = width < NARROW ? NARROW_SPAN : SPAN
    this.#scale = width / this.#span
    for (const item of this.#moving) this.#place(item)
    if (this.#now !== 0) this.tick(this.#now)
  }
}
