import { type ClaimReason, type JOSEError, JotgateTokenTooLarge } from './errors.js'

/** One check on a token's way. Holds nothing of the token: safe to log. */
export interface ExplainedCheck {
  /** The check's stable name, such as `alg`, `signature` or `aud`. */
  check: string
  /** What is checked, in words. */
  what: string
  /** The section that asks for it, such as `RFC 8725 §3.1`. */
  rfc: string
  /** How it ended; after the first failure, no check is reached. */
  outcome: 'pass' | 'fail' | 'not-reached'
  /** Where it failed: the code of the error that `verify` rejects with. */
  code?: string
  /** Where it failed: that error's message. */
  message?: string
  /** Where a claim failed: its name. */
  claim?: string
  /** Where a claim failed: what is wrong with it. */
  reason?: ClaimReason
}

/** The check as it ended with an error. */
export function failedCheck(step: Pick<ExplainedCheck, 'check' | 'what' | 'rfc'>, error: JOSEError): ExplainedCheck {
  const { check, what, rfc } = step
  const { code, message, claim, reason } = error as JOSEError & { claim?: string; reason?: ClaimReason }
  return { check, what, rfc, outcome: 'fail', code, message, ...(claim && { claim }), ...(reason && { reason }) }
}

/** The checks on the way of what never came into the module: no text, or too long a one. */
export function unreadChecks(steps: ExplainedCheck[], error: JOSEError): ExplainedCheck[] {
  const [size, segments, ...others] = steps.map(
    ({ check, what, rfc }): ExplainedCheck => ({ check, what, rfc, outcome: 'not-reached' }),
  )
  if (!size || !segments) return []
  if (error.code === JotgateTokenTooLarge.code) return [failedCheck(size, error), segments, ...others]
  return [{ ...size, outcome: 'pass' }, failedCheck(segments, error), ...others]
}
