// The code and the claims of docs/from-jwt-decode.md.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, mock, test } from 'node:test'
import { jwtDecode } from 'jwt-decode'
import * as decode from '../../pkg/dist/default/decode.js'

const guide = await readFile(new URL('../../docs/from-jwt-decode.md', import.meta.url), 'utf8')
const dist = new URL('../../pkg/dist/default/', import.meta.url)

/** The block of JavaScript of the guide that has this text, as a module. */
async function block(text) {
  const code = [...guide.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code).find((code) => code.includes(text))
  assert.ok(code, `the guide shows ${text}`)
  const runnable = code.replace(/from 'jotgate\/(\w+)'/g, (_, name) => `from '${new URL(`${name}.js`, dist)}'`)
  return import(`data:text/javascript,${encodeURIComponent(runnable)}`)
}

const base64url = (value) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const token = (claims, header = { alg: 'ES256' }) => `${base64url(header)}.${base64url(claims)}.c2ln`
const NOW = 1_900_000_000

describe('from jwt-decode', () => {
  before(() => mock.timers.enable({ apis: ['Date', 'setTimeout'], now: NOW * 1000 }))
  after(() => mock.timers.reset())

  test('reads what jwt-decode reads', () => {
    const good = token({ sub: 'ada', name: 'Ada Lovelace', grüße: '☃', exp: NOW + 1, roles: [{ a: null }] })
    assert.deepEqual(decode.decodeJwt(good), jwtDecode(good))
    assert.deepEqual(decode.decodeProtectedHeader(good), jwtDecode(good, { header: true }))
  })

  const good = token({ sub: 'ada' })
  const [header, claims] = good.split('.')
  for (const [row, text, code, peer] of [
    ['two segments, or four', `${header}.${claims}`, 'ERR_JWS_INVALID', 'reads'],
    ['two segments, or four', `${good}.more`, 'ERR_JWS_INVALID', 'reads'],
    ['a claim twice', token('{"sub":"ada","sub":"eve"}'), 'ERR_JWT_INVALID', 'reads'],
    ['base64 instead of base64url, or padded', `${header}.${claims}=.c2ln`, 'ERR_JWS_INVALID', 'reads'],
    ['base64 instead of base64url, or padded', `${header}.eyJhIjoi/z8ifQ.c2ln`, 'ERR_JWS_INVALID', 'reads'],
    ['claims that are no object: `null`, `[]`, `7`', token('null'), 'ERR_JWT_INVALID', 'reads'],
    ['claims that are no object: `null`, `[]`, `7`', token('[]'), 'ERR_JWT_INVALID', 'reads'],
    ['claims that are no object: `null`, `[]`, `7`', token('7'), 'ERR_JWT_INVALID', 'reads'],
    [
      'claims that are not UTF-8',
      `${header}.${Buffer.from([...Buffer.from('{"sub":"'), 0xff, ...Buffer.from('"}')]).toString('base64url')}.c2ln`,
      'ERR_JWT_INVALID',
      'reads',
    ],
    ['encrypted, five segments', `${header}.a.b.c.d`, 'ERR_JOSE_NOT_SUPPORTED', 'refuses'],
    ['longer than 16384 bytes', token({ sub: 'x'.repeat(17_000) }), 'ERR_JOTGATE_TOKEN_TOO_LARGE', 'reads'],
  ]) {
    test(`is stricter, as the table says: ${row}`, () => {
      assert.match(guide, new RegExp(`\\| ${row.replace(/[[\]]/g, '\\$&')} \\|.*\\| \`${code}\` \\|`))
      assert.throws(() => decode.decodeJwt(text), { code })
      if (peer === 'reads') assert.doesNotThrow(() => jwtDecode(text))
      else assert.throws(() => jwtDecode(text))
    })
  }

  test('a name, whatever comes', async () => {
    const { nameIn } = await block('nameIn')
    assert.equal(nameIn(token({ name: 'Ada' })), 'Ada')
    for (const other of [token({}), 'opaque', '', undefined, null, 7, token('null')])
      assert.equal(nameIn(other), 'somebody')
  })

  test("the expiry, by the server's clock where it is known", async () => {
    const { stillGood } = await block('stillGood')
    const answered = (date) =>
      new Response(null, { headers: date === undefined ? {} : { Date: new Date(date * 1000).toUTCString() } })
    assert.equal(stillGood(token({ exp: NOW + 1 }), answered()), true)
    assert.equal(stillGood(token({ exp: NOW }), answered()), false)
    assert.equal(stillGood(token({ exp: NOW + 1 }), answered(NOW + 600)), false)
    assert.equal(stillGood(token({ exp: NOW - 300 }), answered(NOW - 600)), true)
  })

  test('a timer that fires in time, whatever the token', async () => {
    const { plan } = await block('plan(')
    const firesAfter = (claims, skew) => {
      const refresh = mock.fn()
      const timer = plan(token(claims), refresh, skew)
      const began = Date.now()
      while (refresh.mock.callCount() === 0 && Date.now() - began < 4_000_000) mock.timers.tick(1000)
      clearTimeout(timer)
      return refresh.mock.callCount() === 0 ? Number.POSITIVE_INFINITY : (Date.now() - began) / 1000
    }
    const now = () => Date.now() / 1000
    const hour = firesAfter({ iat: now(), exp: now() + 3600 })
    assert.ok(hour >= 3600 - 91 && hour <= 3600 - 59, `${hour} s`)
    const short = firesAfter({ iat: now(), exp: now() + 20 })
    assert.ok(short >= 5 && short <= 11, `${short} s`)
    // The line it stands for would fire at once.
    assert.equal(firesAfter({ iat: now(), exp: now() + 100 * 86_400 }), Number.POSITIVE_INFINITY)
    const behind = firesAfter({ iat: now() + 600, exp: now() + 600 + 300 }, 600)
    assert.ok(behind >= 300 - 91 && behind <= 300 - 59, `${behind} s`)
    assert.throws(() => plan(token({ exp: 'soon' }), () => {}), { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED' })
  })

  test('the manager, with the token response as it is', async (context) => {
    // What is between two refreshes is measured by a clock that nobody sets.
    context.mock.method(performance, 'now', () => Date.now())
    const asked = []
    context.mock.method(globalThis, 'fetch', async (url, init) => {
      asked.push(`${init.method} ${url} ${init.body}`)
      return Response.json({
        access_token: token({ exp: Date.now() / 1000 + 300 }),
        token_type: 'Bearer',
        expires_in: 300,
        refresh_token: 'r2',
      })
    })
    const { manager } = await block('createTokenManager')
    try {
      const first = token({ exp: Date.now() / 1000 + 300, jti: '1' })
      await manager.signIn(
        Response.json({ access_token: first, token_type: 'Bearer', expires_in: 300, refresh_token: 'r1' }),
      )
      assert.equal(await manager.getToken(), first)
      mock.timers.tick(2000)
      assert.notEqual(await manager.getToken({ forceRefresh: true }), first)
      assert.deepEqual(asked, [
        'POST https://issuer.example/token grant_type=refresh_token&client_id=spa&refresh_token=r1',
      ])
    } finally {
      manager.dispose()
    }
  })
})
