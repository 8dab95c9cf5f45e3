// A static server for development: one folder, loopback only.
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, sep } from 'node:path'

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
}

const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "script-src 'self' 'wasm-unsafe-eval'; frame-ancestors 'self'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

/**
 * @param {object} options
 * @param {string} options.folder what is served
 * @param {number} [options.port] 0, the default, takes a free one
 * @param {Record<string, object>} [options.documents] JSON documents that are in no file, by their path without the first slash; may be added to later
 * @param {Record<string, string>} [options.headers] instead of the default ones
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function servePage({ folder, port = 0, documents = {}, headers = {} }) {
  const root = await realpath(folder)
  const server = createServer(async (request, response) => {
    for (const [name, value] of Object.entries({ ...HEADERS, ...headers })) response.setHeader(name, value)
    if (request.method !== 'GET' && request.method !== 'HEAD') return response.writeHead(405).end()
    const path = pathOf(request.url)
    if (path !== undefined && Object.hasOwn(documents, path)) {
      return response.writeHead(200, { 'Content-Type': TYPES['.json'] }).end(JSON.stringify(documents[path]))
    }
    const file = path === undefined ? undefined : await fileAt(root, path)
    if (!file) return response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('Not found')
    response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' })
    if (request.method === 'HEAD') return response.end()
    createReadStream(file)
      .on('error', () => response.destroy())
      .pipe(response)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function pathOf(url) {
  try {
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname).slice(1)
    return path === '' || path.endsWith('/') ? `${path}index.html` : path
  } catch {}
}

// Links are followed before the folder is compared, so that nothing outside of it is served.
async function fileAt(root, path) {
  try {
    const file = await realpath(join(root, path))
    if (file.startsWith(root + sep) && (await stat(file)).isFile()) return file
  } catch {}
}
