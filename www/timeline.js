import { byId, element } from './dom.js'
import { localShort, relative, span } from './time-words.js'

const MARKS = [
  ['issuedAt', 'm-issued', 'issued'],
  ['notBefore', 'm-nbf', 'not before'],
  ['refreshAt', 'm-refresh', 'refresh'],
  ['expiresAt', 'm-exp', 'expires'],
]

const TRACK_TOP = 34
const FLAG_TOP = TRACK_TOP + 18
const FLAG_HEIGHT = 38

/** `now` this many lifetimes outside the token's life is drawn at the edge, past a break in the scale. */
const FAR = 0.5
const BREAK = 0.1

/** The life of a token from left to right: issued, not before, refresh, expiry, and now moving through. */
export class Timeline {
  #root = byId('timeline')
  #times = {}
  #now = 0
  #drawnFor = ''
  #scale

  constructor() {
    new ResizeObserver(() => this.#draw()).observe(this.#root)
  }

  /** @param {import('./times.js').Times} times */
  show(times, now) {
    this.#times = times
    this.#now = now
    this.#draw()
  }

  tick(now) {
    this.#now = now
    const scale = scaleOf(this.#times, now)
    if (scale?.key === this.#drawnFor) this.#moveNow(scale)
    else this.#draw()
  }

  #draw() {
    const scale = scaleOf(this.#times, this.#now)
    this.#drawnFor = scale?.key ?? ''
    const width = this.#root.clientWidth
    if (!scale || width === 0) {
      this.#root.replaceChildren(element('p', { class: 'silent' }, 'The token says nothing about its times.'))
      this.#root.style.height = ''
      this.#root.removeAttribute('aria-label')
      return
    }
    const track = element('div', { class: 'track' })
    track.style.top = `${TRACK_TOP}px`
    const now = element('div', { class: 'now' })
    const nowFlag = element('div', { class: 'now-flag' }, 'now')
    this.#scale = { track, now, nowFlag }
    this.#root.replaceChildren(track)
    const flags = marksOf(this.#times).map((mark) => this.#flag(mark, scale.at(mark.seconds) * width))
    const rows = placeInRows(flags, width)
    for (const { line, flag, glyph, row } of flags) {
      flag.style.top = `${FLAG_TOP + row * FLAG_HEIGHT}px`
      line.style.height = `${FLAG_TOP - TRACK_TOP - 4 + row * FLAG_HEIGHT}px`
      glyph.style.top = '-4.5px'
    }
    this.#root.style.height = `${FLAG_TOP + rows * FLAG_HEIGHT}px`
    now.style.height = `${TRACK_TOP + 12}px`
    this.#root.append(now, nowFlag)
    this.#moveNow(scale)
  }

  #flag({ names, marks, seconds }, x) {
    const glyph = element('span', { class: `glyph ${marks.at(-1)}` })
    const line = element('div', { class: 'mark' }, glyph)
    line.style.left = `${x}px`
    line.style.top = `${TRACK_TOP + 4}px`
    const flag = element(
      'div',
      { class: 'flag' },
      element('b', {}, names.join(', ')),
      element('span', { class: 'flag-time' }, localShort(seconds, this.#now)),
    )
    this.#root.append(line, flag)
    return { line, glyph, flag, x, row: 0 }
  }

  #moveNow(scale) {
    const { track, now, nowFlag } = this.#scale
    const width = this.#root.clientWidth
    const x = scale.at(this.#now) * width
    now.style.left = `${x}px`
    const half = nowFlag.offsetWidth / 2
    nowFlag.style.left = `${Math.min(Math.max(x - half, 0), width - 2 * half)}px`
    const { expiresAt, refreshAt } = this.#times
    const from = scale.at(scale.start)
    const end = expiresAt === undefined ? 1 : scale.at(expiresAt)
    const spent = Math.min(Math.max(scale.at(this.#now), from), end)
    const pieces = [
      ['beyond', 0, from],
      ['rest', from, end],
      ['beyond', end, 1],
      ['spent', from, spent],
    ]
    if (refreshAt !== undefined && expiresAt !== undefined) pieces.push(['window', scale.at(refreshAt), end])
    track.replaceChildren(
      ...pieces
        .filter(([, left, right]) => right > left)
        .map(([name, left, right]) => {
          const piece = element('div', { class: name })
          piece.style.left = `${left * 100}%`
          piece.style.width = `${(right - left) * 100}%`
          return piece
        }),
    )
    const label = marksOf(this.#times)
      .map(({ names, seconds }) => `${names.join(', ')} ${relative(seconds, this.#now)}`)
      .join('; ')
    this.#root.setAttribute('aria-label', `Timeline: ${label}.`)
  }
}

/** The marks in order of time; those of the same moment share one. */
function marksOf(times) {
  const marks = []
  for (const [name, mark, title] of MARKS) {
    const seconds = times[name]
    if (seconds === undefined) continue
    const same = marks.find((other) => other.seconds === seconds)
    if (same) {
      same.names.push(title)
      same.marks.push(mark)
    } else marks.push({ names: [title], marks: [mark], seconds })
  }
  return marks.sort((a, b) => a.seconds - b.seconds)
}

/**
 * From seconds to a share of the width. `key` changes when everything has to be drawn anew.
 * @returns {{ at: (seconds: number) => number, start: number, key: string } | undefined}
 */
function scaleOf(times, now) {
  const moments = marksOf(times).map(({ seconds }) => seconds)
  if (moments.length === 0) return undefined
  const start = moments[0]
  const end = moments.at(-1)
  const life = end - start || Math.abs(now - start) || 1
  const before = (start - now) / life
  const after = (now - end) / life
  let left = 0
  let right = 1
  let low = start
  let high = end === start ? start + life : end
  if (before > FAR) left = BREAK
  else if (before > 0) low = now
  if (after > FAR && end !== start) right = 1 - BREAK
  else if (after > 0 && times.expiresAt === undefined) high = now
  else if (after > 0) high = Math.max(now, end + life * FAR * 0.5, high)
  const broken = left > 0 || right < 1
  const at = (seconds) => {
    if (broken && seconds < low) return left / 4
    if (broken && seconds > high) return 1 - (1 - right) / 4
    return left + ((seconds - low) / (high - low || 1)) * (right - left)
  }
  return { at, start, key: `${left} ${right} ${low} ${high}` }
}

/** Gives each flag the first row where it does not run into another; returns how many rows there are. */
function placeInRows(flags, width) {
  const ends = []
  for (const item of flags) {
    const size = item.flag.offsetWidth
    const left = Math.min(Math.max(item.x - size / 2, 0), Math.max(width - size, 0))
    item.flag.style.left = `${left}px`
    let row = ends.findIndex((end) => end + 10 <= left)
    if (row < 0) row = ends.push(0) - 1
    ends[row] = left + size
    item.row = row
  }
  return ends.length
}

/** How long the token lives, in words. */
export function lifetimeWords({ issuedAt, notBefore, expiresAt }) {
  const from = issuedAt ?? notBefore
  if (from === undefined || expiresAt === undefined) return ''
  return expiresAt > from ? span(expiresAt - from) : 'ends before it begins'
}
