// A resource server: answers with the name in a good token, and challenges any other (RFC 6750 §3).
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createVerifier } from '../../pkg/dist/default/index.js'

/**
 * @param {object} options
 * @param {string} options.issuer whose keys are fetched with the first request
 * @param {string} options.audience
 * @param {string[]} [options.origins] of pages that may read the answers
 * @returns {Promise<{ url: string, seen: { accepted: number, refused: number, missing: number }, close(): Promise<void> }>}
 */
export async function startApi({ issuer, audience, origins = [] }) {
  const seen = { accepted: 0, refused: 0, missing: 0 }
  let verifier
  const verifying = async () => {
    const { jwks_uri } = await json(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
    return createVerifier({ issuer, audience, jwks: await json(jwks_uri) })
  }
  const server = createServer(async (request, response) => {
    const { origin } = request.headers
    if (origins.includes(origin)) {
      response.setHeader('Access-Control-Allow-Origin', origin)
      response.setHeader('Access-Control-Allow-Headers', 'Authorization')
      response.setHeader('Access-Control-Expose-Headers', 'WWW-Authenticate')
      response.setHeader('Access-Control-Max-Age', '600')
    }
    if (request.method === 'OPTIONS') return response.writeHead(204).end()
    const challenge = (status, parameters) =>
      response.writeHead(status, { 'WWW-Authenticate': `Bearer${parameters}` }).end()
    const [, token] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? []
    if (!token) {
      seen.missing++
      return challenge(401, '')
    }
    try {
      verifier ??= await verifying()
      const { payload, scopes } = await verifier.verify(token)
      const wanted = new URL(request.url, 'http://localhost').searchParams.get('scope')
      if (wanted && !scopes.has(wanted)) return challenge(403, ` error="insufficient_scope", scope="${wanted}"`)
      seen.accepted++
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ name: payload.sub }))
    } catch {
      seen.refused++
      challenge(401, ' error="invalid_token"')
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    seen,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function json(url) {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url}: ${response.status}`)
  return response.json()
}
