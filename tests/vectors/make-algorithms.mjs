// Made `algorithms.json`: one good token for each algorithm that the npm package offers, by node:crypto and new keys.
// Running it again makes other keys and tokens: `node tests/vectors/make-algorithms.mjs > tests/vectors/algorithms.json`.
import { constants, createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

const CLAIMS = {
  iss: 'https://issuer.example',
  sub: 'user-1',
  aud: 'https://api.example',
  iat: 1_767_225_590,
  exp: 1_767_229_200,
}

const rsa = (modulusLength, publicExponent = 65_537) => generateKeyPairSync('rsa', { modulusLength, publicExponent })
const ec = (namedCurve) => generateKeyPairSync('ec', { namedCurve })
const pkcs1 = { padding: constants.RSA_PKCS1_PADDING }
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
const fixedWidth = { dsaEncoding: 'ieee-p1363' }

const pairs = [
  ['RS256', rsa(2048), 'sha256', pkcs1],
  ['RS256', rsa(2048, 3), 'sha256', pkcs1],
  ['RS256', rsa(3072), 'sha256', pkcs1],
  ['RS384', rsa(2048), 'sha384', pkcs1],
  ['RS512', rsa(4096), 'sha512', pkcs1],
  ['PS256', rsa(2048), 'sha256', pss],
  ['PS384', rsa(3072), 'sha384', pss],
  ['PS512', rsa(2048), 'sha512', pss],
  ['PS512', rsa(8192), 'sha512', pss],
  ['RS256', rsa(8192), 'sha256', pkcs1],
  ['ES256', ec('P-256'), 'sha256', fixedWidth],
  ['ES384', ec('P-384'), 'sha384', fixedWidth],
  ['ES512', ec('P-521'), 'sha512', fixedWidth],
  ['ES256K', ec('secp256k1'), 'sha256', fixedWidth],
  ['EdDSA', generateKeyPairSync('ed25519'), null, {}],
  ['Ed25519', generateKeyPairSync('ed25519'), null, {}],
].map(([alg, { publicKey, privateKey }, hash, options]) => {
  return [alg, publicKey.export({ format: 'jwk' }), (data) => sign(hash, data, { key: privateKey, ...options })]
})

const secrets = [
  ['HS256', 32],
  ['HS384', 48],
  ['HS512', 64],
].map(([alg, length]) => {
  const secret = randomBytes(length)
  const jwk = { kty: 'oct', k: secret.toString('base64url') }
  return [alg, jwk, (data) => createHmac(`sha${alg.slice(2)}`, secret).update(data).digest()]
})

const rows = [...pairs, ...secrets].map(([alg, jwk, signature]) => {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const input = `${encode({ alg, kid: 'k' })}.${encode(CLAIMS)}`
  const token = `${input}.${signature(Buffer.from(input)).toString('base64url')}`
  return JSON.stringify({ alg, key: { ...jwk, kid: 'k' }, token })
})
process.stdout.write(`[\n${rows.join(',\n')}\n]\n`)
