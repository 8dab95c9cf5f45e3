import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { AUDIENCE, claims, ISSUER, NOW, publicJwk, rsaA, signed } from '../suite/issuer.mjs'
import { jotgate, linearMemory, stream } from './exercise.mjs'
import { MOST, rotation } from './rotation.mjs'

// Until the key that is in use has its largest tables.
const WARM_UP = 50_000
const CALLS = 30_000
// When a key's memory is given back is the garbage collector's affair, so a plateau may be uneven by a page: a leak of 3 bytes a call is not.
const PAGE = 65_536

test(`${CALLS} calls, good and bad, leave the linear memories at a plateau`, async () => {
  const make = await stream(1)
  make(WARM_UP)
  const plateau = linearMemory()
  const { accepted, refused } = make(CALLS)
  assert.ok(accepted > CALLS / 10 && refused > CALLS / 10, `${accepted} accepted, ${refused} refused`)
  const grown = linearMemory() - plateau
  assert.ok(grown <= PAGE, `grown by ${grown} bytes`)
})

test('a thousand keys in rotation share the memory that there is for tables', () => {
  const verify = rotation({ ES256: 700, EdDSA: 300 })
  const { accepted, refused } = verify(CALLS)
  assert.ok(accepted > CALLS / 2 && refused > CALLS / 20, `${accepted} accepted, ${refused} refused`)
  assert.ok(linearMemory() <= MOST, `${linearMemory()} bytes`)
})

test('a token of 8 MB, once, is the most that the memory ever holds for it', async () => {
  const verifier = jotgate.createVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    jwks: publicJwk(rsaA),
    currentDate: new Date(NOW * 1000),
    maxTokenSize: 20_000_000,
  })
  const good = await signed(claims(), { alg: 'RS256', key: rsaA })
  const [header, payload] = good.split('.')
  const long = `${header}.${payload}.${'A'.repeat(8_000_000)}`
  const refuse = () => assert.throws(() => verifier.verifySync(long), { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' })
  refuse()
  refuse()
  const plateau = linearMemory()
  for (let round = 0; round < 20; round += 1) refuse()
  assert.equal(linearMemory(), plateau)
  assert.equal(verifier.verifySync(good).payload.jti, 't-1')
})

test('what is too long is refused before it is copied', async () => {
  const common = { issuer: ISSUER, audience: AUDIENCE, currentDate: new Date(NOW * 1000) }
  const verifier = jotgate.createVerifier({ ...common, jwks: publicJwk(rsaA) })
  const good = await signed(claims(), { alg: 'RS256', key: rsaA })
  assert.equal(verifier.verifySync(good).payload.jti, 't-1')
  jotgate.decodeJwt(good)
  const plateau = linearMemory()
  const long = `${good}${'A'.repeat(40_000_000)}`
  const calls = [
    () => verifier.verifySync(long),
    () => jotgate.jwtVerifySync(long, publicJwk(rsaA), common),
    () => jotgate.decodeJwt(long),
    () => jotgate.decodeProtectedHeader(long),
  ]
  for (const call of calls) assert.throws(call, { code: 'ERR_JOTGATE_TOKEN_TOO_LARGE' })
  verifier.explain(long)
  assert.equal(linearMemory(), plateau)
})

test('verifiers that nobody holds give their memory back', async () => {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc')
  const token = await signed(claims(), { alg: 'RS256', key: rsaA })
  const use = async (count) => {
    for (let made = 0; made < count; made += 1) {
      const jwks = { keys: Array.from({ length: 8 }, (_, index) => publicJwk(rsaA, { kid: `k${index}` })) }
      const common = { audience: AUDIENCE, currentDate: new Date(NOW * 1000) }
      jotgate.createVerifier({ ...common, issuer: ISSUER, jwks }).verifySync(token)
      jotgate.jwtVerifySync(token, publicJwk(rsaA), common)
      if (made % 50 === 49) {
        gc()
        // What was collected is freed by a task of its own.
        await new Promise(setImmediate)
      }
    }
  }
  await use(400)
  const plateau = linearMemory()
  await use(2_000)
  const grown = linearMemory() - plateau
  assert.ok(grown <= 2_000 * 64, `grown by ${grown} bytes`)
})
