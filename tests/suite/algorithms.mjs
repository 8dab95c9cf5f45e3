import { calculateJwkThumbprint, createLocalJWKSet, createVerifier, jwtVerify, jwtVerifySync } from 'jotgate'
import { answerAtOnce, answerOf } from './answers.mjs'
import { AUDIENCE, ISSUER, NOW } from './issuer.mjs'
import { isImported, isOffered } from './platform.mjs'
import { assert, equal } from './tally.mjs'
import { base64url, bytesOf } from './tokens.mjs'

const BROKEN = 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'
const NO_KEY = 'ERR_JWKS_NO_MATCHING_KEY'
const NOT_ALLOWED = 'ERR_JOSE_ALG_NOT_ALLOWED'
const LACKING = 'ERR_JOSE_NOT_SUPPORTED'

/** Every algorithm that is offered, on every way. */
export async function everyAlgorithm(tally, { algorithms }) {
  const names = [...new Set(algorithms.map(({ alg }) => alg))]
  const now = { currentDate: new Date(NOW * 1000) }
  for (const [at, row] of algorithms.entries()) {
    const { alg, key, token } = row
    const symmetric = key.kty === 'oct'
    const common = { issuer: ISSUER, audience: AUDIENCE, ...now, ...(symmetric && { algorithms: [alg] }) }
    const named = symmetric ? { algorithms: [alg] } : {}
    const jwks = { keys: [key] }
    const [imported, offered] = [await isImported(row), await isOffered(row)]
    const [header, payload, signature] = token.split('.')
    const title = `${alg}, row ${at}`
    tally.group('every algorithm')

    const everywhere = async (text, expected, options = common, set = jwks) => {
      equal(
        answerAtOnce(() => createVerifier({ ...options, jwks: set }).verifySync(text), text),
        expected,
        'verifySync',
      )
      for (const backend of ['wasm', 'webcrypto', 'auto']) {
        const lacking = backend === 'webcrypto' && !offered && [BROKEN, 'accept'].includes(expected)
        // A signature of a wrong length is refused before the platform fails.
        const told = imported && text.split('.')[2].length !== signature.length ? BROKEN : LACKING
        const wanted = lacking ? told : expected
        const verifier = createVerifier({ ...options, jwks: set, backend })
        equal(await answerOf(() => verifier.verify(text), text), wanted, backend)
      }
    }
    if (!offered) tally.lacks(key.n ? `${alg} with ${bytesOf(key.n).length * 8} bits` : alg)
    await tally.test(`${title}: accepted`, async () => {
      await everywhere(token, 'accept')
      equal(await answerOf(() => jwtVerify(token, jwks, { ...now, ...named })), 'accept', 'jwtVerify')
      equal(
        answerAtOnce(() => jwtVerifySync(token, key, now)),
        'accept',
        'jwtVerifySync',
      )
    })
    await tally.test(`${title}: result.key verifies again`, async () => {
      const { key: chosen } = await jwtVerify(token, createLocalJWKSet(jwks), { ...now, ...named })
      equal(await answerOf(() => jwtVerify(token, chosen, { ...now, ...named })), 'accept')
    })
    await tally.test(`${title}: as a function of the header`, async () => {
      const expected = symmetric || !imported ? LACKING : 'accept'
      equal(await answerOf(() => createLocalJWKSet(jwks)({ alg, kid: 'k' })), expected)
    })

    const bytes = bytesOf(signature)
    const withSignature = (changed) => `${header}.${payload}.${base64url(changed)}`
    const flipped = (place) => Uint8Array.from(bytes, (byte, index) => (index === place ? byte ^ 1 : byte))
    const broken = {
      'its first bit': withSignature(flipped(0)),
      'a bit in the middle': withSignature(flipped(bytes.length >> 1)),
      'its last bit': withSignature(flipped(bytes.length - 1)),
      'one byte less': withSignature(bytes.subarray(1)),
      'one byte more': withSignature(Uint8Array.from([...bytes, 0])),
      'one byte more, before': withSignature(Uint8Array.from([0, ...bytes])),
      nothing: `${header}.${payload}.`,
      zeros: withSignature(new Uint8Array(bytes.length)),
      ones: withSignature(new Uint8Array(bytes.length).fill(255)),
      'its halves exchanged': withSignature(
        Uint8Array.from([...bytes.subarray(bytes.length >> 1), ...bytes.subarray(0, bytes.length >> 1)]),
      ),
      'another payload': `${header}.${base64url('{"sub":"admin"}')}.${signature}`,
      'another header': `${base64url(JSON.stringify({ kid: 'k', alg }))}.${payload}.${signature}`,
    }
    for (const [name, text] of Object.entries(broken)) {
      await tally.test(`${title}: ${name}`, () => everywhere(text, BROKEN))
    }
    await tally.test(`${title}: not allowed`, () => {
      const others = names.filter((name) => name !== alg)
      return everywhere(token, NOT_ALLOWED, { ...common, algorithms: others })
    })
    await tally.test(`${title}: for another algorithm’s key`, async () => {
      for (const other of algorithms) {
        if (other.key.kty === key.kty && other.key.crv === key.crv) continue
        const expected = other.key.kty === 'oct' || symmetric ? [NOT_ALLOWED, NO_KEY] : [NO_KEY]
        const answer = await answerOf(() => jwtVerify(token, other.key, { ...now }))
        assert(expected.includes(answer), `with ${other.alg} the answer is ${answer}`)
      }
    })
    await tally.test(`${title}: under another algorithm’s name`, async () => {
      for (const other of names.filter((name) => name !== alg)) {
        const text = `${base64url(JSON.stringify({ alg: other, kid: 'k' }))}.${payload}.${signature}`
        const answer = answerAtOnce(() => createVerifier({ ...common, algorithms: names, jwks }).verifySync(text), text)
        assert([BROKEN, NO_KEY].includes(answer), `as ${other} the answer is ${answer}`)
        const awaited = await answerOf(() => createVerifier({ ...common, algorithms: names, jwks }).verify(text), text)
        equal(awaited, answer, `as ${other}, awaited`)
      }
    })
    await tally.test(`${title}: the key says so`, async () => {
      await everywhere(token, 'accept', common, { keys: [{ ...key, alg }] })
      equal(await calculateJwkThumbprint({ ...key, alg }), await calculateJwkThumbprint(key), 'the thumbprint')
    })
  }
  tally.group('every algorithm')
  await tally.test('is there', () => {
    const offered = [
      'ES256',
      'ES256K',
      'ES384',
      'ES512',
      'Ed25519',
      'EdDSA',
      'HS256',
      'HS384',
      'HS512',
      'PS256',
      'PS384',
      'PS512',
      'RS256',
      'RS384',
      'RS512',
    ]
    equal(names.sort(), offered)
  })
}
