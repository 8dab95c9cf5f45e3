// A real OpenID provider whose signing keys are exchanged while it runs.
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { errors, Provider } from 'oidc-provider'
import { AUDIENCE } from './issuer-server.mjs'

const CLIENT = { client_id: 'load', client_secret: 'a secret for loopback only' }

/** Tokens of this provider hold all they say, so nothing has to be found again. */
class Forgetful {
  async upsert() {}
  async find() {}
  async destroy() {}
}

export class RotatingProvider {
  /** Of the key that signs, from 1. */
  generation = 0
  /** Requests, by path. */
  asked = {}
  #algorithm
  #keys = []
  #handle
  #server = createServer((request, response) => {
    const { pathname } = new URL(request.url, this.issuer)
    this.asked[pathname] = (this.asked[pathname] ?? 0) + 1
    this.#handle(request, response)
  })

  constructor(algorithm) {
    this.#algorithm = algorithm
  }

  async listen() {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.issuer = `http://127.0.0.1:${this.#server.address().port}`
    this.publishNext()
    this.rotate()
    return this
  }

  /** Publishes the next key, ahead of its use: OpenID Connect Core §10.1.1. */
  publishNext() {
    const [type, options] = {
      RS256: ['rsa', { modulusLength: 2048 }],
      ES256: ['ec', { namedCurve: 'P-256' }],
      EdDSA: ['ed25519', {}],
    }[this.#algorithm]
    const { privateKey } = generateKeyPairSync(type, options)
    const jwk = privateKey.export({ format: 'jwk' })
    this.#keys.push({ ...jwk, kid: `generation-${this.generation + 1}`, use: 'sig', alg: this.#algorithm })
    this.#serve()
  }

  /** Signs with the next key from now on; the one before stays published, and no older one. */
  rotate() {
    this.generation += 1
    const next = this.#keys.pop()
    this.#keys = [next, ...this.#keys.slice(0, 1)]
    this.#serve()
  }

  #serve() {
    const alg = this.#algorithm
    const provider = new Provider(this.issuer, {
      adapter: Forgetful,
      ttl: { ClientCredentials: 300 },
      jwks: { keys: this.#keys },
      cookies: { keys: ['of no use here'] },
      clients: [
        {
          ...CLIENT,
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
          id_token_signed_response_alg: alg,
        },
      ],
      enabledJWA: { idTokenSigningAlgValues: [alg] },
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo(_ctx, resource) {
            if (resource !== AUDIENCE) throw new errors.InvalidTarget()
            const accessTokenFormat = 'jwt'
            return {
              scope: 'read write',
              audience: AUDIENCE,
              accessTokenFormat,
              accessTokenTTL: 300,
              jwt: { sign: { alg } },
            }
          },
        },
      },
    })
    this.#handle = provider.callback()
  }

  /** An access token of RFC 9068 for the resource (RFC 8707), with the generation of its key. */
  async token() {
    const response = await fetch(`${this.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${CLIENT.client_id}:${encodeURIComponent(CLIENT.client_secret)}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: AUDIENCE, scope: 'read' }),
    })
    const answer = await response.json()
    if (!answer.access_token) throw new Error(`The provider has given no token: ${JSON.stringify(answer)}`)
    const { kid } = JSON.parse(Buffer.from(answer.access_token.split('.')[0], 'base64url'))
    return { text: answer.access_token, generation: Number(kid.split('-')[1]) }
  }

  async close() {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }
}
