// A real OpenID provider with the grant of RFC 8693, for a client that calls an API and for the gateway in front of it.
import { generateKeyPairSync } from 'node:crypto'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { errors, Provider } from 'oidc-provider'
import { listening } from './servers.mjs'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

export const GATEWAY = 'https://api.example'
export const ORDERS = 'https://orders.example'
const SCOPES = { [GATEWAY]: 'orders:read orders:write admin', [ORDERS]: 'orders:read orders:write' }

/** @returns {Promise<{ issuer: string, exchanges: number, tokenFor(scope: string): Promise<string> }>} */
export async function startProvider(context) {
  let callback
  const port = await listening(context, (request, response) => callback(request, response))
  const issuer = `http://127.0.0.1:${port}`
  const started = { issuer, exchanges: 0, tokenFor }

  const secret = (client_id, grant_types) => ({
    client_id,
    client_secret: `secret of ${client_id}`,
    grant_types,
    redirect_uris: [],
    response_types: [],
    id_token_signed_response_alg: 'ES256',
  })
  const provider = new Provider(issuer, {
    jwks: {
      keys: [{ ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), kid: 'a' }],
    },
    clients: [secret('app', ['client_credentials']), secret('gateway', [EXCHANGE])],
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    scopes: ['orders:read', 'orders:write', 'admin'],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: { enabled: true, getResourceServerInfo: (_ctx, resource) => resourceServer(resource) },
    },
  })

  function resourceServer(resource) {
    if (!SCOPES[resource]) throw new errors.InvalidTarget()
    return { scope: SCOPES[resource], audience: resource, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }
  }

  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`))
  provider.registerGrantType(
    EXCHANGE,
    async (ctx) => {
      started.exchanges += 1
      const { subject_token, subject_token_type, resource, scope } = ctx.oidc.params
      if (subject_token_type !== ACCESS_TOKEN) throw new errors.InvalidRequest('subject_token_type')
      const subject = await jwtVerify(subject_token, keys, { issuer, audience: GATEWAY }).catch(() => {
        throw new errors.InvalidGrant('subject_token')
      })
      const wanted = (scope ?? '').split(' ')
      const granted = subject.payload.scope.split(' ')
      if (!wanted.every((name) => granted.includes(name))) throw new errors.InvalidScope('too much', scope)
      const token = new provider.ClientCredentials({ client: ctx.oidc.client, scope })
      token.resourceServer = new provider.ResourceServer(resource, resourceServer(resource))
      ctx.body = {
        access_token: await token.save(),
        issued_token_type: ACCESS_TOKEN,
        token_type: token.tokenType,
        expires_in: token.expiration,
        scope,
      }
    },
    ['subject_token', 'subject_token_type', 'requested_token_type', 'resource', 'audience', 'scope'],
  )
  callback = provider.callback()

  async function tokenFor(scope) {
    const response = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('app:secret+of+app')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: GATEWAY, scope }),
    })
    const { access_token, ...others } = await response.json()
    if (!access_token) throw new Error(JSON.stringify(others))
    return access_token
  }

  return started
}
