// What goes wrong on this machine, the same in all tabs of the page: its clock, and its network. Feigned, for the page's scripts alone; has to be
// loaded before the manager.

const channel = new BroadcastChannel('jotgate-playground-weather')
const honestNow = Date.now
const honestFetch = globalThis.fetch
const listeners = new Set()

let weather = { clock: 0, offline: false }

Date.now = () => honestNow() + weather.clock * 1000
globalThis.fetch = (...request) =>
  weather.offline ? Promise.reject(new TypeError('Failed to fetch')) : honestFetch(...request)
Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => !weather.offline })

/** The machine's real clock, in seconds: the provider's as well. */
export const serverNow = () => honestNow() / 1000

/** Past the feigned loss of the network: for what this page asks about the weather itself. */
export const reach = (...request) => honestFetch(...request)

/** @returns {{ clock: number, offline: boolean }} `clock` in seconds: how far it is ahead */
export const current = () => weather

/** @param {(weather: { clock: number, offline: boolean }) => void} listener called at each change */
export const onChange = (listener) => listeners.add(listener)

/** @param {{ clock?: number, offline?: boolean }} change */
export function set(change) {
  apply({ ...weather, ...change })
  channel.postMessage(weather)
}

function apply(next) {
  const before = weather
  weather = next
  if (before.offline !== next.offline) dispatchEvent(new Event(next.offline ? 'offline' : 'online'))
  for (const listener of listeners) listener(weather)
}

channel.onmessage = ({ data }) => {
  if (data !== 'what is it like?') apply(data)
  else if (weather.clock !== 0 || weather.offline) channel.postMessage(weather)
}
// A tab that is opened on a bad day finds it bad.
channel.postMessage('what is it like?')
