// RFC 6750 §2.1 and §3: the same requests to every adapter, byte for byte over real connections.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { send } from './raw-http.mjs'
import { adapters } from './servers.mjs'
import { filled, holdsToken } from './tokens.mjs'

const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')).rows
const rows = read('challenges.json')
const authorizationHeader = read('authorization-header.json')

const watched = /^(?:www-authenticate|cache-control|retry-after|vary|access-control-.*)$/

for (const [name, start] of Object.entries(adapters)) {
  describe(name, () => {
    const stops = []
    let server
    before(async () => {
      server = await start({ after: (stop) => stops.push(stop) })
    })
    after(() => Promise.all(stops.map((stop) => stop())))

    for (const row of rows) {
      test(`${row.name}: ${row.status}`, async () => {
        const { policy = 'default', path = '', target = `/${policy}${path}` } = row
        const answer = await send(server.port, {
          ...row,
          host: server.host ?? 'api.example',
          target: filled(target),
          headers: row.headers.map(filled),
        })
        const platform = name.split(' in ')[1]
        if (row.unlike?.[platform]) return assert.equal(answer.status, row.unlike[platform], answer.raw)
        assert.equal(answer.status, row.status, answer.raw)
        assert.deepEqual(Object.fromEntries(answer.headers.filter(([name]) => watched.test(name))), {
          ...(row.status >= 400 && { 'cache-control': 'no-store' }),
          ...(row.challenge && { 'www-authenticate': row.challenge }),
          ...row.answer,
        })
        assert.equal(answer.headers.filter(([name]) => name === 'www-authenticate').length, row.challenge ? 1 : 0)
        assert.ok(!holdsToken(answer.raw), 'nothing of a token is in the answer')
        if (row.method === 'HEAD' || row.status === 204) return assert.equal(answer.body, '')
        const body = JSON.parse(answer.body)
        const type = new Map(answer.headers).get('content-type')
        if (row.status < 400) {
          assert.match(type, /^application\/json/)
          if (!row.target) assert.deepEqual(body, { hello: row.anonymous ? null : 'user-1' })
          return
        }
        assert.equal(type, 'application/problem+json')
        assert.equal(body.status, row.status)
        assert.equal(body.error, /error="(.*?)"/.exec(row.challenge ?? '')?.[1])
      })
    }

    for (const { value, expect } of authorizationHeader) {
      test(`Authorization: ${JSON.stringify(value)}: ${expect}`, async () => {
        const { status, raw } = await send(server.port, {
          host: server.host ?? 'api.example',
          target: '/default',
          headers: [`Authorization: ${value.replaceAll('<t>', '<good>')}`].map(filled),
        })
        if (expect === 'accept') assert.equal(status, 200, raw)
        else if (expect === 'reject') assert.ok(status === 400 || status === 401, raw)
        else assert.ok([200, 400, 401].includes(status), raw)
      })
    }
  })
}
