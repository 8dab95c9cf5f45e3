// A service behind the guarded one: it says what it was sent.
import { listening } from './servers.mjs'

/**
 * @returns {Promise<{ origin: string, seen: { method: string, url: string, headers: [string, string][], body: string }[] }>}
 *   `seen`: each request as it came over the network; `/redirect?to=` answers with a redirect
 */
export async function startDownstream(context) {
  const seen = []
  const port = await listening(context, async (request, response) => {
    const { method, url, rawHeaders } = request
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const headers = []
    for (let index = 0; index < rawHeaders.length; index += 2) {
      headers.push([rawHeaders[index].toLowerCase(), rawHeaders[index + 1]])
    }
    seen.push({ method, url, headers, body })
    const { pathname, searchParams } = new URL(url, 'http://downstream')
    if (pathname !== '/redirect') return response.end('served')
    response.writeHead(307, { location: searchParams.get('to') })
    response.end()
  })
  return { origin: `http://127.0.0.1:${port}`, seen }
}

/** The values of a header field of a request. */
export function values({ headers }, name) {
  return headers.filter(([each]) => each === name).map(([, value]) => value)
}
