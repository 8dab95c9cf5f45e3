// Tokens to try, each really signed in this tab with a key pair made for the page's visit. jotgate itself does not sign.

export const issuer = 'https://issuer.example'
export const audience = 'https://api.example'

const KEY_ID = 'sample-key'
const P256 = { name: 'ECDSA', namedCurve: 'P-256' }
const ES256 = { name: 'ECDSA', hash: 'SHA-256' }

const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=/g, '')
const encoded = (text) => base64url(new TextEncoder().encode(text))

/** @type {Promise<CryptoKeyPair> | undefined} */
let ownPair
const newPair = () => crypto.subtle.generateKey(P256, true, ['sign', 'verify'])
const own = () => {
  ownPair ??= newPair()
  return ownPair
}

async function sign({ header = {}, claims, payload = JSON.stringify(claims), key, algorithm = ES256 }) {
  const input = `${encoded(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: KEY_ID, ...header }))}.${encoded(payload)}`
  const signature = await crypto.subtle.sign(
    algorithm,
    key ?? (await own()).privateKey,
    new TextEncoder().encode(input),
  )
  return `${input}.${base64url(new Uint8Array(signature))}`
}

function claimsAt(now) {
  return {
    iss: issuer,
    sub: 'mara',
    aud: audience,
    client_id: 'playground',
    iat: now,
    exp: now + 300,
    jti: crypto.randomUUID(),
    scope: 'read write',
  }
}

/** @type {Array<{ name: string, says: string, token: (now: number) => Promise<string> }>} */
export const samples = [
  {
    name: 'Good',
    says: 'Good for five minutes.',
    token: (now) => sign({ claims: claimsAt(now) }),
  },
  {
    name: 'Expired',
    says: 'Its time was over an hour ago.',
    token: (now) => sign({ claims: { ...claimsAt(now - 3900) } }),
  },
  {
    name: 'Not yet valid',
    says: 'It becomes valid in two minutes.',
    token: (now) => sign({ claims: { ...claimsAt(now), nbf: now + 120 } }),
  },
  {
    name: 'Wrong audience',
    says: 'Well signed, but meant for somebody else.',
    token: (now) => sign({ claims: { ...claimsAt(now), aud: 'https://billing.example' } }),
  },
  {
    name: 'Changed',
    says: 'The scope was raised after signing.',
    async token(now) {
      const claims = claimsAt(now)
      const [header, , signature] = (await sign({ claims })).split('.')
      return `${header}.${encoded(JSON.stringify({ ...claims, scope: 'read write admin' }))}.${signature}`
    },
  },
  {
    name: 'Forged',
    says: 'Signed with another key, under the name of the real one.',
    token: async (now) => sign({ claims: claimsAt(now), key: (await newPair()).privateKey }),
  },
  {
    name: 'Unsigned',
    says: 'alg “none”, and no signature.',
    token: async (now) =>
      `${encoded(JSON.stringify({ alg: 'none', typ: 'at+jwt' }))}.${encoded(JSON.stringify(claimsAt(now)))}.`,
  },
  {
    name: 'Key confusion',
    says: 'HS256, with the public key’s text as the secret: RFC 8725 §2.1.',
    async token(now) {
      const secret = new TextEncoder().encode(await sampleKeys())
      const algorithm = { name: 'HMAC', hash: 'SHA-256' }
      const key = await crypto.subtle.importKey('raw', secret, algorithm, false, ['sign'])
      return sign({ header: { alg: 'HS256' }, claims: claimsAt(now), key, algorithm })
    },
  },
  {
    name: 'Claim twice',
    says: 'Two audiences under one name, so that two readers could see two tokens.',
    token(now) {
      const payload = JSON.stringify(claimsAt(now)).replace('"aud":', '"aud":"https://billing.example","aud":')
      return sign({ payload })
    },
  },
]

/** The key set that the samples are checked against, as JSON text. */
export async function sampleKeys() {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', (await own()).publicKey)
  return JSON.stringify({ keys: [{ kty, crv, x, y, kid: KEY_ID, alg: 'ES256', use: 'sig' }] }, null, 2)
}
