import { createVerifier } from './dist/default/index.js';
import { checkWords } from './checks.js';
import { sentence } from './verdict.js';

const REFUSALS = {
  aud: { check_failed: 'wrong audience', missing: 'no audience' },
  iss: { check_failed: 'wrong issuer', missing: 'no issuer' },
  exp: { check_failed: 'expired', missing: 'no expiry' },
  nbf: { check_failed: 'not valid yet' },
};

/** The verifier for one policy; made anew only when the policy changes. */
export class Judge {
  #verifier;
  #key = '';

  /**
   * @param {object} options for `createVerifier`
   * @throws {Error} when the options or the keys are not acceptable
   */
  policy(options) {
    const key = JSON.stringify(options);
    if (key === this.#key) return;
    this.#key = '';
    this.#verifier = undefined;
    this.#verifier = createVerifier(options);
    this.#key = key;
  }

  /**
   * @param {string} token
   * @param {Record<string, boolean>} asks which of the optional checks the policy asks for
   * @returns {import('./verdict.js').Verdict & { verified: boolean }}
   */
  verdict(token, asks) {
    const steps = this.#verifier.explain(token).map((step) => this.#step(step, asks));
    try {
      return { ...acceptance(this.#verifier.verifySync(token), asks), steps, verified: true };
    } catch (error) {
      return refusal(error, steps);
    }
  }

  #step({ check, outcome, rfc, error }, asks) {
    const unasked = outcome === 'pass' && asks[check] === false;
    return { check, outcome: unasked ? 'unasked' : outcome, rfc, ...(error && { problem: error.message }) };
  }
}

function acceptance({ protectedHeader }, asks) {
  const unchecked = [!asks.iss && 'issuer', !asks.aud && 'audience'].filter(Boolean).join(' and ');
  const signed = `${protectedHeader.alg}${protectedHeader.kid === undefined ? '' : `, key “${protectedHeader.kid}”`}`;
  if (unchecked) {
    return {
      state: 'warn',
      title: `Signature good, ${unchecked} not checked`,
      text: `Signed with ${signed}. Say which ${unchecked} you expect: without, tokens meant for others are accepted too.`,
    };
  }
  return { state: 'good', title: 'Accepted', text: `Signed with ${signed}. Every check that you asked for has passed, in WebAssembly, in this tab.` };
}

function refusal(error, steps) {
  const failed = steps.find(({ outcome }) => outcome === 'fail');
  const words = REFUSALS[error.claim]?.[error.reason] ?? error.message;
  const { code, status, oauthError, claim, reason } = error;
  return {
    state: 'bad',
    title: `Refused: ${words}`,
    text: [words === error.message ? '' : sentence(error.message), checkWords[failed?.check]?.failed].filter(Boolean).join(' '),
    error: { code, status, oauthError, claim, reason },
    steps,
    verified: false,
  };
}
