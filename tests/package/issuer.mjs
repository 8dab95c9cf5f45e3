// A new issuer for each test run, and what it has issued.
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

export const ISSUER = 'https://issuer.example'
export const AUDIENCE = 'https://api.example'
export const SUBJECT = 'mara'

const { privateKey, publicKey } = await generateKeyPair('ES256')

export const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] }

export const token = await new SignJWT({ scope: 'orders:read', client_id: 'app' })
  .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'at+jwt' })
  .setIssuer(ISSUER)
  .setAudience(AUDIENCE)
  .setSubject(SUBJECT)
  .setIssuedAt()
  .setExpirationTime('1 hour')
  .setJti('1')
  .sign(privateKey)

// Of the right form, and with another number in its signature.
export const forged = token.replace(/\.([^.])([^.]*)$/, (_, first, rest) => `.${first === 'A' ? 'B' : 'A'}${rest}`)

export const REFUSED = 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED'
