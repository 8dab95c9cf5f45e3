// Issuers on loopback, over real HTTP: what is asked for is written down, and everything can be answered.
import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'

export const AUDIENCE = 'https://api.example'
export const OPENID = '/.well-known/openid-configuration'
export const OAUTH = '/.well-known/oauth-authorization-server'

const base64url = (data) => Buffer.from(data).toString('base64url')

/** A server whose every path is answered as `answers` says: with JSON, or by a function of request and response. */
export class IssuerServer {
  /** The paths that were asked for, in order. */
  asked = []
  answers = new Map()
  #server = createServer((request, response) => {
    this.asked.push(request.url)
    const answer = this.answers.get(request.url)
    if (typeof answer === 'function') answer(request, response)
    else if (answer === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })

  async listen() {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.origin = `http://127.0.0.1:${this.#server.address().port}`
    return this
  }

  /** What was asked for since this was last called. */
  news() {
    return this.asked.splice(0)
  }

  /** Cuts all connections. */
  cut() {
    this.#server.closeAllConnections()
  }

  async close() {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }
}

export const text =
  (body, status = 200, headers = {}) =>
  (_request, response) =>
    response.writeHead(status, headers).end(body)
export const hang = () => {}

/** A key pair, with the public key as the JWK of a set. */
export function keyPair(kid, alg = 'ES256') {
  const [type, options] = { ES256: ['ec', { namedCurve: 'P-256' }], RS256: ['rsa', { modulusLength: 2048 }] }[alg] ?? [
    alg.toLowerCase(),
    {},
  ]
  const { privateKey, publicKey } = generateKeyPairSync(type, options)
  return { alg, kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg } }
}

/** A token by this key; `claims` may be a text, signed as it is. */
export function tokenBy({ alg, kid, privateKey }, claims, header = {}) {
  const body = typeof claims === 'string' ? claims : JSON.stringify(claims)
  const input = `${base64url(JSON.stringify({ alg, kid, typ: 'JWT', ...header }))}.${base64url(body)}`
  const key = alg === 'ES256' ? { key: privateKey, dsaEncoding: 'ieee-p1363' } : privateKey
  return `${input}.${base64url(sign('sha256', Buffer.from(input), key))}`
}

/** The claims of a good token of this issuer. */
export function claimsOf(issuer, more = {}) {
  const now = Math.floor(Date.now() / 1000)
  return { iss: issuer, sub: 'user-1', aud: AUDIENCE, iat: now, exp: now + 600, ...more }
}

/** An issuer at a path of the server, with metadata for OpenID Connect Discovery and one key. */
export class Issuer {
  constructor(server, path = '', kid = 'k') {
    this.server = server
    this.path = path
    this.name = `${server.origin}${path}`
    this.keysPath = `${path.replace(/\/$/, '')}/keys`
    this.key = keyPair(kid)
    this.publish(this.key)
    server.answers.set(`${path.replace(/\/$/, '')}${OPENID}`, this.metadata())
  }

  metadata(more = {}) {
    return { issuer: this.name, jwks_uri: `${this.server.origin}${this.keysPath}`, ...more }
  }

  /** Makes these the keys of the set. */
  publish(...keys) {
    this.server.answers.set(this.keysPath, { keys: keys.map(({ jwk }) => jwk) })
  }

  token(more = {}, key = this.key) {
    return tokenBy(key, claimsOf(this.name, more))
  }
}

/** What a promise or call comes to, in one line, as in the suite of the runtimes. */
export async function outcome(call) {
  try {
    await call()
    return 'accept'
  } catch (error) {
    if (error instanceof TypeError) return `TypeError ${error.message}`
    return [error.code ?? `${error.name} ${error.message}`, ...(error.claim ? [error.claim, error.reason] : [])].join(
      ' ',
    )
  }
}
