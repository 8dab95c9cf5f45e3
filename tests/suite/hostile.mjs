import {
  createVerifier,
  decodeJwt,
  decodeProtectedHeader,
  jwtVerify,
  jwtVerifySync,
  nextRefresh,
  tokenTimes,
} from 'jotgate'
import { answerAtOnce, answerOf } from './answers.mjs'
import { claims, NOW, policy, secret, signed } from './issuer.mjs'
import { assert, equal } from './tally.mjs'
import { cooked } from './tokens.mjs'

const LARGEST = 268_435_456

/** What is no token, and what is far too much of one. */
export async function hostile(tally, { big, attacks: { cases } }) {
  const token = await signed()
  const verifier = createVerifier(policy())
  const control = () =>
    equal(
      answerAtOnce(() => verifier.verifySync(token)),
      'accept',
      'the control token',
    )
  const fail = () => {
    throw new Error('hostile')
  }
  const proxied = new Proxy(
    {},
    { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail, getOwnPropertyDescriptor: fail },
  )

  const noStrings = {
    undefined: undefined,
    null: null,
    'a number': 1,
    NaN: Number.NaN,
    'a BigInt': 1n,
    true: true,
    'a symbol': Symbol('token'),
    'a function': () => token,
    'an object': {},
    'an array': [token],
    'an array of segments': token.split('.'),
    'a String object': new String(token),
    'an object that turns into one': { toString: () => token, valueOf: () => token, [Symbol.toPrimitive]: () => token },
    'an object that throws': { toString: fail, valueOf: fail, [Symbol.toPrimitive]: fail },
    'a Proxy that throws': proxied,
    'a Proxy of bytes': new Proxy(new TextEncoder().encode(token), {}),
    'a revoked Proxy': revoked(),
    'a Date': new Date(),
    'an ArrayBuffer': new TextEncoder().encode(token).buffer,
    'a DataView': new DataView(new TextEncoder().encode(token).buffer),
    'words of 16 bits': Uint16Array.from(token, (character) => character.charCodeAt(0)),
    'what looks like bytes': { length: 3, 0: 1, 1: 2, 2: 3, __proto__: Uint8Array.prototype },
    'a promise of it': Promise.resolve(token),
    'the result of a verification': verifier.verifySync(token),
  }
  tally.group('no strings')
  for (const [name, value] of Object.entries(noStrings)) {
    await tally.test(name, async () => {
      const calls = {
        verifySync: () => verifier.verifySync(value),
        jwtVerifySync: () => jwtVerifySync(value, secret),
        decodeJwt: () => decodeJwt(value),
        decodeProtectedHeader: () => decodeProtectedHeader(value),
        tokenTimes: () => tokenTimes(value),
      }
      for (const [call, run] of Object.entries(calls)) equal(answerAtOnce(run), 'ERR_JWS_INVALID', call)
      equal(await answerOf(() => verifier.verify(value)), 'ERR_JWS_INVALID', 'verify')
      equal(await answerOf(() => jwtVerify(value, secret)), 'ERR_JWS_INVALID', 'jwtVerify')
      equal(await answerOf(() => jwtVerify(value, () => fail())), 'ERR_JWS_INVALID', 'jwtVerify with a key function')
      const steps = verifier.explain(value)
      equal(steps.find(({ outcome }) => outcome === 'fail')?.code, 'ERR_JWS_INVALID', 'explain')
      control()
    })
  }
  for (const [name, value] of Object.entries(noStrings)) {
    // These are objects with, or without, an `exp`, which nextRefresh takes.
    await tally.test(`${name}, nextRefresh`, () => {
      const answer = answerAtOnce(() => nextRefresh(value))
      const known = ['ERR_JWS_INVALID', 'ERR_JWT_CLAIM_VALIDATION_FAILED exp missing']
      assert(known.includes(answer) || answer.includes('could not be read'), `the answer is ${answer}`)
    })
  }

  tally.group('strings that are no tokens')
  const [header, payload, signature] = token.split('.')
  const mangled = {
    'a lone surrogate in the header': `${header}\ud800.${payload}.${signature}`,
    'a lone surrogate in the payload': `${header}.${payload}\udc00.${signature}`,
    'a lone surrogate behind': `${token}\ud800`,
    'a NUL behind': `${token}\u0000`,
    'a BOM before': `\ufeff${token}`,
    'a line end behind': `${token}\n`,
    'white space around': ` ${token} `,
    'full-width letters': token.replace(/[A-Z]/, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)),
    'other alphabets': token.replace('.', '\u2024'),
    'the other base64': `${header}.${payload}.${signature.slice(0, -2)}+/`,
    padding: `${token}=`,
    'padding in the middle': `${header}=.${payload}.${signature}`,
    'an impossible length': `${header}.${payload}.${signature}AA`,
    'trailing bits': `${header}.${payload}.${signature.slice(0, -1)}${next(signature.at(-1))}`,
    'Bearer before': `Bearer ${token}`,
    quotes: `"${token}"`,
    empty: '',
    'a dot': '.',
    'two dots': '..',
    'a JSON document': '{}',
  }
  for (const [name, text] of Object.entries(mangled)) {
    await tally.test(name, async () => {
      const expected = 'ERR_JWS_INVALID'
      equal(
        answerAtOnce(() => verifier.verifySync(text), text),
        expected,
      )
      equal(await answerOf(() => verifier.verify(text), text), expected)
      equal(
        answerAtOnce(() => jwtVerifySync(text, secret), text),
        expected,
      )
      assert(
        verifier.explain(text).some(({ code }) => code === expected),
        'explain',
      )
      control()
    })
  }

  tally.group('tokens as bytes')
  const bytes = new TextEncoder().encode(token)
  const now = { currentDate: new Date(NOW * 1000) }
  await tally.test('jwtVerify takes them, as jose does', async () => {
    equal(await answerOf(() => jwtVerify(bytes, secret, now)), 'accept')
    equal(
      answerAtOnce(() => jwtVerifySync(bytes, secret, now)),
      'accept',
    )
    equal(
      answerAtOnce(() => jwtVerifySync(new Uint8Array([32, ...bytes, 32]).subarray(1, -1), secret, now)),
      'accept',
    )
  })
  await tally.test('but only UTF-8', async () => {
    const latin1 = Uint8Array.from([...bytes, 0xe9])
    equal(await answerOf(() => jwtVerify(latin1, secret, now)), 'ERR_JWS_INVALID')
    equal(
      await answerOf(() => jwtVerify(Uint8Array.from([0xef, 0xbb, 0xbf, ...bytes]), secret, now)),
      'ERR_JWS_INVALID',
    )
    equal(await answerOf(() => jwtVerify(new Uint8Array(), secret, now)), 'ERR_JWS_INVALID')
  })
  await tally.test('and none too long', async () => {
    equal(await answerOf(() => jwtVerify(new Uint8Array(16_385), secret, now)), 'ERR_JOTGATE_TOKEN_TOO_LARGE')
  })

  tally.group('long tokens')
  const good = cases.find(({ id }) => id === 'ok-alg-rs256')
  const rs256 = policy({ jwks: good.jwks, algorithms: ['RS256'] })
  const patient = createVerifier({ ...rs256, maxTokenSize: LARGEST })
  const TOO_LARGE = 'ERR_JOTGATE_TOKEN_TOO_LARGE'
  const answers = {
    'big/aud-100k.jwt': 'accept',
    'big/big-payload.jwt': 'accept',
    'big/deep-header-obj.jwt': 'ERR_JWS_INVALID',
    'big/deep-header.jwt': 'ERR_JWS_INVALID',
    'big/deep-open.jwt': 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    'big/deep-payload.jwt': 'ERR_JWT_INVALID',
    'big/many-claims.jwt': 'accept',
    'big/many-dup.jwt': 'ERR_JWT_INVALID',
    'big/big-sig.jwt': 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    'big/many-dots.jwt': 'ERR_JWS_INVALID',
    'big/many-dots2.jwt': 'ERR_JWS_INVALID',
  }
  for (const recipe of big) {
    const long = cooked(recipe)
    await tally.test(`${recipe.file}, by default`, async () => {
      const usual = createVerifier(rs256)
      equal(
        answerAtOnce(() => usual.verifySync(long), long),
        TOO_LARGE,
      )
      equal(await answerOf(() => usual.verify(long), long), TOO_LARGE)
      equal(
        answerAtOnce(() => decodeJwt(long), long),
        TOO_LARGE,
      )
      equal(
        answerAtOnce(() => decodeProtectedHeader(long), long),
        TOO_LARGE,
      )
      equal(await answerOf(() => jwtVerify(long, good.jwks), long), TOO_LARGE)
      equal(usual.explain(long)[0].code, TOO_LARGE)
      equal(
        answerAtOnce(() => usual.verifySync(good.token)),
        'accept',
      )
    })
    await tally.test(`${recipe.file}, where length is no matter`, async () => {
      equal(
        answerAtOnce(() => patient.verifySync(long), long),
        answers[recipe.file],
      )
      equal(await answerOf(() => patient.verify(long), long), answers[recipe.file])
      equal(
        answerAtOnce(() => patient.verifySync(good.token)),
        'accept',
        'the control token',
      )
    })
  }
  const endless = {
    '8 MB of A': 'A'.repeat(8_000_000),
    '8 MB of three-byte letters': '€'.repeat(2_800_000),
    '8 MB of lone surrogates': '\ud800'.repeat(2_800_000),
    '8 MB of dots': '.'.repeat(8_000_000),
  }
  for (const [name, text] of Object.entries(endless)) {
    await tally.test(name, async () => {
      equal(
        answerAtOnce(() => verifier.verifySync(text)),
        TOO_LARGE,
      )
      equal(await answerOf(() => verifier.verify(text)), TOO_LARGE)
      equal(
        answerAtOnce(() => patient.verifySync(text)),
        'ERR_JWS_INVALID',
        'where length is no matter',
      )
      control()
    })
  }
  await tally.test('bytes count, not letters', () => {
    const short = createVerifier(policy({ maxTokenSize: 10 }))
    equal(
      answerAtOnce(() => short.verifySync('.'.repeat(10))),
      'ERR_JWS_INVALID',
    )
    equal(
      answerAtOnce(() => short.verifySync('.'.repeat(11))),
      TOO_LARGE,
    )
    equal(
      answerAtOnce(() => short.verifySync('€'.repeat(4))),
      TOO_LARGE,
    )
  })
  await tally.test('16384 bytes and no more', async () => {
    const room = 16_384 - (await signed(claims({ x: '' }))).length
    // Three letters are four of base64url; the last few are found by trying.
    for (let filling = Math.floor((room * 3) / 4) - 4; ; filling += 1) {
      const long = await signed(claims({ x: 'x'.repeat(filling) }))
      const expected = long.length <= 16_384 ? 'accept' : TOO_LARGE
      equal(
        answerAtOnce(() => verifier.verifySync(long), long),
        expected,
        `a token of ${long.length} bytes`,
      )
      if (expected === TOO_LARGE) break
    }
  })

  tally.group('strange circumstances')
  await tally.test('a stack that is nearly full', () => {
    const deep = (levels) => {
      try {
        deep(levels + 1)
      } catch {}
      try {
        verifier.verifySync(token)
      } catch {}
    }
    let outer = 0
    const sink = () => {
      outer += 1
      try {
        verifier.verifySync(token)
      } catch {}
      sink()
    }
    try {
      sink()
    } catch {}
    assert(outer > 10, 'there was no stack to fill')
    deep(1e9 - 5)
    control()
    equal(verifier.verifySync(token).payload.jti, 't-1')
  })
  await tally.test('many at once, each with its own claims', async () => {
    for (const backend of ['wasm', 'webcrypto', 'auto']) {
      const each = createVerifier(policy({ backend }))
      const tokens = await Promise.all(Array.from({ length: 60 }, (_, index) => signed(claims({ jti: `j${index}` }))))
      const broken = tokens.map((text, index) => (index % 3 === 0 ? `${text.slice(0, -4)}AAAA` : text))
      const results = await Promise.allSettled(broken.map((text) => each.verify(text)))
      for (const [index, { status, value, reason }] of results.entries()) {
        const bad = index % 3 === 0
        equal(status, bad ? 'rejected' : 'fulfilled', `token ${index}`)
        if (bad) equal(reason.code, 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED')
        else equal([value.payload.jti, [...value.scopes]], [`j${index}`, ['read', 'write']])
      }
    }
  })
  await tally.test('a failure inside is told, accepts nothing, and is over with the next call', async () => {
    const { decode } = TextDecoder.prototype
    const other = createVerifier(policy())
    const failures = []
    TextDecoder.prototype.decode = () => {
      throw new Error('the platform has failed')
    }
    try {
      for (const call of [
        () => verifier.verifySync(token),
        () => decodeJwt(token),
        () => jwtVerifySync(token, secret, now),
      ]) {
        try {
          call()
          failures.push('accepted')
        } catch (error) {
          failures.push(error.code)
        }
      }
      failures.push(
        await verifier.verify(token).then(
          () => 'accepted',
          (error) => error.code,
        ),
      )
    } finally {
      TextDecoder.prototype.decode = decode
    }
    equal(failures, Array(4).fill('ERR_JOTGATE_INTERNAL'))
    control()
    equal(
      answerAtOnce(() => other.verifySync(token)),
      'accept',
      'another verifier',
    )
    equal(decodeJwt(token).jti, 't-1')
    equal(
      answerAtOnce(() => jwtVerifySync(token, secret, now)),
      'accept',
      'jwtVerifySync',
    )
  })
  await tally.test('a platform whose built-ins are watched', () => {
    const { parse } = JSON
    let calls = 0
    JSON.parse = (...parameters) => {
      calls += 1
      return parse(...parameters)
    }
    try {
      const [head, body] = token.split('.')
      const forged = `${head}.${body}.${'A'.repeat(43)}`
      equal(
        answerAtOnce(() => verifier.verifySync(forged), forged),
        'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
      )
      equal(calls, 0, 'times that an unverified claims set was parsed')
    } finally {
      JSON.parse = parse
    }
  })
}

function revoked() {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

// The same six bits but for the last ones, which a canonical text leaves zero.
function next(letter) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return alphabet[alphabet.indexOf(letter) + 1]
}
