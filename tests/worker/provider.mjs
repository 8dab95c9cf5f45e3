// oidc-provider with tokens for machines (RFC 6749 §4.4), and keys that change while it serves.
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'

export const AUDIENCE = 'https://api.example'
const CLIENT = { id: 'machine', secret: 'for tests only' }

/**
 * @returns {Promise<{ issuer: string, fetches: Map<string, number>, token(scope?: string): Promise<string>, publish(): void, rotate(): void, retire(): void, close(): Promise<void> }>}
 * `fetches` counts the requests by path. A key is changed in three steps, as RFC 7517 §4.5 has it in mind and providers do it: `publish` the next
 * one beside the one in use, `rotate` to sign with it, `retire` the former one.
 */
export async function startMachineProvider() {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${server.address().port}`
  const fetches = new Map()
  let keys = [newKey()]
  let answer

  // oidc-provider signs with the first key that fits, and reads its keys once: with other keys it is another instance under the same name.
  const serve = (next) => {
    keys = next
    answer = new Provider(issuer, configuration(keys)).callback()
  }
  serve(keys)
  server.on('request', (request, response) => {
    const { pathname } = new URL(request.url, issuer)
    fetches.set(pathname, (fetches.get(pathname) ?? 0) + 1)
    answer(request, response)
  })

  return {
    issuer,
    fetches,
    async token(scope = 'read write') {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { Authorization: `Basic ${btoa(`${CLIENT.id}:${encodeURIComponent(CLIENT.secret)}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: AUDIENCE, scope }),
      })
      const { access_token: token } = await response.json()
      if (!token) throw new Error(`No token: ${response.status}`)
      return token
    },
    publish: () => serve([...keys, newKey()]),
    rotate: () => serve([...keys.slice(1), keys[0]]),
    retire: () => serve(keys.slice(0, -1)),
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function newKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'ES256' }
}

const configuration = (keys) => ({
  jwks: { keys },
  clients: [
    {
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: 'ES256',
    },
  ],
  enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
  ttl: { ClientCredentials: 300 },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({
        scope: 'read write',
        audience: AUDIENCE,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
})
