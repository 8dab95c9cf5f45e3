import { checkWords } from './checks.js'
import { createVerifier } from './dist/default/index.js'
import { sentence } from './verdict.js'

const REFUSALS = {
  aud: { check_failed: 'wrong audience', missing: 'no audience' },
  iss: { check_failed: 'wrong issuer', missing: 'no issuer' },
  exp: { check_failed: 'expired', missing: 'no expiry' },
  nbf: { check_failed: 'not valid yet' },
}

/** The verifier for one policy; made anew only when the policy changes. */
export class Judge {
  #verifier
  #key = ''

  /**
   * @param {object} options for `createVerifier`
   * @throws {Error} when the options or the keys are not acceptable
   */
  policy(options) {
    const key = JSON.stringify(options)
    if (key === this.#key) return
    this.#key = ''
    this.#verifier = undefined
    this.#verifier = createVerifier(options)
    this.#key = key
  }

  /**
   * @param {string} token
   * @param {Record<string, string | boolean>} asks which of the optional checks the policy asks for, and what of `iss` and `aud`
   * @param {{ iss?: unknown, aud?: unknown }} claims the token's own
   * @returns {import('./verdict.js').Verdict & { signed: boolean } `signed`: one of the keys made the signature, so the claims are the issuer’s own}
   */
  verdict(token, asks, claims) {
    const steps = this.#verifier.explain(token).map((step) => stepOf(step, asks))
    const signed = steps.some(({ check, outcome }) => check === 'signature' && outcome === 'pass')
    try {
      return { ...acceptance(this.#verifier.verifySync(token), asks), steps, signed }
    } catch (error) {
      return { ...refusal(error, steps, signed ? contrast(error, asks, claims) : ''), steps, signed }
    }
  }
}

function stepOf({ check, outcome, rfc, error }, asks) {
  const unasked = outcome === 'pass' && asks[check] !== undefined && !asks[check]
  return { check, outcome: unasked ? 'unasked' : outcome, rfc, ...(error && { problem: error.message }) }
}

function acceptance({ protectedHeader }, asks) {
  const unchecked = [!asks.iss && 'issuer', !asks.aud && 'audience'].filter(Boolean).join(' and ')
  const signed = `${protectedHeader.alg}${protectedHeader.kid === undefined ? '' : `, key “${protectedHeader.kid}”`}`
  if (unchecked) {
    return {
      state: 'warn',
      title: `Signature good, ${unchecked} not checked`,
      text: `Signed with ${signed}. Say which ${unchecked} you expect: without, tokens meant for others are accepted too.`,
    }
  }
  return {
    state: 'good',
    title: 'Accepted',
    text: `Signed with ${signed}. Every check that you asked for has passed, in WebAssembly, in this tab.`,
  }
}

/** What a signed token says and what was expected instead; both are on the page already. */
function contrast({ claim, reason }, asks, claims) {
  if (reason !== 'check_failed' || (claim !== 'aud' && claim !== 'iss')) return ''
  const said = [claims[claim]].flat().slice(0, 5).join('”, “').slice(0, 200)
  return `The token says “${said}”, you expect “${asks[claim]}”.`
}

function refusal(error, steps, details) {
  const failed = steps.find(({ outcome }) => outcome === 'fail')
  const words = REFUSALS[error.claim]?.[error.reason] ?? error.message
  const { code, status, oauthError, claim, reason } = error
  return {
    state: 'bad',
    title: `Refused: ${words}`,
    text: [details || (words === error.message ? '' : sentence(error.message)), checkWords[failed?.check]?.failed]
      .filter(Boolean)
      .join(' '),
    error: { code, status, oauthError, claim, reason },
  }
}
