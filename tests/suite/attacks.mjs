import { createLocalJWKSet, createVerifier, errors, jwtVerify, jwtVerifySync } from 'jotgate'
import { answerAtOnce, answerOf, assertSilent } from './answers.mjs'
import { assert, equal } from './tally.mjs'
import { cooked, sha256, textOf } from './tokens.mjs'

const LACKING = 'ERR_JOSE_NOT_SUPPORTED'

/** Every attack case on every way that a token can take through the package. */
export async function attacks(tally, { attacks: { cases }, big, codes, exceptions, lacked }) {
  tally.group('big tokens')
  const long = new Map()
  for (const recipe of big) {
    const token = cooked(recipe)
    long.set(recipe.file, token)
    await tally.test(recipe.file, async () => equal(await sha256(token), recipe.sha256, 'its SHA-256'))
  }
  const tokenOf = ({ token, token_file: file }) => (file === undefined ? token : long.get(file))

  tally.group('the expected answers')
  const accepted = new Map()
  for (const one of cases) {
    await tally.test(one.id, () => assertExpectation(one, codes, exceptions))
  }
  await tally.test('at most one in ten of the open rows differs from the preferred verdict', () => {
    const open = cases.filter(({ expect }) => expect === 'either')
    assert(exceptions.length * 10 <= open.length, `${exceptions.length} of ${open.length} differ`)
  })

  for (const one of cases) {
    if (one.expect === 'accept' && codes.createVerifier[one.id] === 'accept') accepted.set(circumstances(one), one)
  }
  const anyGood = cases.find(({ id }) => id === 'ok-alg-rs256')

  for (const one of cases) {
    const token = tokenOf(one)
    const expected = codes.createVerifier[one.id]
    const control = accepted.get(circumstances(one)) ?? anyGood
    const sameInstance = control !== anyGood || circumstances(one) === circumstances(anyGood)
    const controlVerifier = createVerifier(optionsFor(control, 'wasm'))

    for (const accelerate of [true, false]) {
      tally.group(`createVerifier, verifySync, accelerate: ${accelerate}`)
      await tally.test(one.id, () => {
        let result
        const answer = answerAtOnce(() => {
          result = createVerifier({ ...optionsFor(one, 'wasm'), accelerate }).verifySync(token)
          return result
        }, token)
        equal(answer, expected, 'the answer')
        if (answer === 'accept') assertResult(one, token, result)
      })
    }

    for (const backend of ['wasm', 'webcrypto', 'auto']) {
      tally.group(`createVerifier, verify, backend ${backend}`)
      const alg = backend === 'webcrypto' && signatureIsReached(expected) ? algOf(token) : undefined
      const missing = alg !== undefined && lacked.has(alg)
      if (missing) tally.lacks(alg)
      await tally.test(one.id, async () => {
        let result
        const answer = await answerOf(async () => {
          result = await createVerifier(optionsFor(one, backend)).verify(token)
        }, token)
        equal(answer, missing ? LACKING : expected, 'the answer')
        if (answer === 'accept') assertResult(one, token, result)
      })
    }

    tally.group('explain')
    await tally.test(one.id, () => assertExplained(one, token, expected))

    tally.group('a control token afterwards')
    await tally.test(one.id, async () => {
      const verifier = sameInstance ? createVerifier(optionsFor(control, 'wasm')) : undefined
      if (verifier) answerAtOnce(() => verifier.verifySync(token), token)
      if (verifier)
        equal(
          answerAtOnce(() => verifier.verifySync(control.token)),
          'accept',
          'on the same verifier',
        )
      equal(
        answerAtOnce(() => controlVerifier.verifySync(control.token)),
        'accept',
        'on another verifier',
      )
      equal(await answerOf(() => controlVerifier.verify(control.token)), 'accept', 'awaited')
    })

    const joseShaped = codes.jwtVerify[one.id] ?? expected
    tally.group('jwtVerifySync')
    await tally.test(one.id, () => {
      equal(
        answerAtOnce(() => jwtVerifySync(token, one.jwks, joseOptions(one)), token),
        joseShaped,
        'the answer',
      )
    })
    tally.group('jwtVerify')
    await tally.test(one.id, async () => {
      equal(await answerOf(() => jwtVerify(token, one.jwks, joseOptions(one)), token), joseShaped, 'the answer')
    })
    tally.group('jwtVerify, createLocalJWKSet')
    await tally.test(one.id, async () => {
      const call = () => jwtVerify(token, createLocalJWKSet(one.jwks), joseOptions(one))
      const wanted = joseShaped === 'TypeError key' ? 'ERR_JWKS_INVALID' : joseShaped
      equal(await answerOf(call, token), wanted, 'the answer')
    })
  }
}

/** Holds codes.json against the verdict that the data itself demands. */
function assertExpectation({ id, expect, prefer, requires = [] }, codes, exceptions) {
  const answer = codes.createVerifier[id]
  assert(answer !== undefined, 'codes.json has no answer')
  const verdict = answer === 'accept' ? 'accept' : 'reject'
  const exception = exceptions.find((each) => each.id === id)
  if (exception) {
    equal(expect, 'either', 'what an exception is about')
    equal([exception.prefer, exception.ours], [prefer, verdict], 'the exception')
    assert(exception.prefer !== exception.ours && exception.reason.length > 20, 'the exception is none')
  } else if (requires.some((feature) => NOT_OFFERED.has(feature))) {
    assert(answer.startsWith('TypeError '), 'what is not offered must be refused when it is asked for')
  } else {
    equal(verdict, expect === 'either' ? prefer : expect, 'the verdict in codes.json')
  }
}

const NOT_OFFERED = new Set(['alg:ESP256', 'alg:Ed448', 'alg:ML-DSA', 'sender-constraint'])

const circumstances = ({ options, jwks }) => JSON.stringify([options, jwks])

function read(value) {
  if (Array.isArray(value)) return value.map(read)
  if (value === null || typeof value !== 'object') return value
  const names = { NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY, '-Infinity': Number.NEGATIVE_INFINITY }
  return '$js' in value ? names[value.$js] : value
}

function optionsFor({ options: { now, ...options }, jwks }, backend) {
  const given = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, read(value)]))
  return { ...given, clock: () => read(now), jwks, backend }
}

function joseOptions({ options: { now, ...options } }) {
  const given = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, read(value)]))
  const seconds = read(now)
  return { ...given, currentDate: typeof seconds === 'number' ? new Date(seconds * 1000) : seconds }
}

// What comes behind the signature on a token's way, or is its verdict.
function signatureIsReached(answer) {
  const beyond = [
    'accept',
    'ERR_JWS_SIGNATURE',
    'ERR_JWT_EXPIRED',
    'ERR_JWT_CLAIM',
    'ERR_JWT_INVALID',
    'ERR_JOTGATE_CLOCK',
  ]
  return beyond.some((start) => answer.startsWith(start))
}

function algOf(token) {
  try {
    return JSON.parse(textOf(token.split('.')[0])).alg
  } catch {}
}

function assertResult({ post = {} }, token, { payload, protectedHeader, scopes }) {
  const [header, body] = token.split('.').map(textOf)
  equal(payload, JSON.parse(body), 'the payload')
  equal(protectedHeader, JSON.parse(header), 'the header')
  assert(scopes instanceof Set, 'scopes is no Set')
  for (const name of post.absent ?? []) equal(payload[name], undefined, `payload.${name}`)
  if (post.noPollution) equal({}.isAdmin, undefined, 'Object.prototype.isAdmin')
  if (post.equalsIfAccepted) {
    for (const [name, value] of Object.entries(post.equalsIfAccepted)) equal(payload[name], value, `payload.${name}`)
  }
}

function assertExplained(one, token, expected) {
  let verifier
  try {
    verifier = createVerifier(optionsFor(one, 'wasm'))
  } catch (error) {
    // What cannot be created has nothing to explain.
    equal(expected.startsWith('TypeError ') || expected === 'ERR_JWKS_INVALID', true, 'expected at creation')
    assertSilent(error, token)
    return
  }
  const steps = verifier.explain(token)
  assertSilent(new Error(JSON.stringify(steps)), token)
  const failed = steps.findIndex(({ outcome }) => outcome === 'fail')
  const outcomes = steps.map(({ outcome }) => outcome)
  if (expected === 'accept') return equal([...new Set(outcomes)], ['pass'], 'the outcomes')
  const wanted = outcomes.map((_, at) => (at < failed ? 'pass' : at === failed ? 'fail' : 'not-reached'))
  equal(outcomes, wanted, 'the outcomes')
  assert(failed >= 0, 'no step has failed')
  const { code, claim, reason, message, rfc } = steps[failed]
  equal([code, ...(claim ? [claim, reason] : [])].join(' '), expected, 'the failed step')
  assert(message && /^(RFC|W3C)/.test(rfc), 'the failed step does not say what and why')
  assert(
    Object.values(errors).some((each) => each.code === code),
    `${code} is not among errors`,
  )
}
