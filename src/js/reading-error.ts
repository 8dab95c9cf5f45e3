import { readingErrors } from './error-table.js'
import {
  type JOSEError,
  JOSENotSupported,
  JotgateInternal,
  JotgateTokenTooLarge,
  JWSInvalid,
  JWTInvalid,
} from './errors.js'

// Its own small table, so that `jotgate/decode` carries no error that it cannot meet.
const byCode = {
  ERR_JOSE_NOT_SUPPORTED: JOSENotSupported,
  ERR_JOTGATE_TOKEN_TOO_LARGE: JotgateTokenTooLarge,
  ERR_JWS_INVALID: JWSInvalid,
  ERR_JWT_INVALID: JWTInvalid,
}

/** The error that reading a token ends with, by its kind in the module's status number, or by its name. */
export function readingError(kind: number | (typeof readingErrors)[number]['name']): JOSEError {
  const row = readingErrors.find((each) => each.kind === kind || each.name === kind)
  return row ? new byCode[row.code](row.message, { rfc: row.rfc }) : new JotgateInternal()
}
