// Tokens of a real OpenID provider, verified under load while its keys are exchanged.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { AUDIENCE, OPENID } from './issuer-server.mjs'
import { createRemoteJWKSet, createVerifier, jwtVerify } from './jotgate.mjs'
import { RotatingProvider } from './rotating-provider.mjs'

const SECONDS = 5
const ROTATION = 500
const COOLDOWN = 50
const WORKERS = 12
const TOKENS_PER_GENERATION = 6

const unhandled = []
process.on('unhandledRejection', (reason) => unhandled.push(reason))

for (const [algorithm, backend] of [
  ['ES256', 'auto'],
  ['RS256', 'webcrypto'],
  ['EdDSA', 'wasm'],
]) {
  test(`${algorithm}, ${backend}: the keys exchanged every ${ROTATION} ms, under load`, async () => {
    const provider = await new RotatingProvider(algorithm).listen()
    const remote = { allowInsecureLoopback: true, cooldownDuration: COOLDOWN }
    const verifier = createVerifier({
      issuer: provider.issuer,
      audience: AUDIENCE,
      profile: 'at+jwt',
      requiredScopes: ['read'],
      backend,
      cache: { maxBytes: 1_000_000 },
      remote,
    })
    const count = { accepted: 0, refused: 0, open: 0 }
    const wrong = []
    const tokens = []
    // The newest generation of which a token was accepted: its set has at most two older ones.
    let seen = 0

    async function judge(name, text, expected) {
      let answer = 'accept'
      try {
        await verifier.verify(text)
      } catch (error) {
        answer = error.code ?? String(error)
      }
      const wanted = expected()
      count[wanted === 'open' ? 'open' : answer === 'accept' ? 'accepted' : 'refused'] += 1
      if (wanted !== 'open' && answer !== wanted) wrong.push(`${name}: ${answer}, expected ${wanted}`)
      return answer
    }

    async function genuine({ text, generation }) {
      const seenBefore = seen
      const answer = await judge(`generation ${generation}`, text, () => {
        if (generation >= provider.generation - 1) return 'accept'
        return generation <= seenBefore - 3 ? 'ERR_JWKS_NO_MATCHING_KEY' : 'open'
      })
      if (answer === 'accept') seen = Math.max(seen, generation)
    }

    async function forged({ text, generation }, other) {
      const [header, payload, signature] = text.split('.')
      const foreign = other.text.split('.')[2]
      if (foreign === signature) return
      const seenBefore = seen
      await judge(`a forgery of generation ${generation}`, `${header}.${payload}.${foreign}`, () => {
        if (generation >= provider.generation - 1) return 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'
        return generation <= seenBefore - 3 ? 'ERR_JWKS_NO_MATCHING_KEY' : 'open'
      })
    }

    const end = performance.now() + SECONDS * 1000
    const running = () => performance.now() < end
    const any = () => tokens[Math.floor(Math.random() * tokens.length)]

    async function issue() {
      while (running()) {
        const batch = await Promise.all(Array.from({ length: TOKENS_PER_GENERATION }, () => provider.token()))
        tokens.push(...batch)
        tokens.splice(0, tokens.length - 8 * TOKENS_PER_GENERATION)
        await Promise.all(batch.map(genuine))
        await pause(ROTATION / 2)
        provider.publishNext()
        await pause(ROTATION / 2)
        provider.rotate()
      }
    }

    async function load() {
      while (running()) {
        if (tokens.length > 0) await Promise.all([genuine(any()), genuine(any()), forged(any(), any())])
        await new Promise((resolve) => setImmediate(resolve))
      }
    }

    try {
      await Promise.all([issue(), ...Array.from({ length: WORKERS }, load)])
      await new Promise((resolve) => setImmediate(resolve))
      const { [OPENID]: metadata, '/jwks': sets } = provider.asked
      console.log(
        `${algorithm}, ${backend}: ${provider.generation} keys in ${SECONDS} s; ${count.accepted} accepted, ${count.refused} refused, ${count.open} while a set was on its way; wrong ${wrong.length}, unhandled ${unhandled.length}; fetched metadata ${metadata}, sets ${sets}`,
      )
      assert.deepEqual(wrong.slice(0, 10), [])
      assert.deepEqual(unhandled, [])
      assert.ok(provider.generation >= 5 && count.accepted > 100 && count.refused > 100, 'the load was none')
      assert.equal(metadata, 1)
      // Tokens of keys that are gone ask again and again.
      assert.ok(sets <= (SECONDS * 1000) / COOLDOWN, `${sets} sets`)
    } finally {
      await provider.close()
    }
  })
}

test('jwtVerify and createRemoteJWKSet, as with jose', async () => {
  const provider = await new RotatingProvider('ES256').listen()
  try {
    const keys = createRemoteJWKSet(`${provider.issuer}/jwks`, { allowInsecureLoopback: true, cooldownDuration: 0 })
    const options = { issuer: provider.issuer, audience: AUDIENCE, typ: 'at+jwt' }
    const first = await provider.token()
    const { payload, protectedHeader } = await jwtVerify(first.text, keys, options)
    assert.deepEqual([payload.client_id, payload.scope, protectedHeader.kid], ['load', 'read', 'generation-1'])
    for (let round = 0; round < 2; round += 1) {
      provider.publishNext()
      provider.rotate()
    }
    await jwtVerify((await provider.token()).text, keys, options)
    await assert.rejects(jwtVerify(first.text, keys, options), { code: 'ERR_JWKS_NO_MATCHING_KEY' })
    assert.equal(provider.asked['/jwks'], 3)
  } finally {
    await provider.close()
  }
})
