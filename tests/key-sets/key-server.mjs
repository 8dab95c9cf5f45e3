// An endpoint for key sets on loopback, over real HTTP, with everything that can go wrong.
import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'

const JSON_TYPE = { 'content-type': 'application/json' }
const DRIP_INTERVAL = 20

/** What the server can do with a request, by name; each gets the server, the request, the response, and the set as text. */
const BEHAVIOURS = {
  good: (server, request, response, body) => {
    const { etag, cacheControl } = server
    const headers = { ...JSON_TYPE, ...(etag && { etag }), ...(cacheControl && { 'cache-control': cacheControl }) }
    const unchanged = etag !== undefined && request.headers['if-none-match'] === etag
    response.writeHead(unchanged ? 304 : 200, headers).end(unchanged ? undefined : body)
  },
  500: (_server, _request, response) => response.writeHead(500).end('out of order'),
  204: (_server, _request, response) => response.writeHead(204).end(),
  // Nobody asked with a condition.
  304: (_server, _request, response) => response.writeHead(304).end(),
  hang: () => {},
  // Headers at once, then a byte now and then, each of them acceptable JSON.
  drip: (_server, _request, response) => {
    response.writeHead(200, JSON_TYPE).write('{"keys":[')
    const timer = setInterval(() => response.write(' '), DRIP_INTERVAL)
    response.on('close', () => clearInterval(timer))
  },
  // To where a good set is.
  redirect: (server, _request, response) => response.writeHead(302, { location: `${server.origin}/elsewhere` }).end(),
  html: (_server, _request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Sign in'),
  empty: (_server, _request, response) => response.writeHead(200, JSON_TYPE).end('{"keys":[]}'),
  nothing: (_server, _request, response) => response.writeHead(200, JSON_TYPE).end(),
  half: (_server, _request, response, body) => response.writeHead(200, JSON_TYPE).end(body.slice(0, body.length / 2)),
  'no set': (_server, _request, response) => response.writeHead(200, JSON_TYPE).end('[]'),
  'two lists': (_server, _request, response, body) =>
    response.writeHead(200, JSON_TYPE).end(`${body.slice(0, -1)},"keys":[]}`),
  'not UTF-8': (_server, _request, response, body) =>
    response
      .writeHead(200, JSON_TYPE)
      .end(Buffer.concat([Buffer.from(body.slice(0, -1)), Buffer.from(',"x":"\xff"}', 'latin1')])),
  // Good otherwise.
  '5 MB': (_server, _request, response, body) =>
    response.writeHead(200, JSON_TYPE).end(`${body.slice(0, -1)},"x":"${'x'.repeat(5_000_000)}"}`),
  '5 MB, gzipped': (_server, _request, response, body) =>
    response
      .writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' })
      .end(gzipSync(`${body.slice(0, -1)},"x":"${'x'.repeat(5_000_000)}"}`)),
  '101 keys': (_server, _request, response, body) => {
    const { keys } = JSON.parse(body)
    response.writeHead(200, JSON_TYPE).end(JSON.stringify({ keys: Array.from({ length: 101 }, () => keys[0]) }))
  },
  reset: (_server, request) => request.socket.resetAndDestroy(),
  'reset in the body': (_server, request, response, body) => {
    response.writeHead(200, { ...JSON_TYPE, 'content-length': body.length })
    response.write(body.slice(0, body.length / 2), () => request.socket.resetAndDestroy())
  },
  flapping: (server, request, response, body) =>
    BEHAVIOURS[server.fetches % 2 === 1 ? 500 : 'good'](server, request, response, body),
}

/** The behaviours that bring no set. */
export const FAULTS = Object.keys(BEHAVIOURS).filter((name) => name !== 'good' && name !== 'flapping')

export class KeyServer {
  /** How the next requests are answered. */
  behaviour = 'good'
  /** The keys of the set, as JWKs. */
  keys = []
  /** Requests for the set since this was last set. */
  fetches = 0
  /** Requests for anything else and of other methods, which nobody should make. */
  strays = 0
  /** The headers of the last request. */
  headers = {}
  /** Milliseconds before each answer. */
  delay = 0
  etag
  cacheControl
  #server

  async listen() {
    this.#server = createServer((request, response) => {
      // For pages of other origins, as providers allow it; and a cookie that nobody should keep.
      response.setHeader('access-control-allow-origin', '*')
      response.setHeader('access-control-expose-headers', 'etag')
      response.setHeader('set-cookie', 'session=1; Path=/')
      if (request.method !== 'GET' || request.url !== '/jwks') {
        this.strays += 1
        response.writeHead(200, JSON_TYPE).end(JSON.stringify({ keys: this.keys }))
        return
      }
      this.fetches += 1
      this.headers = request.headers
      const answer = () => BEHAVIOURS[this.behaviour](this, request, response, JSON.stringify({ keys: this.keys }))
      if (this.delay > 0) setTimeout(answer, this.delay)
      else answer()
    })
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return this
  }

  get origin() {
    return `http://127.0.0.1:${this.#server.address().port}`
  }

  get url() {
    return `${this.origin}/jwks`
  }

  close() {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}
