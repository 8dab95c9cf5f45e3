// Tokens of every sort that a guard meets, each with the answer it has to get.
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

export const AUDIENCE = 'https://api.example'

const b64 = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/**
 * An issuer that signs with the last of its keys.
 *
 * @param {string} issuer its name
 */
export async function newIssuer(issuer) {
  const signers = []
  const stranger = await generateKeyPair('ES256')
  let count = 0

  async function newKey() {
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const kid = `key ${signers.length + 1}`
    const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }
    signers.push({ kid, jwk, privateKey })
    return kid
  }
  await newKey()

  const signer = (kid) => signers.find((each) => each.kid === kid) ?? signers.at(-1)

  function claims(changes = {}) {
    const now = Math.floor(Date.now() / 1000)
    count += 1
    return {
      iss: issuer,
      sub: `user-${count % 500}`,
      aud: AUDIENCE,
      client_id: 'load',
      iat: now,
      exp: now + 3600,
      jti: String(count),
      scope: 'read write',
      ...changes,
    }
  }

  async function sign(changes, { kid, header = {}, key } = {}) {
    const by = signer(kid)
    return new SignJWT(claims(changes))
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: by.kid, ...header })
      .sign(key ?? by.privateKey)
  }

  const past = () => Math.floor(Date.now() / 1000) - 3600
  const read = { method: 'GET', status: 200 }
  const badToken = { method: 'GET', status: 401, error: 'invalid_token' }

  const sorts = {
    'good, reading': async (kid) => ({ ...read, token: await sign({ scope: 'read' }, { kid }) }),
    'good, writing': async (kid) => ({ method: 'POST', status: 201, token: await sign({}, { kid }) }),
    'without the scope': async (kid) => ({
      method: 'POST',
      status: 403,
      error: 'insufficient_scope',
      token: await sign({ scope: 'read' }, { kid }),
    }),
    expired: async (kid) => ({ ...badToken, token: await sign({ iat: past() - 60, exp: past() }, { kid }) }),
    'not yet valid': async (kid) => ({ ...badToken, token: await sign({ nbf: past() + 7200 }, { kid }) }),
    forged: async (kid) => ({ ...badToken, token: await sign({}, { kid, key: stranger.privateKey }) }),
    raised: async (kid) => {
      const [header, payload, signature] = (await sign({ scope: 'read' }, { kid })).split('.')
      const raised = { ...JSON.parse(Buffer.from(payload, 'base64url')), scope: 'read write' }
      return { ...badToken, method: 'POST', token: `${header}.${b64(raised)}.${signature}` }
    },
    'unknown kid': async () => ({
      ...badToken,
      // For the fetch that looks for its key.
      waits: true,
      token: await sign({}, { header: { kid: `nobody ${count}` }, key: stranger.privateKey }),
    }),
    'for another API': async (kid) => ({ ...badToken, token: await sign({ aud: 'https://billing.example' }, { kid }) }),
    'of another issuer': async (kid) => ({
      ...badToken,
      token: await sign({ iss: 'https://issuer.example' }, { kid }),
    }),
    unsigned: () => ({ ...badToken, token: `${b64({ alg: 'none', typ: 'at+jwt' })}.${b64(claims())}.` }),
    garbage: () => ({
      ...badToken,
      token: crypto
        .randomUUID()
        .repeat(1 + (count++ % 20))
        .replaceAll('-', '.'),
    }),
    none: () => ({ method: 'GET', status: 401, token: undefined }),
  }

  return {
    newKey,
    /** The public keys of these names, all without. */
    jwks: (...kids) => ({
      keys: signers.filter(({ kid }) => kids.length === 0 || kids.includes(kid)).map(({ jwk }) => jwk),
    }),
    sorts: Object.keys(sorts),
    /** One request and the answer that it has to get. */
    request: async (sort, kid) => ({ sort, kid, ...(await sorts[sort](kid)) }),
  }
}
