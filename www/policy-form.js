import { byId } from './dom.js'
import { fetchKeys } from './key-source.js'

const field = (id) => /** @type {HTMLInputElement} */ (byId(id))
const words = (id) =>
  field(id)
    .value.split(/[\s,]+/)
    .filter(Boolean)

/** What the reader trusts: the fields from which the options of `createVerifier` are made. */
export class PolicyForm {
  #onChange
  #fetches = 0

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.#onChange = onChange
    for (const id of ['issuer', 'audience', 'keys', 'profile', 'tolerance', 'algorithms', 'scopes']) {
      field(id).addEventListener('input', () => {
        if (id === 'issuer') note('issuer-note', '')
        this.#changed()
      })
    }
    byId('fetch-keys').addEventListener('click', () => this.fetchKeys())
    field('issuer').addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.fetchKeys()
    })
    byId('clear-policy').addEventListener('click', () => {
      this.fill({ issuer: '', audience: '', keys: '' })
      field('issuer').focus()
    })
    for (const name of ['issuer', 'audience']) {
      byId(`take-${name}`).addEventListener('click', () => {
        this.fill({ [name]: byId(`take-${name}`).dataset.value })
        field(name).focus()
        note(
          'issuer-note',
          'Taken from the token. Anyone can write a token: keep it only if you trust this name.',
          'warn',
        )
      })
    }
  }

  /**
   * Fills in fields and leaves the others as they are.
   * @param {{ issuer?: string, audience?: string, keys?: string }} values
   */
  fill(values) {
    // An answer that is still under way would overwrite what is filled in here.
    this.#fetches += 1
    for (const [name, value] of Object.entries(values)) field(name).value = value
    note('issuer-note', '')
    this.#changed()
  }

  /** Puts the issuer's key set into the keys field. */
  async fetchKeys() {
    const issuer = field('issuer').value.trim()
    if (issuer === '') {
      note('issuer-note', 'Which issuer? Its address is needed to find its keys.', 'bad')
      field('issuer').focus()
      return
    }
    this.#fetches += 1
    const mine = this.#fetches
    const button = /** @type {HTMLButtonElement} */ (byId('fetch-keys'))
    note('issuer-note', 'Fetching…')
    button.setAttribute('aria-busy', 'true')
    try {
      const jwks = await fetchKeys(issuer)
      if (mine !== this.#fetches) return
      field('keys').value = laidOut(jwks)
      note('issuer-note', '')
      this.#changed()
    } catch (error) {
      if (mine === this.#fetches) note('issuer-note', error.message, 'bad')
    } finally {
      button.removeAttribute('aria-busy')
    }
  }

  /**
   * Offers the token's own issuer and audience to be taken over.
   * @param {{ iss?: unknown, aud?: unknown }} claims
   */
  offer({ iss, aud }) {
    const [audience] = Array.isArray(aud) ? aud : [aud]
    for (const [name, value] of [
      ['issuer', iss],
      ['audience', audience],
    ]) {
      const button = byId(`take-${name}`)
      button.hidden = typeof value !== 'string' || value === '' || value === field(name).value
      button.dataset.value = button.hidden ? '' : value
    }
  }

  /** The names that the token has to bear; empty where none is given. */
  get expected() {
    return { iss: field('issuer').value.trim(), aud: words('audience').join(' or ') }
  }

  /**
   * The options for `createVerifier`, or undefined while there is no key.
   * @param {unknown} iss the token's own issuer, which is taken while none is named: a verifier needs one
   * @throws {Error} with a sentence for people
   */
  options(iss) {
    const jwks = this.#keys()
    if (jwks === undefined) return undefined
    const issuer = this.expected.iss || iss
    if (typeof issuer !== 'string') throw new Error('Name the issuer: the token names none.')
    const audience = words('audience')
    const algorithms = words('algorithms')
    const scopes = words('scopes')
    return {
      issuer,
      audience: audience.length > 0 ? audience : null,
      jwks,
      ...(algorithms.length > 0 && { algorithms }),
      ...(scopes.length > 0 && { requiredScopes: scopes }),
      profile: field('profile').value,
      clockTolerance: field('tolerance').valueAsNumber || 0,
      backend: 'wasm',
    }
  }

  #keys() {
    const text = field('keys').value.trim()
    if (text === '') return undefined
    if (text.startsWith('-----BEGIN')) return text
    try {
      return JSON.parse(text)
    } catch {
      throw new Error('These keys are neither JSON nor PEM. A secret goes in as a JWK with kty “oct”.')
    }
  }

  #changed() {
    try {
      note('keys-note', describe(this.#keys()))
    } catch (error) {
      note('keys-note', error.message, 'bad')
    }
    this.#onChange()
  }
}

function note(id, text, tone) {
  const node = byId(id)
  node.textContent = text
  if (tone) node.dataset.tone = tone
  else delete node.dataset.tone
}

/** The keys in a line: how many, of which kind, under which names. */
function describe(jwks) {
  if (jwks === undefined) return ''
  if (typeof jwks === 'string') return 'One public key.'
  const keys = Array.isArray(jwks?.keys) ? jwks.keys : [jwks]
  const names = keys.slice(0, 4).map((key) => {
    const kind = key?.alg ?? key?.crv ?? key?.kty ?? 'unknown'
    return key?.kid ? `${kind} “${shortened(String(key.kid))}”` : String(kind)
  })
  const rest = keys.length > names.length ? ', …' : ''
  return `${keys.length} ${keys.length === 1 ? 'key' : 'keys'}: ${names.join(', ')}${rest}`
}

const shortened = (name) => (name.length > 16 ? `${name.slice(0, 8)}…` : name)

function laidOut(json) {
  try {
    return JSON.stringify(JSON.parse(json), null, 2)
  } catch {
    return json
  }
}
