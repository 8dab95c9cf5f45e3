// Keys and access tokens of an everyday shape and size, as plain data that goes into every runtime.
import { exportJWK, generateKeyPair, generateSecret, SignJWT } from 'jose'

const ISSUER = 'https://issuer.example'
const AUDIENCE = 'https://api.example'
export const ALGORITHMS = ['HS256', 'RS256', 'PS256', 'ES256', 'ES384', 'EdDSA']

/** So many that no memory of the last tokens helps, and so few that they stay in the processor's cache. */
const TOKENS = 64

/** Each with a key of its own, so many that hardly one of them is used twice in a row of slices. */
export const TENANTS = 2000

/** @returns for each algorithm the key, its tokens, and those that everybody must refuse */
export async function newFixtures(algorithms = ALGORITHMS) {
  const fixtures = {}
  for (const alg of algorithms) fixtures[alg] = await newFixture(alg, TOKENS)
  return fixtures
}

/** @returns a fixture whose tokens and refused tokens are each from another tenant, and those tenants' fixtures */
export async function newTenants(alg) {
  const tenants = []
  for (let number = 0; number < TENANTS; number++) {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg, use: 'sig' }
    const tokens = [await sign(privateKey, alg, number, AUDIENCE)]
    const refused = number < 4 ? tokens.map(forged) : []
    if (number === 4) refused.push(await sign(privateKey, alg, number, 'https://other.example'))
    tenants.push({ alg, jwk, issuer: ISSUER, audience: AUDIENCE, tokens, refused })
  }
  const all = (member) => tenants.flatMap((tenant) => tenant[member])
  return { alg, tokens: all('tokens'), refused: all('refused'), tenants }
}

async function newFixture(alg, count) {
  const secret = alg.startsWith('HS')
  const { privateKey, publicKey } = secret ? await secretPair(alg) : await generateKeyPair(alg, { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg, use: 'sig' }
  const tokens = []
  for (let number = 0; number < count; number++) tokens.push(await sign(privateKey, alg, number, AUDIENCE))
  const refused = [...tokens.slice(0, 4).map(forged), await sign(privateKey, alg, 0, 'https://other.example')]
  return { alg, jwk, issuer: ISSUER, audience: AUDIENCE, tokens, refused }
}

async function secretPair(alg) {
  const key = await generateSecret(alg, { extractable: true })
  return { privateKey: key, publicKey: key }
}

function sign(key, alg, number, audience) {
  return new SignJWT({
    client_id: 's6BhdRkqt3',
    scope: 'openid profile email orders:read orders:write invoices:read',
    roles: ['member', 'billing'],
    tenant: '7b3e0a52-5a3d-4c2f-9f59-0f5d8f6f1c11',
    name: 'Mara Sørensen',
    email: `mara.${number}@customer.example`,
    auth_time: Math.floor(Date.now() / 1000) - 60,
    sid: '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9',
  })
    .setProtectedHeader({ alg, kid: 'k1', typ: 'at+jwt' })
    .setIssuer(ISSUER)
    .setAudience(audience)
    .setSubject(`user-${number}`)
    .setIssuedAt()
    .setNotBefore('-1 minute')
    .setExpirationTime('1 day')
    .setJti(`0123456789abcdef-${number}`)
    .sign(key)
}

/** The same token with one number of its signature changed, well inside. */
function forged(token, place) {
  const at = token.lastIndexOf('.') + 6 + place
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
}
