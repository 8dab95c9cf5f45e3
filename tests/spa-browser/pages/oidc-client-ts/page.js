import { drive, returning, stage } from '../drive.js'

const { UserManager, WebStorageStateStore } = globalThis.oidc
const { provider, api } = await stage()

const users = new UserManager({
  authority: provider.issuer,
  client_id: provider.clientId,
  redirect_uri: new URL('.', location.href).href,
  scope: provider.scope,
  resource: provider.resource,
  automaticSilentRenew: true,
  // Its own way of having one session in several tabs.
  userStore: new WebStorageStateStore({ store: localStorage }),
})

drive({
  signIn: () => users.signinRedirect(),
  async start() {
    if (returning()) {
      await users.signinCallback()
      history.replaceState(null, '', location.pathname)
    }
  },
  async call() {
    const user = await users.getUser()
    if (!user) return undefined
    return fetch(api, { headers: { Authorization: `Bearer ${user.access_token}` } })
  },
  signOut: () => users.removeUser(),
})
