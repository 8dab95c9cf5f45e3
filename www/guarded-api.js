import { byId, citation, element } from './dom.js'

/** The token is never drawn beyond this; it is enough to tell one from another. */
const SHOWN_LENGTH = 12

const WORDS = {
  '': 'No token was sent, so the answer says only what is wanted.',
  invalid_request: 'The request itself is malformed.',
  invalid_token: 'The token is not good: it is not this issuer’s, it was changed, or its time is over.',
  insufficient_scope: 'The token is good, and does not allow this.',
}

const PARAMETERS = {
  realm: 'RFC 9110 §11.5',
  scope: 'RFC 6750 §3',
  error: 'RFC 6750 §3.1',
  error_description: 'RFC 6750 §3',
  resource_metadata: 'RFC 9728 §5.1',
}

/** Sends requests to the guarded API beside this page, and shows what became of them. */
export class ApiPanel {
  #say
  #sends = 0
  /** @type {import('./login.js').Issued | undefined} */
  #issued
  /** @type {string | undefined} */
  #narrow

  /** @param {(text: string) => void} say tells a screen reader */
  constructor(say) {
    this.#say = say
    byId('call').addEventListener('submit', (event) => {
      event.preventDefault()
      this.#send()
    })
  }

  /** @param {import('./login.js').Issued} issued whose tokens may be sent from now on */
  signedIn(issued) {
    this.#issued = issued
    this.#narrow = undefined
    for (const choice of document.querySelectorAll('#api-token input')) choice.disabled = false
    document.querySelector('#api-token input[value="good"]').checked = true
    note('')
  }

  async #send() {
    this.#sends += 1
    const mine = this.#sends
    const method = document.querySelector('#api-route input:checked').value
    const button = byId('api-send')
    button.setAttribute('aria-busy', 'true')
    note('')
    try {
      const { url } = await announced()
      const token = await this.#token(document.querySelector('#api-token input:checked').value)
      const request = { method, url: new URL('notes', url), token }
      const response = await call(request)
      // Of two answers, the one to the later request stays.
      if (mine === this.#sends) this.#show(request, response)
    } catch (error) {
      if (mine !== this.#sends) return
      byId('exchange').hidden = true
      note(
        error instanceof TypeError
          ? 'The API or the provider cannot be reached. Is npm start still running?'
          : error.message,
        'bad',
      )
    } finally {
      if (mine === this.#sends) button.removeAttribute('aria-busy')
    }
  }

  async #token(kind) {
    switch (kind) {
      case 'good':
        return this.#issued.accessToken
      case 'mangled':
        return mangled(this.#issued.accessToken)
      case 'narrow':
        this.#narrow ??= await this.#issued.narrowed('openid read')
        return this.#narrow
    }
  }

  #show(request, { status, challenge, body }) {
    const admitted = status < 400
    const error = challenge?.parameters.error ?? ''
    const verdict = `${status} ${admitted ? 'Let in' : 'Refused'}`
    byId('exchange').hidden = false
    byId('api-request').textContent = requestText(request)
    byId('api-answer').dataset.state = admitted ? 'good' : 'bad'
    byId('api-verdict').textContent = verdict
    byId('api-words').textContent = admitted
      ? 'The token is good and has the scope that this takes.'
      : (WORDS[error] ?? '')
    byId('api-challenge').replaceChildren(...(challenge ? [challengeList(challenge)] : []))
    byId('api-saw').replaceChildren(
      ...(admitted ? seen(body.saw) : [silent('Nothing. The request ended at the gate.')]),
    )
    this.#say(`${verdict}. ${byId('api-words').textContent}`)
  }
}

/** Where the API is; asked for at each call, because the page outlives `npm start`. */
async function announced() {
  const response = await fetch('api.json', { cache: 'no-store' })
  if (!response.ok) throw new Error('No API is running beside this page. npm start starts one.')
  return response.json()
}

async function call({ method, url, token }) {
  const response = await fetch(url, {
    method,
    headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    credentials: 'omit',
    cache: 'no-store',
  })
  const header = response.headers.get('WWW-Authenticate')
  return {
    status: response.status,
    challenge: header === null ? undefined : parsedChallenge(header),
    body: response.ok ? await response.json() : undefined,
  }
}

/** The scheme and the parameters of a challenge (RFC 9110 §11.6.1), of which a guard sends one. */
function parsedChallenge(header) {
  const [scheme] = header.split(' ', 1)
  const pairs = header.slice(scheme.length).matchAll(/([\w-]+)="((?:[^"\\]|\\.)*)"/g)
  return {
    scheme,
    parameters: Object.fromEntries(Array.from(pairs, ([, name, value]) => [name, value.replace(/\\(.)/g, '$1')])),
  }
}

function mangled(token) {
  const start = token.lastIndexOf('.') + 1
  return `${token.slice(0, start)}${token[start] === 'A' ? 'B' : 'A'}${token.slice(start + 1)}`
}

function requestText({ method, url, token }) {
  const lines = [`${method} ${url.pathname}`, `Host: ${url.host}`]
  if (token !== undefined) {
    lines.push(`Authorization: Bearer ${token.slice(0, SHOWN_LENGTH)}… (${token.length} characters)`)
  }
  return lines.join('\n')
}

function challengeList({ scheme, parameters }) {
  const rows = Object.entries(parameters).map(([name, value]) => row(name, value, citation(PARAMETERS[name] ?? '')))
  return element('dl', { class: 'members' }, row('WWW-Authenticate', scheme), ...rows)
}

/** The header fields that arrived: those that the API has added for the caller, and behind them what came along from the browser. */
function seen(fields) {
  const told = Object.keys(fields).filter((name) => name.startsWith('x-'))
  const others = Object.keys(fields).filter((name) => !told.includes(name))
  const list = (names) => element('dl', { class: 'members' }, ...names.map((name) => row(name, fields[name])))
  return [
    list(told),
    silent('authorization' in fields ? 'And the token.' : 'No token: it ended at the gate.'),
    element(
      'details',
      { class: 'more' },
      element('summary', {}, `${others.length} header fields of the browser`),
      list(others),
    ),
  ]
}

const silent = (text) => element('p', { class: 'silent' }, text)

function row(name, value, hint) {
  const node = element('div', { class: 'member' }, element('dt', {}, name), element('dd', { class: 'value' }, value))
  if (hint) node.append(element('dd', { class: 'hint' }, hint))
  return node
}

function note(text, tone = '') {
  const node = byId('api-note')
  node.textContent = text
  node.dataset.tone = tone
}
