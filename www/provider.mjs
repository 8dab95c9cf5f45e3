// An OpenID provider for development: real protocol, real signatures, everybody may sign in, nothing outlives the process.
import { generateKeyPair, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { promisify } from 'node:util'
import { errors, Provider } from 'oidc-provider'
import { badDays } from './provider-bad-days.mjs'

const CLIENT_ID = 'playground'
const SPA_CLIENT_ID = 'playground-spa'
const RESOURCE = 'https://api.example'
const SCOPES = ['read', 'write']
const SECONDS = {
  AccessToken: 300,
  IdToken: 300,
  AuthorizationCode: 60,
  Interaction: 600,
  Grant: 3600,
  Session: 3600,
  // Of each one: what rotation issues lives anew, so that a session lasts as long as it is used.
  RefreshToken: 3600,
}

const KEY_TYPES = {
  RS256: ['rsa', { modulusLength: 2048 }],
  PS256: ['rsa', { modulusLength: 2048 }],
  ES256: ['ec', { namedCurve: 'P-256' }],
  ES384: ['ec', { namedCurve: 'P-384' }],
  EdDSA: ['ed25519', {}],
}

/**
 * Starts the provider on loopback. Access tokens are JWTs (RFC 9068) for one resource (RFC 8707), for a public client with PKCE (RFC 7636);
 * refresh tokens rotate (RFC 9700 §2.2.2).
 *
 * @param {object} options
 * @param {number} [options.port] 0, the default, takes a free one
 * @param {string[]} options.redirectUris the addresses of the page; their origins may call the provider (CORS)
 * @param {keyof typeof KEY_TYPES} [options.algorithm] what access tokens are signed with
 * @param {number} [options.accessTokenLifetime] seconds
 * @param {number} [options.spaTokenLifetime] seconds, for the client of the page "SPA": `spa/` under each of `redirectUris`
 * @param {keyof typeof KEY_TYPES} [options.idTokenAlgorithm]
 * @param {object} [options.routes] other paths than the usual ones, by their names in oidc-provider
 * @param {string} [options.path] what the issuer's name has after its origin
 * @returns {Promise<{ issuer: string, clientId: string, spaClientId: string, resource: string, scope: string, badDays: ReturnType<typeof badDays>, close(): Promise<void> }>}
 */
export async function startProvider({
  port = 0,
  redirectUris,
  algorithm = 'ES256',
  accessTokenLifetime = SECONDS.AccessToken,
  spaTokenLifetime = 20,
  idTokenAlgorithm = 'ES256',
  routes = {},
  path = '',
}) {
  if (!(algorithm in KEY_TYPES)) throw new TypeError(`algorithm is one of ${Object.keys(KEY_TYPES).join(', ')}`)
  // The port has to be known first: it is part of the issuer's name.
  const server = createServer()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${server.address().port}${path}`
  const lifetimeFor = ({ clientId }) => (clientId === SPA_CLIENT_ID ? spaTokenLifetime : accessTokenLifetime)
  const origins = new Set(redirectUris.map((uri) => new URL(uri).origin))

  const provider = new Provider(issuer, {
    jwks: { keys: await Promise.all(Object.keys(KEY_TYPES).map(signingKey)) },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    clients: [
      publicClient(CLIENT_ID, redirectUris, idTokenAlgorithm),
      publicClient(
        SPA_CLIENT_ID,
        redirectUris.map((uri) => new URL('spa/', uri).href),
        idTokenAlgorithm,
      ),
    ],
    routes,
    clientBasedCORS: (_ctx, origin) => origins.has(origin),
    pkce: { required: () => true },
    enabledJWA: { idTokenSigningAlgValues: [idTokenAlgorithm] },
    ttl: { ...SECONDS, AccessToken: (_ctx, _token, client) => lifetimeFor(client) },
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: () => true,
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo(_ctx, resource) {
          if (resource !== RESOURCE) throw new errors.InvalidTarget()
          return {
            scope: SCOPES.join(' '),
            audience: RESOURCE,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: algorithm } },
          }
        },
      },
    },
    interactions: { url: (_ctx, { uid }) => `/login/${uid}` },
    loadExistingGrant: grantAll,
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  })
  const days = badDays(provider, origins)
  provider.use(exposeDate)
  provider.use(days.middleware)
  provider.use(loginPage(provider))
  server.on('request', provider.callback())

  return {
    issuer,
    clientId: CLIENT_ID,
    spaClientId: SPA_CLIENT_ID,
    resource: RESOURCE,
    scope: ['openid', ...SCOPES].join(' '),
    badDays: days,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function publicClient(clientId, redirectUris, idTokenAlgorithm) {
  return {
    client_id: clientId,
    token_endpoint_auth_method: 'none',
    redirect_uris: redirectUris,
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    id_token_signed_response_alg: idTokenAlgorithm,
  }
}

// What a page needs to measure how wrong its clock is, and how long to wait (RFC 9110 §6.6.1, §10.2.3); CORS hides both otherwise.
async function exposeDate(ctx, next) {
  await next()
  if (ctx.get('Origin')) ctx.append('Access-Control-Expose-Headers', ['Date', 'Retry-After'])
}

async function signingKey(alg) {
  const { privateKey } = await promisify(generateKeyPair)(...KEY_TYPES[alg])
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg }
}

// The page is the provider's own: whoever signs in has consented.
async function grantAll(ctx) {
  const { client, session, provider } = ctx.oidc
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
  grant.addOIDCScope('openid offline_access')
  grant.addResourceScope(RESOURCE, SCOPES.join(' '))
  await grant.save()
  return grant
}

function loginPage(provider) {
  return async (ctx, next) => {
    if (!ctx.path.startsWith('/login/')) return next()
    if (ctx.method === 'POST') {
      const accountId = new URLSearchParams(await textOf(ctx.req)).get('name')?.trim() || 'ada'
      ctx.respond = false
      return provider.interactionFinished(ctx.req, ctx.res, { login: { accountId } })
    }
    await provider.interactionDetails(ctx.req, ctx.res)
    ctx.type = 'html'
    ctx.set('Cache-Control', 'no-store')
    ctx.body = LOGIN_PAGE
  }
}

async function textOf(request) {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > 10_000) throw new errors.InvalidRequest('the form is too large')
  }
  return text
}

const LOGIN_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Local provider: sign in</title>
<style>
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 22rem; margin: 15vh auto; padding: 0 1rem }
  input, button { font: inherit; width: 100%; box-sizing: border-box; padding: .6rem; margin: .3rem 0 }
</style>
<h1>Sign in</h1>
<p>A provider on this machine, for development. Every name is good, and there is no password.</p>
<form method="post">
  <label>Name <input name="name" value="ada" maxlength="60" autocomplete="off"></label>
  <button autofocus>Sign in</button>
</form>
</html>`
