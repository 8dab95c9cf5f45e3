import * as oauth from './dist/oauth4webapi.js'

/** What has to outlive the way to the provider and back; holds no token, and is deleted on return. */
const STORED = 'jotgate.login'

/** This page, without query and fragment: where the provider sends the reader back to. */
const here = () => new URL('.', location.href).href

/** The provider runs on this machine, where http is fine (RFC 8252 §8.3). */
const loopback = { [oauth.allowInsecureRequests]: true }

/** @typedef {{ issuer: string, clientId: string, resource: string, scope?: string }} Provider */

/**
 * The local provider, or undefined when none is announced beside the page.
 * @returns {Promise<Provider | undefined>}
 */
export async function localProvider() {
  const response = await fetch('provider.json', { cache: 'no-store' })
  return response.ok ? response.json() : undefined
}

/** The provider's metadata (RFC 8414). */
export async function serverOf(issuer) {
  const url = new URL(issuer)
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, { ...loopback, algorithm: 'oidc' }))
}

/**
 * Leaves the page for the provider: authorization code with PKCE (RFC 7636), for an access token of `resource` (RFC 8707).
 * @param {Provider} provider
 */
export async function beginLogin(provider) {
  const server = await serverOf(provider.issuer)
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const nonce = oauth.generateRandomNonce()
  sessionStorage.setItem(STORED, JSON.stringify({ provider, verifier, state, nonce }))
  const url = new URL(server.authorization_endpoint)
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: provider.clientId,
    redirect_uri: here(),
    scope: provider.scope ?? 'openid',
    resource: provider.resource,
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString()
  location.assign(url)
}

/** Whether this load of the page is the provider's answer. */
export const isReturning = () => {
  const parameters = new URLSearchParams(location.search)
  return parameters.has('state') && (parameters.has('code') || parameters.has('error'))
}

/**
 * Changes the code in the address for tokens, and the address back to the page's own.
 * @returns {Promise<Issued>} rejects with a sentence for people
 *
 * @typedef {object} Issued
 * @property {Provider} provider
 * @property {string} accessToken
 * @property {string} [idToken]
 * @property {Response} response as the token endpoint gave it, unread
 * @property {(scope: string) => Promise<string>} narrowed another access token, for fewer scopes (RFC 6749 §6); rejects with a sentence for people
 */
export async function finishLogin() {
  const answer = new URL(location.href)
  history.replaceState(null, '', here())
  const stored = JSON.parse(sessionStorage.getItem(STORED) ?? 'null')
  sessionStorage.removeItem(STORED)
  if (!stored) throw new Error('This tab did not start that login. Please start again.')
  const { provider, verifier, state, nonce } = stored
  try {
    const server = await serverOf(provider.issuer)
    const client = { client_id: provider.clientId }
    const parameters = oauth.validateAuthResponse(server, client, answer, state)
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.None(),
      parameters,
      here(),
      verifier,
      {
        ...loopback,
        additionalParameters: { resource: provider.resource },
      },
    )
    // ID tokens are judged by the server's clock: this one may be wrong.
    const date = Date.parse(response.headers.get('Date'))
    if (date) client[oauth.clockSkew] = Math.round((date - Date.now()) / 1000)
    const copy = response.clone()
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, copy, { expectedNonce: nonce })
    return {
      provider,
      accessToken: tokens.access_token,
      idToken: tokens.id_token,
      response,
      narrowed: narrowing(server, client, tokens.refresh_token, provider.resource),
    }
  } catch (error) {
    throw new Error(inWords(error), { cause: error })
  }
}

// The refresh token stays in this closure; each use changes it for the next one (RFC 9700 §2.2.2).
function narrowing(server, client, refreshToken, resource) {
  return async (scope) => {
    try {
      const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refreshToken, {
        ...loopback,
        additionalParameters: { scope, resource },
      })
      const tokens = await oauth.processRefreshTokenResponse(server, client, response)
      refreshToken = tokens.refresh_token ?? refreshToken
      return tokens.access_token
    } catch (error) {
      throw new Error(inWords(error), { cause: error })
    }
  }
}

function inWords(error) {
  if (error instanceof oauth.AuthorizationResponseError) {
    return error.error === 'access_denied'
      ? 'The login was cancelled.'
      : `The provider refused the login: ${error.error}.`
  }
  if (error instanceof oauth.ResponseBodyError) return `The provider refused to issue a token: ${error.error}.`
  if (error instanceof TypeError) return 'The provider cannot be reached. Is npm start still running?'
  return 'The login did not succeed. Please start again.'
}
