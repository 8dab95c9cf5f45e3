import type { JWTHeader, JWTPayload } from './types.js'
import { engine } from './verify-engine.js'

/** What `createVerifier`'s `verify` and `verifySync` answer. */
export interface VerifiedToken<Payload = JWTPayload> {
  /** The verified claims, from one `JSON.parse` of the very bytes that were signed. Times in seconds. */
  readonly payload: Payload & JWTPayload
  /** The verified header. */
  readonly protectedHeader: JWTHeader
  /**
   * The granted scopes: from `scope` (RFC 8693 §4.2, RFC 9068 §2.2.3) and `scp`, text or array, and from `permissions`
   * where the option of that name counts it. Read at the first use.
   */
  readonly scopes: ReadonlySet<string>
  /** Whether every one of the scopes is granted. */
  hasScope(...scopes: string[]): boolean
}

/** Makes the answer of what the core has accepted; `payload` is JSON text. */
export function verifiedToken(header: JWTHeader, payload: string, permissions: boolean): VerifiedToken {
  return new Verified(header, payload, permissions)
}

class Verified implements VerifiedToken {
  readonly payload: JWTPayload
  readonly protectedHeader: JWTHeader
  readonly #text: string
  readonly #permissions: boolean
  #scopes: ReadonlySet<string> | undefined

  constructor(header: JWTHeader, payload: string, permissions: boolean) {
    this.payload = JSON.parse(payload) as JWTPayload
    this.protectedHeader = header
    this.#text = payload
    this.#permissions = permissions
  }

  get scopes(): ReadonlySet<string> {
    // Of the signed text, not of `payload`, which may have been changed since.
    this.#scopes ??= engine.run((glue) => {
      const status = glue.scopes(engine.write(this.#text), this.#permissions)
      const names = status === 0 ? engine.text(2) : ''
      return new Set(names === '' ? [] : names.split(' '))
    })
    return this.#scopes
  }

  hasScope(...scopes: string[]): boolean {
    return scopes.every((scope) => this.scopes.has(scope))
  }
}

/** The same token, which nobody can change any more. Without recursion, as claims may be deeply nested. */
export function deeplyFrozen(verified: VerifiedToken): VerifiedToken {
  const open: object[] = [verified, verified.protectedHeader, verified.payload]
  for (let each = open.pop(); each; each = open.pop()) {
    Object.freeze(each)
    for (const value of Object.values(each)) {
      if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) open.push(value)
    }
  }
  return verified
}
