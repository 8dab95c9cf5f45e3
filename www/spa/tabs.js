import { byId, element } from '../dom.js'

// Who is here is asked of Web Locks: each tab holds one for as long as it lives, so that a tab which dies is gone from the list at once.
const HELD = 'jotgate-playground-tab:'

/** The number of this tab: the smallest that no other tab has. */
export const numbered = new Promise((resolve) => {
  const take = (number) =>
    navigator.locks.request(`${HELD}${number}`, { ifAvailable: true }, (lock) => {
      if (!lock) return void take(number + 1)
      resolve(number)
      return new Promise(() => {})
    })
  take(1)
})

/**
 * The tabs of this page, and which of them hold or wait for a lock.
 * @param {string} lock its name
 * @returns {Promise<Array<{ number: number, holds: boolean, waits: boolean }>>}
 */
export async function tabsWith(lock) {
  const { held = [], pending = [] } = await navigator.locks.query()
  const clients = (locks) => new Set(locks.filter(({ name }) => name === lock).map(({ clientId }) => clientId))
  const holding = clients(held)
  const waiting = clients(pending)
  return held
    .filter(({ name }) => name.startsWith(HELD))
    .map(({ name, clientId }) => ({
      number: Number(name.slice(HELD.length)),
      holds: holding.has(clientId),
      waits: waiting.has(clientId),
    }))
    .sort((one, other) => one.number - other.number)
}

/** The list of the tabs. Drawn anew only when it changes. */
export class TabsView {
  #drawn = ''

  show(tabs, own) {
    const drawn = JSON.stringify(tabs)
    if (drawn === this.#drawn) return
    this.#drawn = drawn
    byId('tabs').replaceChildren(
      ...tabs.map(({ number, holds, waits }) =>
        element(
          'li',
          { class: holds ? 'tab holds' : 'tab' },
          element('span', { class: 'tab-name' }, `Tab ${number}`),
          number === own ? element('span', { class: 'tab-own' }, 'this one') : '',
          holds ? element('span', { class: 'tab-lock' }, 'holds the lock') : '',
          waits ? element('span', { class: 'tab-wait' }, 'waits for it') : '',
        ),
      ),
    )
    document.title = `Tab ${own} · jotgate playground: SPA`
  }
}
