import { byId, element } from '../dom.js'
import { span } from '../time-words.js'
import { BEFORE, JITTER } from './session.js'
import * as weather from './weather.js'

const timeFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })
const time = (seconds) => (seconds === undefined ? 'unknown' : timeFormat.format(seconds * 1000))

/** Names and values, drawn anew only when they change. A value may have a tone: good, warn or bad. */
export function showFacts(id, list) {
  const words = JSON.stringify(list)
  const node = byId(id)
  if (node.dataset.words === words) return
  node.dataset.words = words
  node.replaceChildren(
    ...list.map(([name, value, tone]) =>
      element('div', { class: 'fact' }, element('dt', {}, name), element('dd', { 'data-tone': tone }, value)),
    ),
  )
}

const hasToken = ({ issuedAt, status }) => issuedAt !== undefined && status !== 'signedout'

/** @param {import('../dist/default/spa.js').TokenState} state */
export function factsOf(state) {
  const { issuedAt, expiresAt, refreshAt, skew, failures, scopes } = state
  const list = []
  if (hasToken(state)) {
    const [from, to] = [expiresAt - BEFORE * (1 + JITTER), expiresAt - BEFORE]
    list.push(['Issued', time(issuedAt)])
    list.push(['Refresh', `${time(refreshAt)}, by chance between ${time(from)} and ${time(to)}`])
    list.push(['Expires', time(expiresAt)])
    list.push(['Scopes', scopes.join(' ')])
  }
  const isWrong = weather.current().clock !== 0
  // The server tells its time in whole seconds.
  const measured =
    Math.abs(skew) < 1.5 ? 'none to speak of' : `${span(Math.round(skew))} ${skew < 0 ? 'ahead' : 'behind'}`
  list.push(['Clock of this tab', timeFormat.format(Date.now()), isWrong ? 'bad' : undefined])
  list.push(['How wrong it is, as measured', measured, isWrong ? 'warn' : undefined])
  if (failures > 0) list.push(['Refreshes failed in a row', `${failures}`, 'bad'])
  return list
}

/** The timeline in a sentence. */
export function lifeInWords(state) {
  if (!hasToken(state)) return 'No token yet.'
  const { issuedAt, refreshAt, expiresAt } = state
  return `The token was issued at ${time(issuedAt)}, is to be refreshed at ${time(refreshAt)}, and expires at ${time(expiresAt)}.`
}
