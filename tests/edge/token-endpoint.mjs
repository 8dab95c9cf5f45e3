// A token endpoint that exchanges tokens (RFC 8693), counts, and fails on request.
import { once } from 'node:events'
import { listening } from './servers.mjs'
import { issued } from './tokens.mjs'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/**
 * @returns {Promise<{ url: string, asked: { authorization?: string, body: URLSearchParams }[], answer(request: object): object }>}
 *   `asked`: the requests so far. `answer` may be replaced: it gets a request and answers `{ status, headers, body }`, of which
 *   `body` may be a text, an object for JSON, or `hang`
 */
export async function startTokenEndpoint(context) {
  const endpoint = { asked: [], answer: exchanged, inFlight: 0, most: 0 }
  const port = await listening(context, async (request, response) => {
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += chunk
    const asked = { ...request.headers, method: request.method, body: new URLSearchParams(text) }
    endpoint.asked.push(asked)
    endpoint.inFlight += 1
    endpoint.most = Math.max(endpoint.most, endpoint.inFlight)
    const answer = await endpoint.answer(asked)
    endpoint.inFlight -= 1
    if (answer === 'hang') return once(response, 'close')
    if (answer === 'reset') return request.socket.destroy()
    const { status = 200, headers = {}, body = {} } = answer
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  endpoint.url = `http://127.0.0.1:${port}/token`
  return endpoint
}

/** A good answer, with `more` of it. */
export async function exchanged({ body }, more = {}) {
  if (body.get('grant_type') !== EXCHANGE || body.get('subject_token_type') !== ACCESS_TOKEN) {
    return { status: 400, body: { error: 'unsupported_grant_type' } }
  }
  count += 1
  const scope = body.get('scope') ?? undefined
  const aud = body.get('audience') ?? body.get('resource')
  const access_token = await issued({ aud, scope, act: { sub: 'gateway' }, jti: `exchanged ${count}` })
  return {
    body: { access_token, issued_token_type: ACCESS_TOKEN, token_type: 'Bearer', expires_in: 300, scope, ...more },
  }
}

let count = 0
