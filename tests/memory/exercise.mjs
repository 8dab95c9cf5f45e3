// Good and bad tokens without end, from a seeded generator, and what they do to the linear memories.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parts } from '../packed.mjs'
import { AUDIENCE, claims, ecA, ISSUER, NOW, publicJwk, rsaA, secret, signed } from '../suite/issuer.mjs'

// Of every instance that the package makes, whichever modules it takes.
const memories = []
WebAssembly.Instance = class extends WebAssembly.Instance {
  constructor(module, imports) {
    super(module, imports)
    memories.push(this.exports.memory)
  }
}

const load = (file) => import(pathToFileURL(join(parts, file)).href)
const [jotgate, reading, verifying] = await Promise.all(['index.js', 'decode-engine.js', 'verify-engine.js'].map(load))

export { jotgate }

/** Bytes of all linear memories, which never shrink. Throws if an instance was given up, as its memory would be out of sight. */
export function linearMemory() {
  for (const { engine } of [reading, verifying]) {
    // Makes the instance, where that was not done yet.
    if (!engine.glue || engine.generation > 1) throw new Error('a WebAssembly instance has failed')
  }
  return memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0)
}

/** A stream of calls, each with a token of a random kind; `next(count)` makes that many and counts the answers. */
export async function stream(seed) {
  const random = generator(seed)
  const pick = (list) => list[Math.floor(random() * list.length)]
  const common = { issuer: ISSUER, audience: AUDIENCE, currentDate: new Date(NOW * 1000) }
  const verifiers = {
    HS256: jotgate.createVerifier({ ...common, jwks: secret, algorithms: ['HS256'] }),
    ES256: jotgate.createVerifier({ ...common, jwks: publicJwk(ecA), cache: { maxBytes: 50_000 } }),
    RS256: jotgate.createVerifier({ ...common, jwks: { keys: [publicJwk(rsaA)] } }),
  }
  const signers = { HS256: secret, ES256: ecA, RS256: rsaA }
  const bodies = [
    ...Array.from({ length: 6 }, (_, index) => claims({ jti: `j${index}` })),
    claims({ x: 'x'.repeat(6000) }),
    claims({ scope: Array.from({ length: 500 }, (_, index) => `s${index}`) }),
    claims({ exp: NOW - 1 }),
    claims({ aud: 'x' }),
    '{"sub":"a","sub":"a"}',
    `{"x":${'['.repeat(200)}`,
    'text',
  ]
  const tokens = []
  for (const [alg, key] of Object.entries(signers)) {
    for (const body of bodies) tokens.push([alg, await signed(body, { alg, key })])
  }

  const mangle = (token) => {
    const at = Math.floor(random() * token.length)
    return token.slice(0, at) + pick(['', '.', '=', 'A', '€', '\ud800', 'A'.repeat(20_000)]) + token.slice(at + 1)
  }
  const calls = [
    (alg, token) => verifiers[alg].verifySync(token).scopes.size,
    (alg, token) => verifiers[alg].verifySync(token),
    (alg, token) => verifiers[alg].explain(token),
    (_, token) => jotgate.decodeJwt(token),
    (_, token) => jotgate.decodeProtectedHeader(token),
    (_, token) => jotgate.nextRefresh(token, { now: NOW }),
    // A key that is made anew for each token.
    (_, token) => jotgate.jwtVerifySync(token, Uint8Array.from(secret), common),
  ]
  return (count) => {
    const answers = { accepted: 0, refused: 0 }
    for (let made = 0; made < count; made += 1) {
      let [alg, token] = pick(tokens)
      if (random() < 0.3) token = mangle(token)
      try {
        pick(calls)(alg, token)
        answers.accepted += 1
      } catch (error) {
        if (!(error instanceof jotgate.errors.JOSEError) || error.code === 'ERR_JOTGATE_INTERNAL') throw error
        answers.refused += 1
      }
    }
    return answers
  }
}

/** mulberry32: small, and good enough to pick tokens. */
function generator(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
