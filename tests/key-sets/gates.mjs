// The two libraries behind one shape: from issuers and options to a function that verifies a token.
/** One key set for each issuer; the gate rejects what is not accepted. `more`: options for jotgate alone. */
export function createGate({ jose, jotgate }, { library, issuers, options }, more = {}) {
  const { createRemoteJWKSet, jwtVerify, decodeJwt } = { jose, jotgate }[library]
  const own = library === 'jotgate' ? { ...options, ...more, allowInsecureLoopback: true } : options
  const sets = issuers.map(([issuer, url]) => [issuer, createRemoteJWKSet(new URL(url), own)])
  if (library === 'jotgate') {
    const members = sets.map(([issuer, jwks]) => ({ issuer, jwks }))
    const { verify } = jotgate.createVerifier({ issuers: members, audience: 'https://api.example' })
    return verify
  }
  // As its users do it.
  const byIssuer = new Map(sets)
  return (token) => {
    const issuer = decodeJwt(token).iss
    return jwtVerify(token, byIssuer.get(issuer), { issuer, audience: 'https://api.example' })
  }
}
