import { decodeJwt } from '../dist/default/decode.js'
import { byId } from '../dom.js'
import { beginLogin, finishLogin, isReturning, localProvider } from '../login.js'
import { clock as clockFace } from '../time-words.js'
import { BadDays } from './bad-days.js'
import { Calls } from './calls.js'
import { EventLog } from './event-log.js'
import { factsOf, lifeInWords, showFacts } from './facts.js'
import { Lifeline } from './lifeline.js'
import { Lives } from './lives.js'
import { REFRESH_LOCK, sessionWith } from './session.js'
import { numbered, TabsView, tabsWith } from './tabs.js'
import * as weather from './weather.js'
import { inWords, verdictOf } from './words.js'

const TONES = { refreshed: 'good', expiring: 'warn', expired: 'bad', refreshfailed: 'bad', signedout: 'bad' }

const lifeline = new Lifeline()
const tabsView = new TabsView()
const log = new EventLog()
const still = matchMedia('(prefers-reduced-motion: reduce)')
/** The last title that a screen reader was told. */
let said = ''

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

/** @param {import('../dist/default/spa.js').TokenManager} manager */
async function run(manager) {
  const lives = new Lives(lifeline, own)
  const calls = new Calls(manager, api, (at, good) => lifeline.call(at, good))
  /** What the state does not tell: when it is tried again, the last problem, why the session ended, whose it is. */
  const known = { asleep: false }
  const isSignedIn = () => !['none', 'signedout'].includes(manager.state.status)

  function look() {
    const { state } = manager
    known.account = accountOf(manager.getTokenSync()) ?? known.account
    lives.draw(state)
    lifeline.label(lifeInWords(state))
    show(verdictOf({ ...known, state, now: weather.serverNow() }))
    showFacts('facts', factsOf(state))
    byId('sign-in').hidden = isSignedIn()
    byId('sign-out').hidden = !isSignedIn()
    byId('refresh-now').hidden = !isSignedIn()
  }

  for (const [name, tone] of Object.entries(TONES)) {
    manager.addEventListener(name, ({ detail }) => {
      if (name === 'refreshed') {
        known.nextTry = undefined
        if (detail.by === 'this') lives.got(detail.issuedAt)
      } else if (name === 'refreshfailed') {
        known.nextTry = weather.serverNow() + detail.retryIn
        known.problem = detail.error
      } else if (name === 'signedout') known.reason = detail.reason
      log.add({ at: weather.serverNow(), name, tone, words: inWords[name](detail) })
      look()
    })
  }
  manager.subscribe(look)

  const stretches = new Map()
  function stretch(name, is, words) {
    if (is === stretches.has(name)) return
    if (is) stretches.set(name, lifeline.weather(weather.serverNow(), words))
    else {
      stretches.get(name).end(weather.serverNow())
      stretches.delete(name)
    }
  }

  function showWeather() {
    const { clock, offline } = weather.current()
    stretch('offline', offline, 'offline')
    stretch('ahead', clock > 0, 'clock ahead')
    stretch('behind', clock < 0, 'clock behind')
    look()
  }
  weather.onChange(showWeather)
  showWeather()

  const days = new BadDays(provider.issuer, {
    state(seen) {
      if (!seen) return
      stretch('down', seen.down, 'provider down')
      stretch('slow', seen.slow > 0, 'provider slow')
      showFacts('seen', [
        ['Refreshes, as the provider counts', `${seen.refreshes}`],
        ['Refresh tokens used twice', `${seen.reused}`, seen.reused > 0 ? 'bad' : 'good'],
      ])
    },
    revoke: async () => known.account,
    async sleep(seconds) {
      known.asleep = true
      stretch('asleep', true, 'asleep')
      look()
      // Two frames, so that the page shows it before it stands still.
      await frame()
      await frame()
      return () => {
        known.asleep = false
        stretch('asleep', false)
        log.add({ at: weather.serverNow(), name: 'sleep', words: `This tab stood still for ${seconds} s.` })
        look()
      }
    },
  })

  byId('sign-in').addEventListener('click', signIn)
  byId('sign-out').addEventListener('click', () => manager.signOut())
  byId('refresh-now').addEventListener('click', () => refreshNow(manager))
  addEventListener('pageshow', () => {
    byId('sign-in').disabled = false
  })

  try {
    if (isReturning()) await manager.signIn((await finishLogin()).response)
    // Where another tab is signed in, so is this one.
    else await manager.getToken({ cacheOnly: true })
  } catch (error) {
    // Signed out: the state tells it.
    if (error.code === undefined) known.loginProblem = error.message
  }

  setInterval(() => {
    look()
    if (isSignedIn()) calls.tick()
    if (!document.hidden) days.look()
  }, 1000)
  setInterval(showTabs, 200)
  days.look()
  if (isSignedIn()) calls.tick()
  move()
}

async function signIn() {
  byId('sign-in').disabled = true
  try {
    await beginLogin(provider)
  } catch {
    show({ state: 'bad', title: 'The provider cannot be reached', text: 'Is npm start still running?' })
    byId('sign-in').disabled = false
  }
}

async function refreshNow(manager) {
  const { issuedAt } = manager.state
  await manager.getToken({ forceRefresh: true }).catch(() => {})
  const { state } = manager
  if (state.issuedAt !== issuedAt || state.failures > 0 || state.status === 'signedout') return
  log.add({ at: weather.serverNow(), name: 'no refresh', words: 'The last one is less than a second old.' })
}

async function showTabs() {
  if (document.hidden) return
  const tabs = await tabsWith(REFRESH_LOCK)
  tabsView.show(tabs, own)
  byId('lock-note').textContent = tabs.some(({ holds }) => holds)
    ? 'One tab refreshes for all; if it is closed, the next one takes over.'
    : 'Nobody holds the lock: no refresh is running.'
}

function move() {
  if (!document.hidden) lifeline.tick(weather.serverNow())
  if (still.matches) setTimeout(move, 1000)
  else requestAnimationFrame(move)
}

const frame = () => new Promise(requestAnimationFrame)

function accountOf(token) {
  try {
    return decodeJwt(token).sub
  } catch {
    return undefined
  }
}

function show({ state, title, text, left }) {
  byId('verdict').dataset.state = state
  byId('verdict-title').textContent = title
  byId('verdict-text').textContent = text
  byId('left').hidden = left === undefined
  if (left !== undefined) byId('clock').textContent = clockFace(left).slice(3)
  // Only what changes is said: the seconds are not.
  if (said !== title) byId('announce').textContent = `${title}.`
  said = title
}
