import { createLocalJWKSet, createVerifier, jwtVerify, jwtVerifySync } from 'jotgate'
import { answerAtOnce, answerOf } from './answers.mjs'
import { ecA, ecB, NOW, publicJwk, signed } from './issuer.mjs'
import { equal } from './tally.mjs'

const TEMPLATE = 'https://login.example/{tid}/v2.0'
const CONTOSO = 'https://login.example/contoso/v2.0'
const WRONG_ISSUER = 'ERR_JWT_CLAIM_VALIDATION_FAILED iss check_failed'
const NO_KEY = 'ERR_JWKS_NO_MATCHING_KEY'
const BACKENDS = ['wasm', 'webcrypto', 'auto']

const common = { audience: null, currentDate: new Date(NOW * 1000) }
const by = (claims, key = ecA) =>
  signed(claims.replace('{', `{"exp":${NOW + 60},`), { alg: 'ES256', key, header: { kid: 'k' } })

/** Issuers with a placeholder, and keys that name their issuer: the rows of issuer-templates.json. */
export async function issuerTemplates(tally, { 'issuer-templates': vectors }) {
  const jwk = publicJwk(ecA, { kid: 'k' })

  async function judged(options, token, expected, inExplain = expected) {
    for (const backend of BACKENDS) {
      const verifier = createVerifier({ ...common, ...options, backend })
      equal(await answerOf(() => verifier.verify(token), token), expected, backend)
    }
    const verifier = createVerifier({ ...common, ...options })
    equal(
      answerAtOnce(() => verifier.verifySync(token), token),
      expected,
      'verifySync',
    )
    const failed = verifier.explain(token).find(({ outcome }) => outcome === 'fail')
    const { code = 'accept', claim, reason } = failed ?? {}
    equal([code, ...(claim ? [claim, reason] : [])].join(' '), inExplain, 'explain')
  }

  tally.group('templates of issuers')
  for (const { text, good } of vectors.templates) {
    await tally.test(text, () => {
      equal(
        answerAtOnce(() => createVerifier({ ...common, issuer: text, jwks: jwk })),
        good ? 'accept' : 'TypeError issuer',
      )
    })
  }

  tally.group('an issuer by a template')
  for (const { id, claims, good } of vectors.tokens) {
    await tally.test(id, async () => {
      const token = await by(claims)
      const told = answerAtOnce(
        () => createVerifier({ ...common, issuer: TEMPLATE, jwks: jwk }).verifySync(token),
        token,
      )
      const oneOf = {
        'no iss': 'ERR_JWT_CLAIM_VALIDATION_FAILED iss missing',
        'the claim twice': 'ERR_JWT_INVALID',
      }
      equal(told, good ? 'accept' : (oneOf[id] ?? WRONG_ISSUER))
      await judged({ issuer: TEMPLATE, jwks: jwk }, token, told)
      const issuers = [
        { issuer: 'https://other.example', jwks: publicJwk(ecB) },
        { issuer: TEMPLATE, jwks: jwk },
      ]
      await judged({ issuers }, token, good ? 'accept' : NO_KEY)
    })
  }

  tally.group('a key that names an issuer')
  const claims = `{"iss":"${CONTOSO}","tid":"contoso"}`
  for (const { id, issuer, good } of vectors.keys) {
    await tally.test(id, async () => {
      const keys = [{ ...jwk, ...(issuer !== undefined && { issuer }) }]
      const token = await by(claims)
      for (const name of [TEMPLATE, CONTOSO]) {
        await judged({ issuer: name, jwks: { keys } }, token, good ? 'accept' : NO_KEY)
        await judged({ issuer: name, jwks: keys[0] }, token, good ? 'accept' : NO_KEY)
      }
      // As in jose.
      const options = { issuer: CONTOSO, currentDate: common.currentDate }
      equal(await answerOf(() => jwtVerify(token, createLocalJWKSet({ keys }), options)), 'accept')
      equal(
        answerAtOnce(() => jwtVerifySync(token, keys[0], options)),
        'accept',
      )
    })
  }

  tally.group('templates among several issuers')
  const mixed = {
    issuers: [
      { issuer: 'https://login.example/consumers/v2.0', jwks: publicJwk(ecB, { kid: 'k' }) },
      { issuer: TEMPLATE, jwks: jwk },
    ],
  }
  const rows = [
    ['a tenant', 'contoso', ecA, 'accept'],
    ['a tenant by the key of another issuer', 'contoso', ecB, 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'],
    ['the exact issuer before', 'consumers', ecB, 'accept'],
    ['the exact issuer by the key of the tenants', 'consumers', ecA, 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'],
  ]
  for (const [name, tid, key, expected] of rows) {
    await tally.test(name, async () => {
      await judged(mixed, await by(`{"iss":"https://login.example/${tid}/v2.0","tid":"${tid}"}`, key), expected)
    })
  }
  await tally.test('the jose-shaped functions know no templates', async () => {
    const token = await by(claims)
    const options = { issuer: TEMPLATE, currentDate: common.currentDate }
    equal(await answerOf(() => jwtVerify(token, jwk, options)), WRONG_ISSUER)
    const literally = await by(`{"iss":"${TEMPLATE}"}`)
    equal(await answerOf(() => jwtVerify(literally, jwk, options)), 'accept')
  })
  await tally.test('a tenant may be refused by the application', async () => {
    const check = ({ payload }) => (payload.tid === 'contoso' ? undefined : 'this tenant has no contract')
    const verifier = createVerifier({ ...common, issuer: TEMPLATE, jwks: jwk, check })
    const token = await by('{"iss":"https://login.example/fabrikam/v2.0","tid":"fabrikam"}')
    equal(
      answerAtOnce(() => verifier.verifySync(token)),
      'ERR_JWT_CLAIM_VALIDATION_FAILED unspecified check_failed',
    )
    const good = await by(claims)
    equal(
      answerAtOnce(() => verifier.verifySync(good)),
      'accept',
    )
  })
}
