import { Auth0Client } from '/node_modules/@auth0/auth0-spa-js/dist/auth0-spa-js.production.esm.js'
import { drive, returning, stage } from '../drive.js'

const { provider, api } = await stage()

const client = new Auth0Client({
  domain: new URL(provider.issuer).origin,
  clientId: provider.clientId,
  authorizationParams: {
    redirect_uri: new URL('.', location.href).href,
    scope: provider.scope,
    audience: provider.resource,
  },
  useRefreshTokens: true,
  // Its own way of having one session in several tabs: in memory, each tab would sign in for itself.
  cacheLocation: 'localstorage',
})

drive({
  signIn: () => client.loginWithRedirect(),
  async start() {
    if (returning()) {
      await client.handleRedirectCallback()
      history.replaceState(null, '', location.pathname)
    }
  },
  async call() {
    const token = await client.getTokenSilently()
    return fetch(api, { headers: { Authorization: `Bearer ${token}` } })
  },
  signOut: () => client.logout({ openUrl: false }),
})
