import { type JOSEError, JotgateInsufficientScope, JWTClaimValidationFailed, JWTExpired } from './errors.js'

/** Attaches the refused token to its error, for `includeTokenInErrors`; where only claims failed, also the claims set. */
export function attachToken(error: JOSEError, token: unknown): void {
  Reflect.defineProperty(error, 'token', { value: token, configurable: true })
  const signed =
    error instanceof JWTClaimValidationFailed ||
    error instanceof JWTExpired ||
    error instanceof JotgateInsufficientScope
  if (!signed || typeof token !== 'string') return
  const binary = atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'))
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
  Reflect.defineProperty(error, 'payload', { value: JSON.parse(new TextDecoder().decode(bytes)), configurable: true })
}
