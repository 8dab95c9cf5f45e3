import type { VerifiedToken } from '../verified-token.js'

const texts = /* @__PURE__ */ new WeakMap<VerifiedToken, string>()

/** Keeps the text of a token that a guard let pass, for `propagate` alone, as long as somebody holds the token. */
export function rememberToken(token: VerifiedToken, text: string): void {
  texts.set(token, text)
}

/** The text of a token that a guard let pass; undefined for others. */
export function tokenText(token: VerifiedToken): string | undefined {
  return texts.get(token)
}
