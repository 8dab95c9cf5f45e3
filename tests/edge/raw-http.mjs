// HTTP/1.1 by hand, as no client sends what these tests send: the same field twice, odd white space, bytes that are no ASCII.
import { once } from 'node:events'
import { connect } from 'node:net'

/**
 * @param {number} port on 127.0.0.1
 * @param {{ method?: string, target?: string, host?: string, headers?: string[], body?: string }} request header fields as
 *   whole lines, sent as they are in ISO 8859-1
 * @returns {Promise<{ status: number, headers: [string, string][], body: string, raw: string }>} names in lower case
 */
export async function send(port, { method = 'GET', target = '/', host = 'api.example', headers = [], body = '' }) {
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...headers]
  if (body) lines.push(`Content-Length: ${Buffer.byteLength(body)}`)
  const socket = connect(port, '127.0.0.1')
  let raw = ''
  socket.setEncoding('latin1').on('data', (chunk) => {
    raw += chunk
  })
  socket.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1'))
  await once(socket, 'close')
  const end = raw.indexOf('\r\n\r\n')
  const [statusLine, ...fields] = raw.slice(0, end).split('\r\n')
  const answered = fields.map((field) => {
    const colon = field.indexOf(':')
    return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()]
  })
  const chunked = answered.some(([name, value]) => name === 'transfer-encoding' && value === 'chunked')
  const rest = raw.slice(end + 4)
  return { status: Number(statusLine.split(' ')[1]), headers: answered, body: chunked ? joined(rest) : rest, raw }
}

function joined(chunks) {
  let text = ''
  for (let rest = chunks; ; ) {
    const [size] = rest.split('\r\n', 1)
    const length = Number.parseInt(size, 16)
    if (!length) return text
    text += rest.slice(size.length + 2, size.length + 2 + length)
    rest = rest.slice(size.length + 2 + length + 2)
  }
}
