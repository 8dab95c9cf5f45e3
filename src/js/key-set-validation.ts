import { errorFromStatus, errorOfKind } from './error-from-status.js'
import { anyToken } from './local-jwk-set.js'
import { engine } from './verify-engine.js'

/**
 * Refuses a text that is no JWK Set (RFC 7517 §5), holds more than `maxKeys` keys, or none that could verify a token: an
 * endpoint that answers so is broken, and must not replace a good set.
 */
export function validateKeySet(text: string, maxKeys: number): void {
  let refused: number
  try {
    refused = engine.run((glue) => {
      const verifier = new glue.Verifier(anyToken)
      try {
        return verifier.set_jwks(0, text).length
      } finally {
        verifier.free()
      }
    })
  } catch (thrown) {
    throw typeof thrown === 'number' ? errorFromStatus(thrown) : thrown
  }
  const { length } = (JSON.parse(text) as { keys: unknown[] }).keys
  if (length > maxKeys) throw errorOfKind('JwksTooLarge')
  if (refused >= length) throw errorOfKind('JwksInvalid', { message: 'the JWK Set holds no key that verifies tokens' })
}
