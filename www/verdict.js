import { checkWords } from './checks.js'
import { byId, citation, drawing, element } from './dom.js'

/** How long things have to stay as they are before a screen reader is told. */
const SETTLED_MS = 800

const SIGNS = {
  pass: 'M4 9.5 7.5 13 14 5.5',
  fail: 'm5 5 8 8m0-8-8 8',
  'not-reached': 'M9 9h.01',
  unasked: 'M5.5 9h7',
}
const SPOKEN = { pass: 'Passed:', fail: 'Failed:', 'not-reached': 'Not reached:', unasked: 'Not asked for:' }

/**
 * @typedef {object} Verdict
 * @property {'empty' | 'read' | 'good' | 'warn' | 'bad'} state
 * @property {string} title
 * @property {string} text
 * @property {{ code?: string, status?: number, oauthError?: string, claim?: string, reason?: string }} [error]
 * @property {Step[]} [steps] in order
 *
 * @typedef {object} Step
 * @property {string} check
 * @property {'pass' | 'fail' | 'not-reached' | 'unasked'} outcome
 * @property {string} rfc
 * @property {string} [problem]
 */

/** The verdict's words and the trace below; both drawn only when something changed. */
export class VerdictView {
  #drawn = ''
  #announced = ''
  #timer
  /** @type {Step[]} */
  #steps = []

  /** @param {Verdict} verdict */
  show(verdict) {
    const key = JSON.stringify(verdict)
    if (key === this.#drawn) return
    this.#drawn = key
    const { state, title, text, error, steps = [] } = verdict
    this.#steps = steps
    byId('verdict').dataset.state = state
    byId('verdict-title').textContent = title
    byId('verdict-text').textContent = text
    drawCode(error)
    drawTicks(steps)
    drawTrace(steps)
    this.#announce(state === 'empty' ? '' : `${title}.`)
  }

  /** The trace as lines of text. It holds no token text and no claim values. */
  get trace() {
    return this.#steps
      .map(({ outcome, check, rfc, problem }) =>
        [outcome.padEnd(11), check.padEnd(9), rfc, problem].filter(Boolean).join('  '),
      )
      .join('\n')
  }

  #announce(words) {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      if (words === this.#announced) return
      this.#announced = words
      byId('announce').textContent = words
    }, SETTLED_MS)
  }
}

function drawCode(error) {
  const node = byId('verdict-code')
  node.hidden = !error?.code
  if (node.hidden) return node.replaceChildren()
  const answer = [error.status, error.oauthError].filter(Boolean).join(' ')
  const blamed = error.claim ? [error.claim, error.reason].filter(Boolean).join(' ') : ''
  node.replaceChildren(
    element('span', {}, error.code),
    element('span', {}, [answer, blamed].filter(Boolean).join(', ')),
  )
}

function drawTicks(steps) {
  byId('ticks').hidden = steps.length === 0
  byId('ticks').replaceChildren(...steps.map(({ outcome }) => element('li', { class: outcome })))
}

function drawTrace(steps) {
  byId('trace-card').hidden = steps.length === 0
  byId('checks').replaceChildren(...steps.map(row))
  const count = (outcome) => steps.filter((step) => step.outcome === outcome).length
  const parts = [`${count('pass')} passed`]
  if (count('fail') > 0) parts.push(`${count('fail')} failed`)
  if (count('not-reached') > 0) parts.push(`${count('not-reached')} not reached`)
  if (count('unasked') > 0) parts.push(`${count('unasked')} not asked for`)
  byId('tally').textContent = parts.join(', ')
}

function row({ check, outcome, rfc, problem }) {
  const words = checkWords[check]
  const what = (outcome === 'unasked' ? words?.unasked : undefined) ?? words?.passed ?? check
  const item = element(
    'li',
    { class: `check ${outcome}`, 'data-check': check },
    drawing(
      'svg',
      { class: 'sign', viewBox: '0 0 18 18', 'aria-hidden': 'true' },
      drawing('path', { d: SIGNS[outcome] }),
    ),
    element('span', {}, element('span', { class: 'hidden' }, `${SPOKEN[outcome]} `), what),
    citation(rfc),
  )
  if (problem) item.append(element('span', { class: 'why' }, `${sentence(problem)} ${words?.failed ?? ''}`))
  return item
}

/** @param {string} text */
export const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
