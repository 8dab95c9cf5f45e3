import { byId, element } from './dom.js'

/** Longer texts are shown without colours, so that typing stays quick. */
const COLOURED_LENGTH = 100_000

const NAMES = ['header', 'claims', 'signature']

/** What people copy along with a token: the header's name, the scheme, white space around it. */
const AROUND = /^\s*(?:authorization\s*:\s*)?(?:bearer\s+)?["']?([^\s"']+)["']?\s*$/i

/** The token's text field: a textarea, with the same text in colours behind it. */
export class TokenField {
  #field = /** @type {HTMLTextAreaElement} */ (byId('token'))
  #onChange

  /** @param {(token: string) => void} onChange called after each change, by hand or by `set` */
  constructor(onChange) {
    this.#onChange = onChange
    this.#field.addEventListener('input', (event) => {
      if (event.inputType === 'insertFromPaste') this.#pasted(this.#field.value)
      else this.#changed('')
    })
    // Pasting works without a click into the field first.
    document.addEventListener('paste', (event) => {
      if (event.target.closest('input, textarea')) return
      this.#pasted(event.clipboardData.getData('text/plain'))
      this.focus()
    })
  }

  get token() {
    return this.#field.value
  }

  /**
   * @param {string} token
   * @param {string} [note] said below the field until the next change
   */
  set(token, note = '') {
    this.#field.value = token
    this.#changed(note)
  }

  /** @param {string} text said below the field until the next change */
  note(text, tone = 'bad') {
    const node = byId('token-note')
    node.textContent = text
    node.dataset.tone = tone
  }

  focus() {
    this.#field.focus()
  }

  #pasted(text) {
    const bare = AROUND.exec(text)?.[1] ?? text
    this.#field.value = bare
    this.#changed(
      bare === text ? '' : 'Left away what stood around the token. The library itself takes the bare token only.',
    )
  }

  #changed(note) {
    const token = this.#field.value
    this.note(note, '')
    byId('copy-token').disabled = token === ''
    byId('clear').disabled = token === ''
    this.#colour(token)
    this.#onChange(token)
  }

  #colour(token) {
    const plain = token.length > COLOURED_LENGTH
    byId('editor').classList.toggle('plain', plain)
    const segments = token.split('.', 6)
    const coloured = plain ? [] : segments.map((text, index) => colouredSegment(text, index))
    // The last, empty line keeps the two texts equally high when the token ends with a line end.
    byId('colours').replaceChildren(...coloured, '\n')
    byId('segments').replaceChildren(
      ...(segments.length === 3 && token.length > 2
        ? segments.map((text, index) =>
            element('span', { class: `s${index}` }, `${NAMES[index]} ${text.length.toLocaleString()}`),
          )
        : []),
    )
  }
}

function colouredSegment(text, index) {
  const segment = element('span', { class: index < 3 ? `s${index}` : 'over' }, text)
  return index === 0 ? segment : element('span', {}, element('span', { class: 'dot' }, '.'), segment)
}
