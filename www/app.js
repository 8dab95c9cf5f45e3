import { decodeJwt, decodeProtectedHeader, nextRefresh, tokenTimes } from './dist/default/index.js'
import { byId, element } from './dom.js'
import { ApiPanel } from './guarded-api.js'
import { Judge } from './judge.js'
import { beginLogin, finishLogin, isReturning, localProvider } from './login.js'
import { PolicyForm } from './policy-form.js'
import { claimsPart, headerPart } from './reading.js'
import * as sampled from './samples.js'
import { zone } from './time-words.js'
import { lifetimeWords, Timeline } from './timeline.js'
import { TimesPanel } from './times.js'
import { TokenField } from './token-field.js'
import { sentence, VerdictView } from './verdict.js'

const timesPanel = new TimesPanel()
const timeline = new Timeline()
const verdictView = new VerdictView()
const judge = new Judge()
const apiPanel = new ApiPanel(say)
const policy = new PolicyForm(() => decide())
const tokenField = new TokenField((token) => {
  read(token)
  decide()
})

/** What could be read of the token in the field. */
let reading = {}
/** The tokens of the last login; in memory only. */
let issued

const now = () => Date.now() / 1000

function read(token) {
  reading = decoded(token)
  const { header, claims, times } = reading
  byId('reading').hidden = !header
  if (header) {
    headerPart.show(header)
    claimsPart.show(claims ?? {})
    timesPanel.show(times, now())
    timeline.show(times ?? {}, now())
    byId('lifetime').textContent = lifetimeWords(times ?? {})
  }
  byId('issued').hidden = !issued || ![issued.accessToken, issued.idToken].includes(token)
}

function decoded(token) {
  if (token === '') return {}
  const result = {}
  try {
    result.header = decodeProtectedHeader(token)
    result.claims = decodeJwt(token)
    result.times = timesOf(token)
  } catch (error) {
    result.error = error
  }
  return result
}

function timesOf(token) {
  const { issuedAt, notBefore, expiresAt } = tokenTimes(token)
  const times = { issuedAt, notBefore, expiresAt }
  // As it was planned when the token was issued, so that the mark stays where it is once the moment has passed.
  if (expiresAt !== undefined) {
    const { at } = nextRefresh(token, { jitter: 0, now: issuedAt })
    if (at < expiresAt) times.refreshAt = at
  }
  return times
}

function decide() {
  policy.offer(reading.claims ?? {})
  const verdict = judged()
  verdictView.show(verdict)
  const mark = byId('claims-trust')
  const refused = verdict.state === 'bad'
  mark.dataset.state = verdict.signed ? 'good' : refused ? 'bad' : ''
  mark.textContent = verdict.signed
    ? 'signed by a key of yours'
    : refused
      ? 'not to be believed'
      : 'unverified: anyone could have written them'
}

/** @returns {import('./verdict.js').Verdict & { signed?: boolean }} */
function judged() {
  const token = tokenField.token
  if (token === '') {
    return {
      state: 'empty',
      title: 'No token yet',
      text: 'Paste one above, log in for a real one, or sign a sample here.',
    }
  }
  let options
  try {
    options = policy.options(reading.claims?.iss)
    if (options) judge.policy(options)
  } catch (error) {
    const problem = error.message.replace(/^createVerifier: /, '')
    return { state: 'warn', title: 'Not verified: the policy cannot be used', text: sentence(problem), error }
  }
  if (options) return judge.verdict(token, policy.expected, reading.claims ?? {})
  if (reading.error) {
    const title = reading.claims ? 'Read, but its times are no times' : 'This cannot be read as a token'
    return { state: 'bad', title, text: sentence(reading.error.message), error: reading.error }
  }
  return {
    state: 'read',
    title: 'Read, not verified',
    text: 'Fetch or paste the issuer’s keys, and name the audience, for a verdict.',
  }
}

function tick() {
  if (document.hidden || tokenField.token === '') return
  if (reading.times) {
    timesPanel.tick(now())
    timeline.tick(now())
  }
  decide()
}

function say(text) {
  byId('announce').textContent = text
}

function copies(id, text) {
  const button = byId(id)
  let timer
  button.addEventListener('click', async () => {
    const written = await navigator.clipboard.writeText(text()).then(
      () => 'Copied',
      () => 'Not allowed',
    )
    button.textContent = written
    say(written)
    clearTimeout(timer)
    timer = setTimeout(() => {
      button.textContent = 'Copy'
    }, 1600)
  })
}

function offerSamples() {
  for (const sample of sampled.samples) {
    const button = element('button', { type: 'button' }, sample.name)
    button.addEventListener('click', async () => {
      const [token, keys] = await Promise.all([sample.token(Math.floor(now())), sampled.sampleKeys()])
      policy.fill({ issuer: sampled.issuer, audience: sampled.audience, keys })
      tokenField.set(token, `${sample.says} Made in this tab just now, along with its key.`)
    })
    byId('samples').append(button)
  }
}

function showIssued() {
  const kind = document.querySelector('#issued input:checked').value
  const { provider, accessToken, idToken } = issued
  policy.fill({ issuer: provider.issuer, audience: kind === 'id' ? provider.clientId : provider.resource })
  tokenField.set(
    kind === 'id' ? idToken : accessToken,
    kind === 'id'
      ? 'An ID token, for the client alone. No API may take it.'
      : 'An access token, for the API that is its audience.',
  )
}

async function login() {
  const button = byId('login')
  button.disabled = true
  try {
    const provider = await localProvider()
    if (!provider) throw new Error('No provider is running beside this page. npm start starts one.')
    await beginLogin(provider)
  } catch (error) {
    tokenField.note(
      error instanceof TypeError ? 'The provider cannot be reached. Is npm start still running?' : error.message,
    )
    button.disabled = false
  }
}

async function returned() {
  try {
    issued = await finishLogin()
    apiPanel.signedIn(issued)
    showIssued()
    tokenField.focus()
    await policy.fetchKeys()
  } catch (error) {
    tokenField.note(error.message)
  }
}

byId('login').addEventListener('click', login)
byId('issued').addEventListener('change', showIssued)
byId('clear').addEventListener('click', () => {
  tokenField.set('')
  tokenField.focus()
})
copies('copy-token', () => tokenField.token)
copies('copy-header', () => headerPart.json)
copies('copy-claims', () => claimsPart.json)
copies('copy-trace', () => verdictView.trace)
byId('zone').textContent = zone()
offerSamples()
setInterval(tick, 1000)
document.addEventListener('visibilitychange', tick)
// The provider's page may hand back this page as it was left, with the button still disabled.
addEventListener('pageshow', () => {
  byId('login').disabled = false
})
if (isReturning()) await returned()
