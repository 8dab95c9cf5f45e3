// What the registered members mean, for someone who has the token in front of them.

/** @type {Record<string, { says: string, rfc: string, caution?: boolean }>} */
export const headerMembers = {
  alg: {
    says: 'The algorithm of the signature. The policy decides which are acceptable, not the token.',
    rfc: 'RFC 7515 §4.1.1',
  },
  typ: { says: 'The kind of token, a media type without “application/”.', rfc: 'RFC 7515 §4.1.9' },
  cty: { says: 'The kind of the payload. Only used when a token carries another token.', rfc: 'RFC 7515 §4.1.10' },
  kid: { says: 'Which of the issuer’s keys signed this.', rfc: 'RFC 7515 §4.1.4' },
  crit: { says: 'Extensions the reader must understand, or refuse the token.', rfc: 'RFC 7515 §4.1.11' },
  b64: { says: 'Whether the payload is base64url. Tokens must not switch it off.', rfc: 'RFC 7797 §7', caution: true },
  jku: {
    says: 'An address of keys, named by the token itself. Never fetched, never used.',
    rfc: 'RFC 7515 §4.1.2',
    caution: true,
  },
  jwk: { says: 'A key brought along by the token itself. Never used.', rfc: 'RFC 7515 §4.1.3', caution: true },
  x5u: {
    says: 'An address of a certificate, named by the token itself. Never fetched, never used.',
    rfc: 'RFC 7515 §4.1.5',
    caution: true,
  },
  x5c: {
    says: 'A certificate chain brought along by the token itself. Never used.',
    rfc: 'RFC 7515 §4.1.6',
    caution: true,
  },
  x5t: { says: 'SHA-1 thumbprint of a certificate.', rfc: 'RFC 7515 §4.1.7' },
  'x5t#S256': { says: 'SHA-256 thumbprint of a certificate.', rfc: 'RFC 7515 §4.1.8' },
  enc: { says: 'Content encryption: this token is encrypted, not signed.', rfc: 'RFC 7516 §4.1.2' },
  zip: { says: 'Compression before encryption.', rfc: 'RFC 7516 §4.1.3' },
}

/** @type {Record<string, { says: string, rfc: string, caution?: boolean }>} */
export const claimMembers = {
  iss: { says: 'Who issued the token.', rfc: 'RFC 7519 §4.1.1' },
  sub: { says: 'Whom the token is about. Unique at this issuer only.', rfc: 'RFC 7519 §4.1.2' },
  aud: { says: 'Whom the token is for. Everyone else must refuse it.', rfc: 'RFC 7519 §4.1.3' },
  exp: { says: 'From this second on it is no longer good.', rfc: 'RFC 7519 §4.1.4' },
  nbf: { says: 'Not good before this second.', rfc: 'RFC 7519 §4.1.5' },
  iat: { says: 'When it was issued.', rfc: 'RFC 7519 §4.1.6' },
  jti: { says: 'The token’s own name, never given twice.', rfc: 'RFC 7519 §4.1.7' },
  scope: { says: 'What the bearer may do: names with a space between them.', rfc: 'RFC 8693 §4.2' },
  scp: { says: 'What the bearer may do, under the name that some issuers use.', rfc: '' },
  client_id: { says: 'The client the token was issued to.', rfc: 'RFC 8693 §4.3' },
  azp: { says: 'The client the ID token was issued to.', rfc: 'OpenID Core §2' },
  nonce: { says: 'Ties the ID token to one login request.', rfc: 'OpenID Core §2' },
  auth_time: { says: 'When the user last proved who they are.', rfc: 'RFC 9068 §2.2.1' },
  acr: { says: 'How strongly the user was authenticated.', rfc: 'RFC 9068 §2.2.1' },
  amr: { says: 'By which means the user was authenticated.', rfc: 'RFC 9068 §2.2.1' },
  at_hash: { says: 'Half the hash of the access token issued along with this ID token.', rfc: 'OpenID Core §3.1.3.6' },
  sid: { says: 'The user’s session at the issuer.', rfc: 'OpenID Front-Channel Logout §3' },
  cnf: { says: 'The key the bearer has to prove possession of.', rfc: 'RFC 7800 §3.1' },
  act: { says: 'Who acts for the subject.', rfc: 'RFC 8693 §4.1' },
  may_act: { says: 'Who may act for the subject.', rfc: 'RFC 8693 §4.4' },
  authorization_details: { says: 'What the bearer may do, in detail.', rfc: 'RFC 9396 §9.1' },
  roles: { says: 'Roles of the subject.', rfc: 'RFC 9068 §2.2.3.1' },
  groups: { says: 'Groups of the subject.', rfc: 'RFC 9068 §2.2.3.1' },
  entitlements: { says: 'Entitlements of the subject.', rfc: 'RFC 9068 §2.2.3.1' },
  events: { says: 'What this security event token reports.', rfc: 'RFC 8417 §2.2' },
  status: { says: 'Where the token’s status can be looked up.', rfc: '' },
  email: { says: 'The user’s address, as the issuer knows it.', rfc: 'OpenID Core §5.1' },
  email_verified: { says: 'Whether the issuer has checked that address.', rfc: 'OpenID Core §5.1' },
  name: { says: 'The user’s full name.', rfc: 'OpenID Core §5.1' },
  preferred_username: { says: 'The name the user likes to be called. Not unique.', rfc: 'OpenID Core §5.1' },
}

/** Claims that hold a NumericDate. */
export const dateClaims = new Set(['exp', 'nbf', 'iat', 'auth_time', 'updated_at'])
