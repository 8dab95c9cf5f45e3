import { byId, citation, element } from './dom.js';
import { claimMembers, dateClaims, headerMembers } from './members.js';
import { local } from './time-words.js';

/** More of one value than this is not drawn; copying gives the whole. */
const SHOWN_LENGTH = 20_000;

/** One of the two decoded parts of a token, as a list with explanations or as JSON. */
class Part {
  #id;
  #members;
  #object;
  #asJson = false;

  constructor(id, members) {
    this.#id = id;
    this.#members = members;
    const view = byId(`${id}-view`);
    view.addEventListener('click', () => {
      this.#asJson = !this.#asJson;
      view.setAttribute('aria-pressed', String(this.#asJson));
      this.#draw();
    });
  }

  /** @param {Record<string, unknown>} object */
  show(object) {
    this.#object = object;
    this.#draw();
  }

  get json() {
    return JSON.stringify(this.#object, null, 2);
  }

  #draw() {
    byId(this.#id).replaceChildren(this.#asJson ? element('pre', { class: 'json', tabindex: '0' }, shortened(this.json)) : this.#list());
  }

  #list() {
    const entries = Object.entries(this.#object);
    if (entries.length === 0) return element('p', { class: 'silent' }, 'An empty object.');
    return element('dl', { class: `members of-${this.#id}-set` }, ...entries.map(([name, value]) => this.#member(name, value)));
  }

  #member(name, value) {
    const known = Object.hasOwn(this.#members, name) ? this.#members[name] : undefined;
    const title = element('dt', {}, name);
    if (known?.rfc) title.append(citation(known.rfc));
    const rows = [title, element('dd', { class: 'value' }, shortened(shown(value)))];
    if (this.#id === 'claims' && dateClaims.has(name) && typeof value === 'number') {
      rows.push(element('dd', { class: 'hint' }, local(value)));
    }
    if (known) rows.push(element('dd', { class: known.caution ? 'hint caution' : 'hint' }, known.says));
    return element('div', { class: 'member' }, ...rows);
  }
}

export const headerPart = new Part('header', headerMembers);
export const claimsPart = new Part('claims', claimMembers);

const shown = (value) => (typeof value === 'object' && value !== null ? JSON.stringify(value, null, 2) : JSON.stringify(value));

function shortened(text) {
  if (text.length <= SHOWN_LENGTH) return text;
  return `${text.slice(0, SHOWN_LENGTH)}\n… ${(text.length - SHOWN_LENGTH).toLocaleString()} more characters`;
}
