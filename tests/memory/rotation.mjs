// Verifications with very many keys in rotation: most are too rarely used for a table, and a few are hot, others after a while.
import { generateKeyPairSync, sign } from 'node:crypto'
import { AUDIENCE, CLAIMS, ISSUER, NOW } from '../suite/issuer.mjs'
import { jotgate } from './exercise.mjs'

const KINDS = {
  ES256: { type: 'ec', options: { namedCurve: 'P-256' }, hash: 'sha256' },
  ES384: { type: 'ec', options: { namedCurve: 'P-384' }, hash: 'sha384' },
  EdDSA: { type: 'ed25519', hash: null },
  RS256: { type: 'rsa', options: { modulusLength: 2048 }, hash: 'sha256' },
}
const TOKENS = 2
const HOT = 12
/** Bytes of linear memory for a thousand verifiers, 8 MiB of tables, and the gaps between tables that came and went. */
export const MOST = 32 * 1024 * 1024
/** Calls for which the same keys are hot: enough for tables of the largest size. */
const SPELL = 40_000

/**
 * A stream of verifications; `next(count)` makes that many and counts the answers. Throws at a wrong verdict, and when an accelerator was switched off.
 *
 * @param {Record<string, number>} keys how many of each algorithm
 */
export function rotation(keys) {
  const faults = []
  const all = Object.entries(keys).flatMap(([alg, count]) => Array.from({ length: count }, () => alg))
  const tenants = all.map((alg, index) => newTenant(alg, `tenant-${index}`, (fault) => faults.push(fault.family)))
  // Of every algorithm some in each spell; 7 has no factor in common with a round number.
  const hot = tenants.map((_, index) => tenants[(index * 7) % tenants.length])
  let made = 0
  return (count) => {
    const answers = { accepted: 0, refused: 0 }
    for (const end = made + count; made < end; made += 1) {
      const isHot = made % 5 > 0
      const spell = Math.floor(made / SPELL)
      const { verifySync, tokens, forged, jti } = isHot
        ? hot[(spell * HOT + (made % HOT)) % hot.length]
        : tenants[Math.floor(made / 5) % tenants.length]
      const isForged = made % 17 === 0
      const accepted = verdict(verifySync, isForged ? forged : tokens[made % TOKENS], jti)
      if (accepted === isForged) throw new Error(`call ${made}: a wrong verdict`)
      answers[accepted ? 'accepted' : 'refused'] += 1
    }
    if (faults.length > 0) throw new Error(`switched off: ${faults.join(', ')}`)
    return answers
  }
}

function newTenant(alg, jti, onFault) {
  const { type, options, hash } = KINDS[alg]
  const { privateKey, publicKey } = generateKeyPairSync(type, options)
  const { verifySync } = jotgate.createVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    jwks: publicKey.export({ format: 'jwk' }),
    algorithms: [alg],
    currentDate: new Date(NOW * 1000),
    onFault,
  })
  const tokens = Array.from({ length: TOKENS }, (_, number) => {
    const parts = [{ alg }, { ...CLAIMS, jti, number }].map((part) => Buffer.from(JSON.stringify(part)))
    const input = parts.map((part) => part.toString('base64url')).join('.')
    const signature = sign(hash, Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    return `${input}.${signature.toString('base64url')}`
  })
  return { verifySync, tokens, forged: forged(tokens[0]), jti }
}

/** The same token with one number of its signature changed, well inside. */
function forged(token) {
  const at = token.lastIndexOf('.') + 8
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
}

function verdict(verifySync, token, jti) {
  try {
    const { payload } = verifySync(token)
    if (payload.jti !== jti) throw new Error(`claims of ${payload.jti} for ${jti}`)
    return true
  } catch (error) {
    if (error.code === 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED') return false
    throw error
  }
}
