// A new issuer for each test run, and what it has issued.
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

export const ISSUER = 'https://issuer.example'
export const AUDIENCE = 'https://api.example'
export const SUBJECT = 'mara'

const pairs = { ES256: await generateKeyPair('ES256'), EdDSA: await generateKeyPair('EdDSA') }

async function publicJwk([alg, { publicKey }]) {
  return { ...(await exportJWK(publicKey)), kid: `key for ${alg}`, alg, use: 'sig' }
}

function issue(alg) {
  return new SignJWT({ scope: 'orders:read', client_id: 'app' })
    .setProtectedHeader({ alg, kid: `key for ${alg}`, typ: 'at+jwt' })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(SUBJECT)
    .setIssuedAt()
    .setExpirationTime('1 hour')
    .setJti('1')
    .sign(pairs[alg].privateKey)
}

export const jwks = { keys: await Promise.all(Object.entries(pairs).map(publicJwk)) }

/** Awaited, its signature is for the platform's own code. */
export const token = await issue('ES256')
/** Its signature is for jotgate's code, awaited or not. */
export const tokenForWasm = await issue('EdDSA')

// Of the right form, and with another number in its signature.
export const forged = token.replace(/\.([^.])([^.]*)$/, (_, first, rest) => `.${first === 'A' ? 'B' : 'A'}${rest}`)

export const REFUSED = 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'
