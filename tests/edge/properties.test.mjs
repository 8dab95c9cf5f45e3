// What holds for every header and every claim, not only for those that somebody has thought of.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { jotgate } from './servers.mjs'
import { AUDIENCE, ISSUER, issued, jwks, NOW, tokens } from './tokens.mjs'

const { claimHeaders, createGuard, createVerifier, errors, expressAccessToken, propagate } = jotgate
const verifier = createVerifier({
  issuer: ISSUER,
  audience: AUDIENCE,
  jwks,
  currentDate: new Date(NOW * 1000),
  cache: { maxBytes: 1_000_000 },
})
const guard = createGuard({ verifier })

// RFC 6750 §3.
const CHALLENGE = /^Bearer [a-z_]+="[\x20\x21\x23-\x5b\x5d-\x7e]*"(, [a-z_]+="[\x20\x21\x23-\x5b\x5d-\x7e]*")*$/

const pieces = fc.constantFrom(
  'Bearer',
  'bearer',
  'Basic',
  'DPoP',
  ' ',
  '  ',
  '\t',
  ',',
  ', ',
  '"',
  '=',
  tokens.good,
  tokens.forged,
  'a.b.c',
  'é',
)
const composed = fc
  .array(fc.oneof({ weight: 4, arbitrary: pieces }, fc.string({ maxLength: 3 })), { maxLength: 7 })
  .map((parts) => parts.join(''))
const spliced = fc
  .tuple(fc.nat(`Bearer ${tokens.good}`.length), fc.nat(3), fc.string({ maxLength: 2 }))
  .map(([at, cut, text]) =>
    `Bearer ${tokens.good}`.replace(new RegExp(`^(.{${at}}).{0,${cut}}`), (_, head) => head + text),
  )
const headerValues = fc.oneof(composed, spliced)

/** As a parser of HTTP hands it on; undefined for what none would. */
function asField(value) {
  try {
    return new Headers({ value }).get('value')
  } catch {}
}

test('only one good Bearer token passes, and every refusal is a well-formed challenge', async () => {
  let passed = 0
  await fc.assert(
    fc.asyncProperty(headerValues, async (value) => {
      const field = asField(value)
      fc.pre(field !== undefined)
      const { token, response } = await guard(
        new Request('https://api.example/', { headers: { authorization: field } }),
      )
      if (token) {
        passed += 1
        assert.equal(field.replace(/^bearer +/i, ''), tokens.good)
        return
      }
      assert.ok(response.status === 400 || response.status === 401)
      assert.match(response.headers.get('www-authenticate'), CHALLENGE)
      assert.ok(!(await response.text()).includes(tokens.good.slice(-40)))
    }),
    { numRuns: 2000, examples: [[`Bearer ${tokens.good}`], [`BEARER   ${tokens.good}`]] },
  )
  assert.ok(passed >= 2)
})

test('Express and the guard for fetch say the same to any number of headers', async () => {
  const middleware = expressAccessToken({ verifier })
  await fc.assert(
    fc.asyncProperty(
      fc.array(headerValues, { maxLength: 3 }),
      fc.constantFrom('', '?a=1', '?access_token=x'),
      async (values, query) => {
        const fields = values.map(asField)
        // A platform with Headers may have dropped empty ones.
        fc.pre(fields.every(Boolean))
        const headers = new Headers()
        for (const field of fields) headers.append('authorization', field)
        const { token, response } = await guard(new Request(`https://api.example/${query}`, { headers }))

        const rawHeaders = fields.flatMap((field) => ['Authorization', field])
        const incoming = { method: 'GET', url: `/${query}`, headers: { authorization: fields[0] }, rawHeaders }
        const answer = await new Promise((resolve) => {
          const sent = new Map()
          const outgoing = {
            setHeader: (name, value) => sent.set(name, value),
            getHeader: (name) => sent.get(name),
            end: () => resolve({ status: outgoing.statusCode, challenge: sent.get('WWW-Authenticate') }),
          }
          middleware(incoming, outgoing, resolve)
        })
        const expected = response && { status: response.status, challenge: response.headers.get('www-authenticate') }
        assert.deepEqual(answer, expected)
        assert.equal(incoming.token?.payload.sub, token?.payload.sub)
      },
    ),
    { numRuns: 1000 },
  )
})

test('a claim arrives as it is, or not at all', async () => {
  const mode = claimHeaders({ origins: ['https://orders.example'], headers: { 'x-any': 'any' } })
  const scalar = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.integer(),
    fc.double({ noNaN: true }),
    fc.boolean(),
  )
  const claim = fc.oneof(scalar, fc.array(scalar, { maxLength: 5 }), fc.jsonValue())
  await fc.assert(
    fc.asyncProperty(claim, async (any) => {
      // What the token says, which is what JSON makes of it.
      const said = JSON.parse(JSON.stringify({ any })).any
      const headers = { authorization: `Bearer ${await issued({ any })}`, 'x-any': 'smuggled' }
      const request = new Request('https://api.example/', { headers })
      const { token } = await guard(request)
      if (!token) return fc.pre(false)
      let value
      try {
        value = (await propagate(request, token, { to: 'https://orders.example/', mode })).headers.get('x-any')
      } catch (error) {
        assert.ok(error instanceof errors.JotgatePropagationError)
        const texts = [said].flat()
        assert.ok(
          texts.some(
            (text) => typeof text === 'object' || /\p{Surrogate}/u.test(text) || JSON.stringify(said).length > 1000,
          ),
        )
        return
      }
      if (value === null) {
        const empty = said === '' || (typeof said === 'object' && !Array.isArray(said)) || [said].flat().join('') === ''
        assert.ok(empty, JSON.stringify(said))
        return
      }
      assert.match(value, /^[\x21-\x7e]*$/)
      const texts = [said].flat().map(String)
      assert.deepEqual(value.split(',').map(decodeURIComponent), texts)
    }),
    { numRuns: 1000 },
  )
})
