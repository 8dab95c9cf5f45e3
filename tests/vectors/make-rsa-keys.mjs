// Writes rsa-keys.txt: private test keys, so that the tests can sign whatever message block they like. Takes a minute; every run makes other keys.
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

// A length that is no multiple of 8, and one above such a multiple: PSS blocks of all shapes.
const SIZES = [
  [2048, 65537],
  [2048, 3],
  [2049, 65537],
  [2055, 17],
  [3072, 65537],
  [4096, 65537],
  [8192, 65537],
]

const hex = (base64url) => Buffer.from(base64url, 'base64url').toString('hex')
const lines = SIZES.map(([modulusLength, publicExponent]) => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength, publicExponent })
  const { n, d } = privateKey.export({ format: 'jwk' })
  return `${modulusLength} ${publicExponent} ${hex(n)} ${hex(d)}\n`
})
writeFileSync(join(import.meta.dirname, 'rsa-keys.txt'), lines.join(''))
