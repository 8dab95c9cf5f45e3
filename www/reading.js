import { byId, citation, element } from './dom.js'
import { claimMembers, dateClaims, headerMembers } from './members.js'
import { local } from './time-words.js'

/** More of one value than this is not drawn; copying gives the whole. */
const SHOWN_LENGTH = 20_000

/** Longer names than these stand above their value, not beside it. */
const NAME_LENGTH = 11

/** Longer objects and arrays than these are laid out over several lines. */
const LINE_LENGTH = 56

/** One of the two decoded parts of a token, as a list with explanations or as JSON. */
class Part {
  #id
  #members
  #object
  #asJson = false

  constructor(id, members) {
    this.#id = id
    this.#members = members
    const view = byId(`${id}-view`)
    view.addEventListener('click', () => {
      this.#asJson = !this.#asJson
      view.setAttribute('aria-pressed', String(this.#asJson))
      this.#draw()
    })
  }

  /** @param {Record<string, unknown>} object */
  show(object) {
    this.#object = object
    this.#draw()
  }

  get json() {
    return JSON.stringify(this.#object, null, 2)
  }

  #draw() {
    byId(this.#id).replaceChildren(
      this.#asJson ? element('pre', { class: 'json', tabindex: '0' }, shortened(this.json)) : this.#list(),
    )
  }

  #list() {
    const entries = Object.entries(this.#object)
    if (entries.length === 0) return element('p', { class: 'silent' }, 'An empty object.')
    return element(
      'dl',
      { class: `members of-${this.#id}-set` },
      ...entries.map(([name, value]) => this.#member(name, value)),
    )
  }

  #member(name, value) {
    const known = Object.hasOwn(this.#members, name) ? this.#members[name] : undefined
    const rows = [
      element('dt', { class: name.length > NAME_LENGTH ? 'long' : undefined }, name),
      element('dd', { class: 'value' }, shortened(shown(value))),
    ]
    if (this.#id === 'claims' && dateClaims.has(name) && typeof value === 'number') {
      rows[1].append(element('span', { class: 'date' }, local(value)))
    }
    if (known) {
      const hint = element('dd', { class: known.caution ? 'hint caution' : 'hint' }, `${known.says} `)
      if (known.rfc) hint.append(citation(known.rfc))
      rows.push(hint)
    }
    return element('div', { class: 'member' }, ...rows)
  }
}

export const headerPart = new Part('header', headerMembers)
export const claimsPart = new Part('claims', claimMembers)

function shown(value) {
  const line = JSON.stringify(value)
  return typeof value === 'string' || line.length <= LINE_LENGTH ? line : JSON.stringify(value, null, 2)
}

function shortened(text) {
  if (text.length <= SHOWN_LENGTH) return text
  return `${text.slice(0, SHOWN_LENGTH)}\n… ${(text.length - SHOWN_LENGTH).toLocaleString()} more characters`
}
