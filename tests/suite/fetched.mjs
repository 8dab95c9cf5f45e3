import { createRemoteJWKSet, createVerifier, customFetch, errors, jwtVerify, jwtVerifySync } from 'jotgate'
import { answerAtOnce, answerOf } from './answers.mjs'
import { AUDIENCE, claims, ecA, ecB, NOW, publicJwk, secret, signed } from './issuer.mjs'
import { assert, equal } from './tally.mjs'
import { base64url } from './tokens.mjs'

const A = 'https://a.example'
const B = 'https://b.example'
const OPENID = '/.well-known/openid-configuration'
const OAUTH = '/.well-known/oauth-authorization-server'
const NOT_READY = 'ERR_JOTGATE_KEYS_NOT_READY'
const UNAVAILABLE = 'ERR_JOTGATE_KEYS_UNAVAILABLE'
const NO_KEY = 'ERR_JWKS_NO_MATCHING_KEY'
const BROKEN = 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'
const common = { audience: AUDIENCE, currentDate: new Date(NOW * 1000) }

/** Documents by their addresses, in the place of a network. */
class Web {
  asked = []
  documents = new Map()
  remote = {
    [customFetch]: async (url) => {
      this.asked.push(url)
      const document = this.documents.get(url)
      return document === undefined ? new Response(null, { status: 404 }) : Response.json(document)
    },
  }

  issuer(name, ...keys) {
    this.documents.set(`${name}${OPENID}`, { issuer: name, jwks_uri: `${name}/keys` })
    this.publish(name, ...keys)
    return this
  }

  publish(name, ...keys) {
    this.documents.set(`${name}/keys`, { keys })
  }

  news() {
    return this.asked.splice(0)
  }
}

/** Key sets that are fetched: the same everywhere, also where requests may not await each other. */
export async function fetched(tally) {
  const a = publicJwk(ecA, { kid: 'k' })
  const b = publicJwk(ecB, { kid: 'k' })
  const by = (iss, key, kid = 'k', more = {}) =>
    signed(claims({ iss, ...more }), { alg: 'ES256', key, header: { kid } })
  const ofA = await by(A, ecA)

  tally.group('keys that are fetched')
  for (const backend of ['wasm', 'webcrypto', 'auto']) {
    await tally.test(`found by discovery, ${backend}`, async () => {
      const web = new Web().issuer(A, a)
      const verifier = createVerifier({ ...common, issuer: A, remote: web.remote, backend })
      equal(web.news(), [])
      const forged = await by(A, ecB)
      const answers = await Promise.all(
        [ofA, forged, ofA, 'garbage', ofA].map((token) => answerOf(() => verifier.verify(token), token)),
      )
      equal(answers, ['accept', BROKEN, 'accept', 'ERR_JWS_INVALID', 'accept'])
      equal(web.news(), [`${A}${OPENID}`, `${A}/keys`])
    })

    await tally.test(`exchanged, ${backend}`, async () => {
      const web = new Web().issuer(A, a)
      const remote = { ...web.remote, cooldownDuration: 0 }
      const verifier = createVerifier({ ...common, issuer: A, remote, backend, cache: { maxBytes: 100_000 } })
      for (let round = 0; round < 2; round += 1) equal(await answerOf(() => verifier.verify(ofA)), 'accept')
      web.publish(A, publicJwk(ecB, { kid: 'next' }))
      equal(await answerOf(() => verifier.verify(ofA)), 'accept')
      web.news()
      const next = await by(A, ecB, 'next')
      equal(await answerOf(() => verifier.verify(next)), 'accept')
      equal(web.news(), [`${A}/keys`])
      // Though it was remembered as a verified one.
      equal(await answerOf(() => verifier.verify(ofA)), NO_KEY)
    })
  }

  await tally.test('found by RFC 8414', async () => {
    const name = `${A}/tenant`
    const web = new Web()
    web.documents.set(`${A}${OAUTH}/tenant`, { issuer: name, jwks_uri: `${A}/keys` })
    web.publish(A, a)
    const token = await by(name, ecA)
    equal(await answerOf(() => createVerifier({ ...common, issuer: name, remote: web.remote }).verify(token)), 'accept')
    equal(web.news(), [`${name}${OPENID}`, `${A}${OAUTH}/tenant`, `${A}/keys`])
  })
  await tally.test('not taken from metadata of another issuer', async () => {
    const web = new Web().issuer(A, a)
    web.documents.set(`${A}${OPENID}`, { issuer: `${A}/`, jwks_uri: `${A}/keys` })
    const verifier = createVerifier({ ...common, issuer: A, remote: web.remote })
    equal(await answerOf(() => verifier.verify(ofA), ofA), 'ERR_JOTGATE_DISCOVERY_INVALID')
    equal(web.news(), [`${A}${OPENID}`])
  })
  for (const jwks of [`${A}/keys`, new URL(`${A}/keys`)]) {
    await tally.test(`at ${typeof jwks === 'string' ? 'a text' : 'a URL'}`, async () => {
      const web = new Web().issuer(A, a)
      equal(
        await answerOf(() => createVerifier({ ...common, issuer: A, jwks, remote: web.remote }).verify(ofA)),
        'accept',
      )
      equal(web.news(), [`${A}/keys`])
    })
  }
  await tally.test('of createRemoteJWKSet, for several verifiers', async () => {
    const web = new Web().issuer(A, a)
    const jwks = createRemoteJWKSet(`${A}/keys`, web.remote)
    for (const audience of [AUDIENCE, null]) {
      equal(await answerOf(() => createVerifier({ ...common, audience, issuer: A, jwks }).verify(ofA)), 'accept')
    }
    equal(web.news(), [`${A}/keys`])
  })

  await tally.test('of many tenants, as Entra ID has them', async () => {
    const [origin, metadata] = ['https://login.example', 'https://login.example/common/v2.0/metadata']
    const consumers = `${origin}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0`
    const web = new Web()
    web.documents.set(metadata, { issuer: `${origin}/{tenantid}/v2.0`, jwks_uri: `${origin}/keys` })
    web.publish(origin, { ...a, issuer: `${origin}/{tenantid}/v2.0` }, { ...b, kid: 'c', issuer: consumers })
    const options = { ...common, issuer: `${origin}/{tid}/v2.0`, discovery: metadata, remote: web.remote }
    const check = ({ payload }) => (payload.tid === 'evil' ? 'this tenant has no contract' : undefined)
    const of = (tid, key, kid, iss = `${origin}/${tid}/v2.0`) => by(iss, key, kid, { tid })
    const guid = consumers.split('/')[3]
    const rows = [
      [await of('contoso', ecA), 'accept'],
      [await of('fabrikam', ecA), 'accept'],
      [await of(guid, ecB, 'c'), 'accept'],
      // The key of personal accounts speaks for no organisation.
      [await of('contoso', ecB, 'c'), NO_KEY],
      [await of('contoso', ecB), BROKEN],
      [await of('contoso', ecA, 'k', `${origin}/fabrikam/v2.0`), 'ERR_JWT_CLAIM_VALIDATION_FAILED iss check_failed'],
      [await of('contoso', ecA, 'k', 'https://sts.example/contoso/'), NO_KEY],
      [await of('evil', ecA), 'ERR_JWT_CLAIM_VALIDATION_FAILED unspecified check_failed'],
    ]
    for (const backend of ['wasm', 'webcrypto', 'auto']) {
      const verifier = createVerifier({ ...options, check, backend })
      await verifier.hydrate()
      for (const [at, [token, expected]] of rows.entries()) {
        equal(await answerOf(() => verifier.verify(token), token), expected, `${backend}, row ${at}`)
      }
    }
    web.documents.set(metadata, { issuer: `${origin}/{tenantid}/`, jwks_uri: `${origin}/keys` })
    const other = createVerifier(options)
    equal(await answerOf(() => other.verify(rows[0][0])), 'ERR_JOTGATE_DISCOVERY_INVALID')
  })

  tally.group('verifySync and explain with keys that are fetched')
  await tally.test('fetch nothing', async () => {
    const web = new Web().issuer(A, a)
    const verifier = createVerifier({ ...common, issuer: A, remote: web.remote })
    const keyStep = () => verifier.explain(ofA).find(({ check }) => check === 'key')
    equal(
      answerAtOnce(() => verifier.verifySync(ofA), ofA),
      NOT_READY,
    )
    equal([keyStep().outcome, keyStep().code], ['fail', NOT_READY])
    equal(web.news(), [])
    await verifier.hydrate()
    equal(web.news(), [`${A}${OPENID}`, `${A}/keys`])
    equal(
      answerAtOnce(() => verifier.verifySync(ofA), ofA),
      'accept',
    )
    assert(
      verifier.explain(ofA).every(({ outcome }) => outcome === 'pass'),
      'explain',
    )
    const forged = await by(A, ecB)
    equal(
      answerAtOnce(() => verifier.verifySync(forged), forged),
      BROKEN,
    )
    const unknown = await by(A, ecA, 'unknown')
    equal(
      answerAtOnce(() => verifier.verifySync(unknown), unknown),
      NO_KEY,
    )
    await verifier.hydrate()
    equal(web.news(), [])
  })
  await tally.test('see what another verifier has fetched', async () => {
    const web = new Web().issuer(A, a)
    const jwks = createRemoteJWKSet(`${A}/keys`, { ...web.remote, cooldownDuration: 0 })
    const verifier = createVerifier({ ...common, issuer: A, jwks, cache: { maxBytes: 100_000 } })
    const options = { ...common, issuer: A }
    equal(
      answerAtOnce(() => verifier.verifySync(ofA)),
      NOT_READY,
    )
    equal(
      answerAtOnce(() => jwtVerifySync(ofA, jwks, options)),
      NOT_READY,
    )
    await jwks.reload()
    equal(
      answerAtOnce(() => verifier.verifySync(ofA)),
      'accept',
    )
    equal(
      answerAtOnce(() => jwtVerifySync(ofA, jwks, options)),
      'accept',
    )
    web.publish(A, b)
    await jwks.reload()
    equal(
      answerAtOnce(() => verifier.verifySync(ofA)),
      BROKEN,
    )
    equal(
      answerAtOnce(() => jwtVerifySync(ofA, jwks, options)),
      BROKEN,
    )
    assert(verifier.explain(ofA).find(({ check }) => check === 'signature').outcome === 'fail', 'explain')
    const ofB = await by(A, ecB)
    equal(
      answerAtOnce(() => verifier.verifySync(ofB)),
      'accept',
    )
  })

  tally.group('several issuers whose keys are fetched')
  const two = (web, more = {}) =>
    createVerifier({
      ...common,
      remote: web.remote,
      issuers: [{ issuer: A }, { issuer: B, jwks: `${B}/keys` }, { issuer: 'https://c.example', jwks: { keys: [a] } }],
      ...more,
    })
  await tally.test('each by its own', async () => {
    const web = new Web().issuer(A, a).issuer(B, b)
    const verifier = two(web)
    const rows = [
      [await by('https://c.example', ecA), 'accept', []],
      [await by(A, ecA), 'accept', [`${A}${OPENID}`, `${A}/keys`]],
      [await by(A, ecB), BROKEN, []],
      [await by(B, ecA), BROKEN, [`${B}/keys`]],
      [await by(B, ecB), 'accept', []],
      [await by('https://c.example', ecB), BROKEN, []],
    ]
    for (const [at, [token, expected, asked]] of rows.entries()) {
      equal(await answerOf(() => verifier.verify(token), token), expected, `row ${at}`)
      equal(web.news(), asked, `what row ${at} asks for`)
    }
  })
  await tally.test('a dead one leaves the others alone', async () => {
    const web = new Web().issuer(A, a)
    const verifier = two(web)
    const error = await verifier.hydrate().catch((thrown) => thrown)
    assert(error instanceof errors.JotgateKeysUnavailable && error.message.includes(B), 'hydrate names the issuer')
    equal(
      answerAtOnce(() => verifier.verifySync(ofA)),
      'accept',
    )
    const ofB = await by(B, ecB)
    equal(await answerOf(() => verifier.verify(ofB), ofB), UNAVAILABLE)
    equal(
      answerAtOnce(() => verifier.verifySync(ofB), ofB),
      NOT_READY,
    )
  })
  await tally.test('several dead ones are all told', async () => {
    const error = await two(new Web())
      .hydrate()
      .catch((thrown) => thrown)
    assert(error instanceof errors.JotgateKeysUnavailable && error.message.includes(A), 'the first is named')
    assert(error.cause instanceof AggregateError, 'the cause is an AggregateError')
    equal(
      error.cause.errors.map(({ code }) => code),
      [UNAVAILABLE, UNAVAILABLE],
    )
  })
  await tally.test('nobody is asked for what is nobody’s', async () => {
    const web = new Web().issuer(A, a).issuer(B, b)
    const strangers = [
      await by('https://unknown.example', ecA),
      await by(`${A}/`, ecA),
      await by(`${A}.evil.example`, ecA),
      await by([A], ecA),
      await signed(claims({}, ['iss']), { alg: 'ES256', key: ecA }),
      'garbage',
      `${ofA}.${ofA}`,
    ]
    for (const verifier of [two(web), createVerifier({ ...common, issuer: A, remote: web.remote })]) {
      for (const token of strangers) {
        assert((await answerOf(() => verifier.verify(token), token)) !== 'accept', 'a stranger was let in')
        answerAtOnce(() => verifier.verifySync(token), token)
        verifier.explain(token)
      }
    }
    equal(web.news(), [])
  })

  tally.group('secrets that are fetched')
  await tally.test('are none', async () => {
    const web = new Web().issuer(A, { kty: 'oct', k: base64url(secret), kid: 'k' })
    const token = await signed(claims({ iss: A }), { header: { kid: 'k' } })
    const keys = createRemoteJWKSet(`${A}/keys`, web.remote)
    for (const algorithms of [undefined, ['HS256', 'ES256']]) {
      const more = algorithms && { algorithms }
      for (const source of [{ remote: web.remote }, { remote: web.remote, jwks: `${A}/keys` }, { jwks: keys }]) {
        const verifier = createVerifier({ ...common, issuer: A, ...source, ...more })
        equal(await answerOf(() => verifier.verify(token), token), 'ERR_JOSE_ALG_NOT_ALLOWED')
      }
      equal(await answerOf(() => jwtVerify(token, keys, { ...common, ...more }), token), 'ERR_JOSE_ALG_NOT_ALLOWED')
    }
    equal(await answerOf(() => jwtVerify(token, keys, { algorithms: ['HS256'] }), token), 'ERR_JOSE_ALG_NOT_ALLOWED')
    equal(
      answerAtOnce(() => createVerifier({ ...common, issuer: A, algorithms: ['HS256'] })),
      'TypeError algorithms',
    )
    equal(
      answerAtOnce(() => createVerifier({ ...common, issuer: A, jwks: keys, algorithms: ['HS512'] })),
      'TypeError algorithms',
    )
  })

  tally.group('jwtVerify with keys that are fetched')
  await tally.test('answers as with a set at hand', async () => {
    const web = new Web().issuer(A, a)
    const keys = createRemoteJWKSet(`${A}/keys`, web.remote)
    const { payload, key } = await jwtVerify(ofA, keys, { ...common, issuer: A })
    equal([payload.iss, key.type], [A, 'public'])
    const again = jwtVerifySync(ofA, keys, { ...common, issuer: A })
    equal([again.payload.iss, again.key.x], [A, a.x])
    const forged = await by(A, ecB)
    equal(await answerOf(() => jwtVerify(forged, keys, common)), BROKEN)
    equal(await answerOf(() => jwtVerify('garbage', keys, common)), 'ERR_JWS_INVALID')
    equal(web.news(), [`${A}/keys`])
  })
  await tally.test('gives several that fit to the caller', async () => {
    const web = new Web().issuer(A, b, a)
    const keys = createRemoteJWKSet(`${A}/keys`, web.remote)
    const error = await jwtVerify(ofA, keys, common).catch((thrown) => thrown)
    assert(error instanceof errors.JWKSMultipleMatchingKeys, `it is ${error.code}`)
    const answers = []
    for await (const key of error) answers.push(await answerOf(() => jwtVerify(ofA, key, common)))
    equal(answers, [BROKEN, 'accept'])
  })
}
