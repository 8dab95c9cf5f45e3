import { calculateJwkThumbprint, createVerifier, jwtVerify, jwtVerifySync } from 'jotgate'
import { answerAtOnce, answerOf } from './answers.mjs'
import { CLAIMS, claims, ISSUER, NOW, policy, signed } from './issuer.mjs'
import { equal } from './tally.mjs'

const NOT_CLAIMS = 'ERR_JWT_INVALID'
const BROKEN = 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'

/**
 * What the examples come to when they are taken for a JWT. Many sign a text: for those, "the payload is no claims set"
 * is only said once the signature has been verified.
 */
const ANSWERS = {
  'rfc7515-A.1': 'accept',
  'rfc7515-A.2': 'accept',
  'rfc7515-A.3': 'accept',
  'rfc7515-A.4': NOT_CLAIMS,
  'rfc7515-A.5': 'ERR_JOSE_ALG_NOT_ALLOWED',
  'rfc7515-A.6': 'ERR_JWS_INVALID',
  'rfc7515-A.7': 'ERR_JWS_INVALID',
  'rfc7515-E': 'ERR_JOSE_ALG_NOT_ALLOWED',
  'rfc7519-3.1': 'accept',
  'rfc7519-3.1-expired': 'ERR_JWT_EXPIRED exp check_failed',
  'rfc7519-6.1': 'ERR_JOSE_ALG_NOT_ALLOWED',
  'rfc7520-4.1': NOT_CLAIMS,
  'rfc7520-4.2': NOT_CLAIMS,
  'rfc7520-4.3': NOT_CLAIMS,
  'rfc7520-4.4': NOT_CLAIMS,
  // The content is detached, so the signature is over something that is not there.
  'rfc7520-4.5': BROKEN,
  'rfc7520-4.6': 'ERR_JWS_INVALID',
  'rfc7520-4.7': 'ERR_JWS_INVALID',
  // A JSON document whose texts hold four dots, so it counts as five segments.
  'rfc7520-4.8': 'ERR_JOSE_NOT_SUPPORTED',
  'rfc7797-4.1-hs256': NOT_CLAIMS,
  'rfc7797-4.2-hs256-with-b64-false': 'ERR_JWT_INVALID',
  'rfc7797-hs256-with-b64-true': NOT_CLAIMS,
  'rfc7797-hs256-with-b64-false-safe-payload': 'ERR_JWS_INVALID',
  'rfc7797-cookbook-compact-safe': 'ERR_JWS_INVALID',
  'rfc8037-A.4-5': NOT_CLAIMS,
  'rfc9449-fig2': 'accept',
  'rfc9449-fig7': 'accept',
  'rfc9449-fig13': 'accept',
  // The npm package is built without ML-DSA.
  'rfc9964-ml-dsa-44': 'ERR_JOSE_NOT_SUPPORTED',
  'rfc9964-ml-dsa-65': 'ERR_JOSE_NOT_SUPPORTED',
  'rfc9964-ml-dsa-87': 'ERR_JOSE_NOT_SUPPORTED',
}

// Refused for its header, before its signature.
const UNENCODED = 'rfc7797-4.2-hs256-with-b64-false'

const SOURCES = ['rfc7515', 'rfc7519', 'rfc7520', 'rfc7797', 'rfc8037', 'rfc9449', 'rfc9964']

export async function rfcExamples(tally, data) {
  tally.group('RFC examples')
  const examples = SOURCES.flatMap((name) => data[name].vectors).filter(({ kind }) => !kind || kind === 'dpop-proof')
  await tally.test('each has its answer here', () => {
    equal(examples.map(({ id }) => id).sort(), Object.keys(ANSWERS).sort(), 'the list of examples')
  })
  for (const example of examples) {
    const token = example.compact ?? example.proof ?? JSON.stringify(example.json ?? example.general)
    // An unsecured JWS has no key; it must not pass with any.
    const key = example.key ?? Object.values(example.keys ?? {})[0] ?? data.rfc7515.vectors[0].key
    const options = { currentDate: new Date((example.now ?? example.jwt_now ?? NOW) * 1000) }
    const expected = ANSWERS[example.id]
    await tally.test(`${example.id}, jwtVerify`, async () => {
      equal(await answerOf(() => jwtVerify(token, key, options), token), expected)
    })
    await tally.test(`${example.id}, jwtVerifySync`, () => {
      equal(
        answerAtOnce(() => jwtVerifySync(token, key, options), token),
        expected,
      )
      if (expected === 'accept' && example.claims) {
        equal(jwtVerifySync(token, key, options).payload, example.claims, 'the claims')
      }
    })
    if ((expected !== 'accept' && expected !== NOT_CLAIMS) || example.id === UNENCODED) continue
    await tally.test(`${example.id}, another signature`, () => {
      const [header, payload, signature] = token.split('.')
      const turned = signature.startsWith('A') ? 'B' : 'A'
      const other = `${header}.${payload}.${turned}${signature.slice(1)}`
      equal(
        answerAtOnce(() => jwtVerifySync(other, key, options), other),
        BROKEN,
      )
    })
  }

  tally.group('RFC 7638 thumbprints')
  const thumbprints = ['rfc7638', 'rfc8037', 'rfc9449']
    .flatMap((name) => data[name].vectors)
    .filter(({ kind }) => kind === 'thumbprint')
  for (const { id, key, ...digests } of thumbprints) {
    for (const digest of ['sha256', 'sha384', 'sha512']) {
      const expected = digests[`thumbprint_${digest}`]
      if (!expected) continue
      await tally.test(`${id} ${digest}`, async () => equal(await calculateJwkThumbprint(key, digest), expected))
      await tally.test(`${id} ${digest}, whatever else the JWK says`, async () => {
        const more = { ext: true, kid: 'x', ...key, x5t: 'AAAA' }
        equal(await calculateJwkThumbprint(more, digest), expected)
      })
    }
  }
  const refused = [
    [{ kty: 'RSA', e: 'AQAB' }, 'ERR_JWK_INVALID'],
    [{ kty: 'EC', crv: 'P-256', x: 'AA' }, 'ERR_JWK_INVALID'],
    [{ kty: 'XX' }, 'ERR_JOSE_NOT_SUPPORTED'],
    [{}, 'TypeError key'],
    [null, 'TypeError key'],
    ['text', 'TypeError key'],
    [{ keys: [] }, 'TypeError key'],
  ]
  for (const [key, expected] of refused) {
    await tally.test(`none of ${JSON.stringify(key)}`, async () => {
      equal(await answerOf(() => calculateJwkThumbprint(key)), expected)
    })
  }
  await tally.test('none with MD5', async () => {
    const call = () => calculateJwkThumbprint(thumbprints[0].key, 'md5')
    equal((await answerOf(call)).split(' ')[0], 'TypeError')
  })

  tally.group('RFC 9068, the example')
  const example = data.rfc9068
  const accessToken = policy({
    issuer: example.claims.iss,
    audience: example.claims.aud,
    profile: 'at+jwt',
    currentDate: new Date(example.claims.iat * 1000),
  })
  const verdict = async (body, typ) => {
    const token = await signed(body, { header: { typ } })
    return answerAtOnce(() => createVerifier(accessToken).verifySync(token), token)
  }
  await tally.test('is accepted, spelt as the RFC has it', async () => {
    equal(await verdict(example.claims, example.header.typ), 'accept')
  })
  for (const name of ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti']) {
    await tally.test(`is refused without ${name}`, async () => {
      const { [name]: _, ...rest } = example.claims
      equal(await verdict(rest, 'at+jwt'), `ERR_JWT_CLAIM_VALIDATION_FAILED ${name} missing`)
    })
    await tally.test(`is refused with ${name} null`, async () => {
      const answer = await verdict({ ...example.claims, [name]: null }, 'at+jwt')
      equal(answer.split(' ').slice(0, 2), ['ERR_JWT_CLAIM_VALIDATION_FAILED', name])
    })
  }
  for (const typ of [
    'JWT',
    'jwt',
    'at',
    'id+jwt',
    'at+jwt;v=1',
    'application/x/at+jwt',
    'text/at+jwt',
    '',
    ' at+jwt',
  ]) {
    await tally.test(`is refused with typ "${typ}"`, async () => {
      equal(await verdict(example.claims, typ), 'ERR_JWT_CLAIM_VALIDATION_FAILED typ check_failed')
    })
  }
  await tally.test('is refused without typ', async () => {
    equal(await verdict(example.claims, undefined), 'ERR_JWT_CLAIM_VALIDATION_FAILED typ missing')
  })
  for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/At+Jwt']) {
    await tally.test(`is accepted with typ "${typ}"`, async () => equal(await verdict(example.claims, typ), 'accept'))
  }

  tally.group('RFC 9449, a proof is no access token')
  for (const { id, proof, key, now } of data.rfc9449.vectors.filter(({ kind }) => kind === 'dpop-proof')) {
    const options = { issuer: ISSUER, audience: null, jwks: key, currentDate: new Date(now * 1000) }
    await tally.test(id, async () => {
      const answer = await answerOf(() => createVerifier(options).verify(proof), proof)
      equal(answer, 'ERR_JWT_CLAIM_VALIDATION_FAILED exp missing')
    })
  }
  await tally.test('nor is any other token that says what it is', async () => {
    for (const typ of ['dpop+jwt', 'logout+jwt', 'secevent+jwt', 'JOSE', 'id_token']) {
      const token = await signed(CLAIMS, { header: { typ } })
      const answer = answerAtOnce(() => createVerifier(policy()).verifySync(token), token)
      equal(answer, 'ERR_JWT_CLAIM_VALIDATION_FAILED typ check_failed', typ)
      const any = await answerOf(() => createVerifier(policy({ profile: 'any' })).verify(token))
      equal(any, 'accept', `${typ}, profile any`)
    }
  })
  await tally.test('the profile is of the header, not of a claim', async () => {
    const token = await signed(claims({ typ: 'at+jwt' }))
    const answer = answerAtOnce(() => createVerifier(policy({ profile: 'at+jwt' })).verifySync(token), token)
    equal(answer, 'ERR_JWT_CLAIM_VALIDATION_FAILED typ check_failed')
  })
}
