import { claimNames, judgingErrors, readingErrors, reasons } from './error-table.js'
import * as errors from './errors.js'

const errorTable = [...readingErrors, ...judgingErrors]

const byCode = {
  ERR_JOSE_ALG_NOT_ALLOWED: errors.JOSEAlgNotAllowed,
  ERR_JOSE_NOT_SUPPORTED: errors.JOSENotSupported,
  ERR_JWS_INVALID: errors.JWSInvalid,
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: errors.JWSSignatureVerificationFailed,
  ERR_JWT_INVALID: errors.JWTInvalid,
  ERR_JWT_EXPIRED: errors.JWTExpired,
  ERR_JWT_CLAIM_VALIDATION_FAILED: errors.JWTClaimValidationFailed,
  ERR_JWK_INVALID: errors.JWKInvalid,
  ERR_JWKS_INVALID: errors.JWKSInvalid,
  ERR_JWKS_NO_MATCHING_KEY: errors.JWKSNoMatchingKey,
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: errors.JWKSMultipleMatchingKeys,
  ERR_JOTGATE_TOKEN_TOO_LARGE: errors.JotgateTokenTooLarge,
  ERR_JOTGATE_KEYS_NOT_READY: errors.JotgateKeysNotReady,
  ERR_JOTGATE_INSUFFICIENT_SCOPE: errors.JotgateInsufficientScope,
  ERR_JOTGATE_CLOCK_INVALID: errors.JotgateClockInvalid,
  ERR_JOTGATE_INTERNAL: errors.JotgateInternal,
} satisfies Record<
  (typeof errorTable)[number]['code'],
  new (
    message?: string,
    details?: errors.ErrorDetails,
  ) => errors.JOSEError
>

type Kind = (typeof errorTable)[number]['name']

/** The error of a kind that JavaScript itself finds. */
export function errorOfKind(kind: Kind, details?: errors.ErrorDetails & { message?: string }): errors.JOSEError {
  const row = errorTable.find(({ name }) => name === kind)
  if (!row) return new errors.JotgateInternal()
  return new byCode[row.code](details?.message ?? row.message, { rfc: row.rfc, ...details })
}

/** The error of a status number of the WebAssembly module, which may point into the policy's `requiredClaims`. */
export function errorFromStatus(status: number, requiredClaims: readonly string[] = []): errors.JOSEError {
  const row = errorTable.find(({ kind }) => kind === (status & 255))
  if (!row) return new errors.JotgateInternal()
  const claim =
    claimNames[(status >>> 8) & 255] || (status >>> 24 < 255 && requiredClaims[status >>> 24]) || 'unspecified'
  const reason = reasons[(status >>> 16) & 255] ?? 'check_failed'
  const message = row.name === 'Claim' ? claimMessage(claim, reason) : row.message
  return new byCode[row.code](message, { rfc: row.rfc, claim, reason })
}

/** Names the claim, never its value. */
function claimMessage(claim: string, reason: errors.ClaimReason): string {
  const what = claim === 'typ' ? '"typ" header' : `"${claim}" claim`
  switch (reason) {
    case 'missing':
      return `the required ${what} is missing`
    case 'invalid':
      return `the ${what} has the wrong type`
    default:
      return `the ${what} is not acceptable here`
  }
}
