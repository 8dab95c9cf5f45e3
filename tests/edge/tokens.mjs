// What the guards of these tests are sent.
import { AUDIENCE, claims, ecA, ecB, NOW, publicJwk, signed } from '../suite/issuer.mjs'

export { AUDIENCE, ISSUER, NOW } from '../suite/issuer.mjs'

const KID = 'a'

export const jwks = { keys: [publicJwk(ecA, { kid: KID, alg: 'ES256', use: 'sig' })] }

/** A token of the issuer whose keys the guards have. */
export function issued(more, without) {
  return signed(claims(more, without), { alg: 'ES256', key: ecA, header: { kid: KID } })
}

export const tokens = {
  good: await issued(),
  reader: await issued({ scope: 'read' }),
  none: await issued({}, ['scope']),
  expired: await issued({ exp: NOW }),
  elsewhere: await issued({ aud: `${AUDIENCE}/other` }),
  bound: await issued({ cnf: { jkt: 'a' } }),
  forged: await signed(claims(), { alg: 'ES256', key: ecB, header: { kid: KID } }),
  unknown: await signed(claims(), { alg: 'ES256', key: ecB, header: { kid: 'b' } }),
}

/** The text with `<name>` replaced by the token of that name. */
export function filled(text) {
  return text.replace(/<(\w+)>/g, (whole, name) => tokens[name] ?? whole)
}

/** Whether a text holds some of a token: any of its segments. */
export function holdsToken(text) {
  return Object.values(tokens).some((token) => token.split('.').some((segment) => text.includes(segment)))
}
