// A tab with a manager in it, and what it has been told.
import { createTokenManagerIn } from '../../target/npm/parts/default/spa/manager.js'
import { FakeProvider, World } from './world.mjs'

export { FakeProvider, World } from './world.mjs'

const EVENTS = ['refreshed', 'expiring', 'expired', 'refreshfailed', 'signedout']

/** Opens a tab whose manager asks the provider. `options.refresh` may be another one. */
export function openTab(world, provider, options = {}, tabOptions = {}) {
  const tab = world.open(tabOptions)
  return addManager(tab, provider, options)
}

/** A manager in a tab, beside those that are there. */
export function addManager(tab, provider, options = {}) {
  const manager = createTokenManagerIn(tab.environment, { refresh: provider.refresher(tab), ...options })
  const events = []
  for (const name of EVENTS) {
    manager.addEventListener(name, (event) => events.push({ type: event.type, at: tab.world.time, ...event.detail }))
  }
  const names = () => events.map(({ type }) => type)
  const count = (type) => names().filter((name) => name === type).length
  return Object.assign(Object.create(tab), { tab, manager, events, names, count })
}

/** One tab that is signed in, at the beginning of a token's life. */
export async function signedIn({ world = new World(), provider = new FakeProvider(world), options, tabOptions } = {}) {
  const tab = openTab(world, provider, options, tabOptions)
  await world.until(tab.manager.signIn(provider.signIn()))
  await world.advance(100)
  return { world, provider, tab, manager: tab.manager }
}
