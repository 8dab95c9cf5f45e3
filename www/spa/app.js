import { decodeJwt } from '../dist/default/decode.js'
import { byId, element } from '../dom.js'
import { beginLogin, finishLogin, isReturning, localProvider } from '../login.js'
import { clock as clockFace, span } from '../time-words.js'
import { BadDays } from './bad-days.js'
import { CallsView } from './calls.js'
import { EventLog } from './event-log.js'
import { Lifeline } from './lifeline.js'
import { BEFORE, JITTER, REFRESH_LOCK, sessionWith } from './session.js'
import { numbered, TabsView, tabsWith } from './tabs.js'
import * as weather from './weather.js'
import { inWords, verdictOf } from './words.js'

const lifeline = new Lifeline()
const callsView = new CallsView()
const tabsView = new TabsView()
const log = new EventLog()
const timeFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })
/** The last title that a screen reader was told. */
let said = ''
const still = matchMedia('(prefers-reduced-motion: reduce)')

const provider = await localProvider()
const api = await guardedApi()
const own = await numbered

if (!provider) {
  show({ state: 'warn', title: 'No provider is running beside this page', text: 'npm start starts one.' })
  byId('sign-in').disabled = true
} else {
  sessionWith(provider, api ? [api.origin] : []).then(run, () =>
    show({ state: 'bad', title: 'The provider cannot be reached', text: 'Is npm start still running?' }),
  )
}

async function guardedApi() {
  const response = await fetch('../api.json', { cache: 'no-store' })
  return response.ok ? new URL('notes', (await response.json()).url) : undefined
}

function run(manager) {
  /** The last life drawn, until it has a successor. */
  let drawn
  let nextTry
  let account
  let problem
  let reason
  let asleep = false

  const news = new BroadcastChannel('jotgate-playground-tabs')
  const names = new Map()
  const gotBy = (issuedAt, number) => {
    names.set(issuedAt, number)
    if (drawn?.issuedAt === issuedAt) drawn.name(`tab ${number}`)
  }
  news.onmessage = ({ data: { issuedAt, number } }) => gotBy(issuedAt, number)

  function draw() {
    const { issuedAt, expiresAt, refreshAt, status } = manager.state
    if (issuedAt === drawn?.issuedAt && status !== 'none' && status !== 'signedout') return
    drawn?.end()
    drawn = undefined
    if (issuedAt === undefined || expiresAt === undefined) return
    const from = expiresAt - Math.min(BEFORE, (expiresAt - issuedAt) / 2) * (1 + JITTER)
    const number = names.get(issuedAt)
    const by = number === undefined ? '' : `tab ${number}`
    drawn = { issuedAt, ...lifeline.token({ issuedAt, expiresAt, from, planned: refreshAt, by }) }
    account = accountOf(manager.getTokenSync()) ?? account
  }

  function look() {
    draw()
    show(verdictOf({ state: manager.state, now: weather.serverNow(), nextTry, problem, reason, account, asleep }))
    showFacts(manager.state)
    showDoors(manager.state)
  }

  const told = (name, words, tone) =>
    manager.addEventListener(name, ({ detail }) => {
      if (name === 'refreshed') {
        nextTry = undefined
        if (detail.by === 'this') {
          gotBy(detail.issuedAt, own)
          news.postMessage({ issuedAt: detail.issuedAt, number: own })
        }
      }
      if (name === 'refreshfailed') {
        nextTry = weather.serverNow() + detail.retryIn
        problem = detail.error
      }
      if (name === 'signedout') reason = detail.reason
      log.add({ at: weather.serverNow(), name, tone, words: words(detail) })
      look()
    })
  told('refreshed', inWords.refreshed, 'good')
  told('expiring', inWords.expiring, 'warn')
  told('expired', inWords.expired, 'bad')
  told('refreshfailed', inWords.refreshfailed, 'bad')
  told('signedout', inWords.signedout, 'bad')
  manager.subscribe(look)

  const days = new BadDays(provider.issuer, {
    state: showSeen,
    revoke: async () => account,
    async sleep(seconds) {
      asleep = true
      look()
      const stretch = lifeline.weather(weather.serverNow(), 'asleep')
      // Two frames, so that the page shows it before it stands still.
      await frame()
      await frame()
      return () => {
        asleep = false
        stretch.end(weather.serverNow())
        log.add({ at: weather.serverNow(), name: 'sleep', words: `This tab stood still for ${seconds} s.` })
        look()
      }
    },
  })

  const stretches = new Map()
  const stretch = (name, is, words) => {
    if (is === stretches.has(name)) return
    if (is) stretches.set(name, lifeline.weather(weather.serverNow(), words))
    else {
      stretches.get(name).end(weather.serverNow())
      stretches.delete(name)
    }
  }
  const showWeather = () => {
    const { clock, offline } = weather.current()
    stretch('offline', offline, 'offline')
    stretch('ahead', clock > 0, 'clock ahead')
    stretch('behind', clock < 0, 'clock behind')
    look()
  }
  weather.onChange(showWeather)
  showWeather()

  /** @param {import('./bad-days.js').ProviderState} [state] */
  function showSeen(state) {
    if (!state) return
    stretch('down', state.down, 'provider down')
    stretch('slow', state.slow > 0, 'provider slow')
    facts('seen', [
      ['Refreshes, as the provider counts', `${state.refreshes}`],
      ['Refresh tokens used twice', `${state.reused}`, state.reused > 0 ? 'bad' : 'good'],
    ])
  }

  async function call() {
    const began = performance.now()
    const at = weather.serverNow()
    const shown = await outcome(manager, api)
    lifeline.call(at, shown.good)
    callsView.add({ at, ...shown, ms: performance.now() - began })
  }
  let calling = false
  async function callInTurn() {
    if (calling) return
    calling = true
    await call()
    calling = false
  }
  byId('call').disabled = !api
  byId('call-on').disabled = !api
  byId('call-on').setAttribute('aria-pressed', String(Boolean(api)))
  byId('api-note').textContent = api
    ? `GET ${api.href} through manager.fetch, which sends the token to ${api.host} alone.`
    : 'No API is running beside this page. npm start starts one.'
  byId('call').addEventListener('click', call)
  byId('call-on').addEventListener('click', ({ target }) => {
    target.setAttribute('aria-pressed', String(target.getAttribute('aria-pressed') !== 'true'))
  })
  const callsOn = () => byId('call-on').getAttribute('aria-pressed') === 'true'
  const signedIn = () => !['none', 'signedout'].includes(manager.state.status)

  async function everySecond() {
    look()
    if (signedIn() && callsOn()) callInTurn()
    if (!document.hidden) await days.look()
  }
  async function often() {
    if (document.hidden) return
    const tabs = await tabsWith(REFRESH_LOCK)
    tabsView.show(tabs, own)
    byId('lock-note').textContent = tabs.some(({ holds }) => holds)
      ? 'One tab refreshes for all; if it is closed, the next one takes over.'
      : 'Nobody holds the lock: no refresh is running.'
  }
  function moving() {
    if (!document.hidden) lifeline.tick(weather.serverNow())
    if (still.matches) setTimeout(moving, 1000)
    else requestAnimationFrame(moving)
  }

  byId('sign-in').addEventListener('click', async ({ target }) => {
    target.disabled = true
    try {
      await beginLogin(provider)
    } catch {
      show({ state: 'bad', title: 'The provider cannot be reached', text: 'Is npm start still running?' })
      target.disabled = false
    }
  })
  byId('sign-out').addEventListener('click', () => manager.signOut())
  byId('refresh-now').addEventListener('click', async () => {
    const { issuedAt } = manager.state
    await manager.getToken({ forceRefresh: true }).catch(() => {})
    const { failures, status } = manager.state
    if (manager.state.issuedAt !== issuedAt || failures > 0 || status === 'signedout') return
    log.add({ at: weather.serverNow(), name: 'no refresh', words: 'The last one is less than a second old.' })
  })
  addEventListener('pageshow', () => {
    byId('sign-in').disabled = false
  })

  function begin() {
    setInterval(everySecond, 1000)
    setInterval(often, 200)
    everySecond()
    often()
    moving()
  }
  start().then(begin)

  async function start() {
    if (!isReturning()) {
      look()
      // Where another tab is signed in, so is this one.
      await manager.getToken({ cacheOnly: true }).catch(() => {})
      return
    }
    try {
      await manager.signIn((await finishLogin()).response)
    } catch (error) {
      problem = error
      show({ state: 'bad', title: 'The login did not succeed', text: error.message })
    }
  }
}

const frame = () => new Promise(requestAnimationFrame)

function accountOf(token) {
  try {
    return decodeJwt(token).sub
  } catch {
    return undefined
  }
}

async function outcome(manager, api) {
  try {
    const response = await manager.fetch(api)
    return { good: response.ok, title: `${response.status}`, detail: response.ok ? 'let in' : 'refused' }
  } catch (error) {
    const code = error.code === undefined ? 'no answer' : error.code
    return { good: false, title: error.status ? `${error.status}` : 'none', detail: code }
  }
}

function show({ state, title, text, left }) {
  byId('verdict').dataset.state = state
  byId('verdict-title').textContent = title
  byId('verdict-text').textContent = text
  byId('left').hidden = left === undefined
  if (left !== undefined) {
    byId('clock').textContent = clockFace(left).slice(3)
    byId('left-words').textContent = 'left'
  }
  // Only what changes is said: the seconds are not.
  if (said !== title) byId('announce').textContent = `${title}.`
  said = title
}

function showDoors({ status }) {
  const within = !['none', 'signedout'].includes(status)
  byId('sign-in').hidden = within
  byId('sign-out').hidden = !within
  byId('refresh-now').hidden = !within
}

function showFacts({ issuedAt, expiresAt, refreshAt, skew, failures, scopes, status }) {
  const time = (seconds) => (seconds === undefined ? 'unknown' : timeFormat.format(seconds * 1000))
  const known = issuedAt !== undefined && status !== 'signedout'
  const off = weather.current().clock
  const list = []
  if (known) {
    const from = expiresAt - BEFORE * (1 + JITTER)
    list.push(['Issued', time(issuedAt)])
    list.push(['Refresh', `${time(refreshAt)}, by chance between ${time(from)} and ${time(expiresAt - BEFORE)}`])
    list.push(['Expires', time(expiresAt)])
    list.push(['Scopes', scopes.join(' ')])
  }
  const measured =
    Math.abs(skew) < 1.5 ? 'none to speak of' : `${span(Math.round(skew))} ${skew < 0 ? 'ahead' : 'behind'}`
  list.push(['Clock of this tab', timeFormat.format(Date.now()), off === 0 ? undefined : 'bad'])
  list.push(['How wrong it is, as measured', measured, off === 0 ? undefined : 'warn'])
  if (failures > 0) list.push(['Refreshes failed in a row', `${failures}`, 'bad'])
  facts('facts', list)
  lifeline.label(
    known
      ? `The token was issued at ${time(issuedAt)}, is to be refreshed at ${time(refreshAt)}, and expires at ${time(expiresAt)}.`
      : 'No token yet.',
  )
}

function facts(id, list) {
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
