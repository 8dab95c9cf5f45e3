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
   * @param {{ iss: string, aud: string }} expected the names that the policy asks for, empty where it takes any
   * @param {{ iss?: unknown, aud?: unknown }} claims the token's own
   * @returns {import('./verdict.js').Verdict & { signed: boolean }} `signed`: one of the keys made the signature, so the claims are its owner's
   */
  verdict(token, expected, claims) {
    const steps = stepsOf(this.#verifier.explain(token), expected)
    const signed = steps.some(({ check, outcome }) => check === 'signature' && outcome === 'pass')
    try {
      return { ...acceptance(this.#verifier.verifySync(token), expected), steps, signed }
    } catch (error) {
      return { ...refusal(error, steps, signed ? contrast(error, expected, claims) : ''), steps, signed }
    }
  }
}

/** The checks made, and in their places those that the policy does not ask for. */
function stepsOf(checks, expected) {
  const steps = new Map(Object.keys(checkWords).map((check) => [check, undefined]))
  for (const { check, outcome, rfc, message } of checks) {
    const unasked = outcome === 'pass' && expected[check] === ''
    steps.set(check, { check, outcome: unasked ? 'unasked' : outcome, rfc, ...(message && { problem: message }) })
  }
  for (const [check, step] of steps) {
    const { unasked, rfc } = checkWords[check] ?? {}
    if (step === undefined && unasked) steps.set(check, { check, outcome: 'unasked', rfc })
  }
  return [...steps.values()].filter(Boolean)
}

function acceptance({ protectedHeader }, expected) {
  const unchecked = [!expected.iss && 'issuer', !expected.aud && 'audience'].filter(Boolean).join(' and ')
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
function contrast({ claim, reason }, expected, claims) {
  if (reason !== 'check_failed' || (claim !== 'aud' && claim !== 'iss')) return ''
  const said = [claims[claim]].flat().slice(0, 5).join('”, “').slice(0, 200)
  return `The token says “${said}”, you expect “${expected[claim]}”.`
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
