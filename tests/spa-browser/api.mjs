// A resource server that has not its verdict from jotgate: answers with the name in a good token, and challenges any other (RFC 6750 §3).
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRemoteJWKSet, errors, jwtVerify } from 'jose'

/**
 * @param {object} options
 * @param {string} options.issuer whose keys are fetched with the first request
 * @param {string} options.audience
 * @param {string[]} [options.origins] of pages that may read the answers
 * @returns {Promise<{ url: string, seen: { accepted: number, refused: number, missing: number }, close(): Promise<void> }>}
 */
export async function startApi({ issuer, audience, origins = [] }) {
  const seen = { accepted: 0, refused: 0, missing: 0 }
  let keys
  const verified = async (token) => {
    // Kept: that the provider is down is to be felt by its clients, not here.
    keys ??= createRemoteJWKSet(new URL(await keySetOf(issuer)), { cacheMaxAge: Number.POSITIVE_INFINITY })
    return jwtVerify(token, keys, { issuer, audience, typ: 'at+jwt', requiredClaims: ['exp', 'sub'] })
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
      const { payload } = await verified(token)
      const wanted = new URL(request.url, 'http://localhost').searchParams.get('scope')
      if (wanted && !payload.scope.split(' ').includes(wanted))
        return challenge(403, ` error="insufficient_scope", scope="${wanted}"`)
      seen.accepted++
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ name: payload.sub }))
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) return response.writeHead(500).end(String(error))
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

async function keySetOf(issuer) {
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  return (await response.json()).jwks_uri
}
