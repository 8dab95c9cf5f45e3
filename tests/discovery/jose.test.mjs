// jwtVerify with createRemoteJWKSet, beside jose's own, on the same server in the same run.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import * as jose from 'jose'
import { AUDIENCE, claimsOf, hang, IssuerServer, keyPair, text, tokenBy } from './issuer-server.mjs'
import * as jotgate from './jotgate.mjs'

const ISSUER = 'https://issuer.example'
const [one, two, rsa, unpublished] = [keyPair('one'), keyPair('two'), keyPair('rsa', 'RS256'), keyPair('one')]
const options = { issuer: ISSUER, audience: AUDIENCE }

let server
before(async () => {
  server = await new IssuerServer().listen()
})
beforeEach(() => {
  server.answers.clear()
  server.news()
})
after(() => server.close())

const without = ({ jwk: { kid, alg, ...jwk }, ...key }) => ({ ...key, kid: undefined, jwk })
const claims = (more) => claimsOf(ISSUER, more)
const setOf = (...keys) => ({ keys: keys.map(({ jwk }) => jwk) })

async function answerOf(library, token, { timeoutDuration = 5000 } = {}) {
  const set = library.createRemoteJWKSet(new URL('/keys', server.origin), {
    timeoutDuration,
    ...(library === jotgate && { allowInsecureLoopback: true }),
  })
  let answer
  try {
    const { payload, protectedHeader, key } = await library.jwtVerify(token, set, options)
    answer = ['accept', payload.sub, protectedHeader.alg, key.type, key.algorithm.name]
  } catch (error) {
    answer = [error.code, error.claim, error.reason]
    if (error[Symbol.asyncIterator]) {
      for await (const key of error) {
        await library.jwtVerify(token, key, options).then(
          () => answer.push('accept'),
          ({ code }) => answer.push(code),
        )
      }
    }
  }
  return { answer, asked: server.news().length }
}

describe('as jose answers', () => {
  const rows = [
    ['a good token', setOf(one), tokenBy(one, claims())],
    ['one key of several', setOf(two, one, rsa), tokenBy(rsa, claims())],
    ['an unknown kid', setOf(two), tokenBy(one, claims())],
    ['a forged signature', setOf(one), tokenBy(unpublished, claims())],
    ['no kid, one key that fits', setOf(one, rsa), tokenBy(without(rsa), claims())],
    ['no kid, several that fit, the second one good', setOf(two, one), tokenBy(without(one), claims())],
    ['no kid, several that fit, none good', setOf(two, one), tokenBy(without(unpublished), claims())],
    ['keys without kid and alg', setOf(without(one)), tokenBy(without(one), claims())],
    ['an algorithm of another kind of key', setOf(one), tokenBy(rsa, claims(), { kid: 'one' })],
    ['an encryption key', { keys: [{ ...one.jwk, use: 'enc' }, two.jwk] }, tokenBy(one, claims())],
    ['expired', setOf(one), tokenBy(one, claims({ exp: 1 }))],
    ['another issuer', setOf(one), tokenBy(one, claims({ iss: 'https://other.example' }))],
    ['another audience', setOf(one), tokenBy(one, claims({ aud: 'https://other.example' }))],
    ['no issuer', setOf(one), tokenBy(one, claims({ iss: undefined }))],
    ['no JWK Set', { keys: {} }, tokenBy(one, claims())],
    ['no answer', hang, tokenBy(one, claims()), { timeoutDuration: 150 }],
    ['garbage', setOf(one), 'garbage'],
    ['an unknown extension', setOf(one), tokenBy(one, claims(), { crit: ['x'], x: 1 })],
  ]
  for (const [name, answer, token, more] of rows) {
    test(name, async () => {
      server.answers.set('/keys', answer)
      const [theirs, ours] = [await answerOf(jose, token, more), await answerOf(jotgate, token, more)]
      assert.deepEqual(ours.answer, theirs.answer)
      // The first set may have come out of a store, so that a key that is missing is looked for once more.
      assert.ok(ours.asked <= theirs.asked + 1, `asked ${ours.asked} times, jose ${theirs.asked}`)
    })
  }
})

describe('otherwise than jose', () => {
  const rows = [
    ['an answer of 500', text('', 500), 'ERR_JOSE_GENERIC', 'ERR_JOTGATE_KEYS_UNAVAILABLE'],
    ['a page', text('<!doctype html>'), 'ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID'],
    ['an empty set', { keys: [] }, 'ERR_JWKS_NO_MATCHING_KEY', 'ERR_JWKS_INVALID'],
    ['a member twice', text(JSON.stringify(setOf(one)).replace('{', '{"keys":[],')), 'accept', 'ERR_JWKS_INVALID'],
  ]
  for (const [name, answer, theirs, ours] of rows) {
    test(name, async () => {
      server.answers.set('/keys', answer)
      const token = tokenBy(one, claims())
      assert.equal((await answerOf(jose, token)).answer[0], theirs)
      assert.equal((await answerOf(jotgate, token)).answer[0], ours)
    })
  }
})
