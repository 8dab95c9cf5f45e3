// Node's own key objects. Only compiled, never run.
import { createPublicKey, webcrypto } from 'node:crypto'
import { calculateJwkThumbprint, createVerifier } from 'jotgate'

const key = createPublicKey('-----BEGIN PUBLIC KEY-----')
createVerifier({ issuer: 'https://a.example', audience: 'a', jwks: key })
createVerifier({ issuer: 'https://a.example', audience: 'a', jwks: Buffer.alloc(32), algorithms: ['HS256'] })
calculateJwkThumbprint(key)

export async function platformKey() {
  const { publicKey } = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify'])
  createVerifier({ issuer: 'https://a.example', audience: 'a', jwks: publicKey })
}
