import { JWKInvalid } from './errors.js'
import { type KeySource, keySources } from './key-set-source.js'
import type { CryptoKey, JWK, KeyObject } from './types.js'

/** A key or a key set as it was handed over, recognised and copied. */
export type KeyMaterial =
  | { form: 'jwks' | 'jwk' | 'pem'; text: string; secret: boolean }
  | { form: 'secret'; bytes: Uint8Array; secret: true }
  /** Not exported yet, which may take a promise. */
  | { form: 'platform'; key: CryptoKey; secret: boolean }
  /** Never leaves the platform, which alone can verify with it. */
  | { form: 'external'; key: CryptoKey; kty: string; crv: string; alg: string; secret: boolean }
  /** Fetched, and fetched again. */
  | { form: 'remote'; source: KeySource; secret: false }

/** The key functions of `createLocalJWKSet`: handed on as a key, such a function stands for its set. */
export const keySets: WeakMap<object, KeyMaterial> = /* @__PURE__ */ new WeakMap()

/** Of these algorithms, those that keys of this form may be used with: a secret that is fetched is none (RFC 8725 §3.1). */
export function fitFor({ form }: KeyMaterial, algorithms: string[]): string[] {
  return form === 'remote' ? algorithms.filter((alg) => !/^HS\d/.test(alg)) : algorithms
}

const accepted =
  'a JWK, a JWK Set, PEM text (BEGIN PUBLIC KEY), a CryptoKey, a KeyObject, or a Uint8Array with an HMAC secret'

/** Recognises a key by its shape; whether it is a good key, the core says. `name` opens the messages. */
export function readKey(key: unknown, name: string): KeyMaterial {
  let problem: string | undefined
  try {
    const material = recognise(key)
    if (typeof material !== 'string') return material
    problem = material
  } catch (cause) {
    throw new TypeError(`${name} could not be read`, { cause })
  }
  throw new TypeError(`${name} ${problem}`)
}

/** Whether two readings of a key gave the same. */
export function sameKey(a: KeyMaterial, b: KeyMaterial): boolean {
  if (a.form === 'secret' && b.form === 'secret') {
    const { bytes } = b
    return a.bytes.length === bytes.length && a.bytes.every((byte, index) => byte === bytes[index])
  }
  return a.form === b.form && 'text' in a && 'text' in b && a.text === b.text
}

/** Whether a key can never change its content: no need to read it again. */
export function isImmutable(key: object): boolean {
  return keySets.has(key) || keySources.has(key) || isCryptoKey(key) || isKeyObject(key)
}

function recognise(key: unknown): KeyMaterial | string {
  if (typeof key === 'string') {
    if (key.includes('-----BEGIN ')) return { form: 'pem', text: key, secret: false }
    return `is a text but not PEM; accepted are ${accepted}. Parse a JSON document first; a text is never taken for a secret`
  }
  if (typeof key === 'function') {
    const source = keySources.get(key)
    if (source) return { form: 'remote', source, secret: false }
    return (
      keySets.get(key) ??
      `is a function, but not one of createLocalJWKSet or createRemoteJWKSet; accepted are ${accepted}`
    )
  }
  if (typeof key !== 'object' || key === null || Array.isArray(key)) return `must be ${accepted}`
  // A Proxy is no view, so what follows reads the bytes themselves.
  if (ArrayBuffer.isView(key)) {
    if (!(key instanceof Uint8Array)) return 'must be a Uint8Array if it is an HMAC secret'
    return { form: 'secret', bytes: new Uint8Array(key), secret: true }
  }
  if (isCryptoKey(key)) return fromCryptoKey(key)
  if (isKeyObject(key)) {
    if (key.type !== 'public' && key.type !== 'secret') return 'is a private key; hand over the public key'
    return { form: 'jwk', text: JSON.stringify(key.export({ format: 'jwk' })), secret: key.type === 'secret' }
  }
  if (!Object.hasOwn(key, 'keys') && Object.hasOwn(key, 'kty')) {
    return { form: 'jwk', text: JSON.stringify(key), secret: (key as JWK).kty === 'oct' }
  }
  // JSON.stringify keeps lone surrogates apart as escapes, so two different kids never become one.
  const text = JSON.stringify(key) as string | undefined
  return text === undefined ? `must be ${accepted}` : { form: 'jwks', text, secret: false }
}

function isCryptoKey(key: object): key is CryptoKey {
  // To name the class has Node.js load all of WebCrypto, for a JWK as for any other object that was written down.
  const prototype: unknown = Object.getPrototypeOf(key)
  if (prototype === Object.prototype || prototype === null) return false
  return typeof globalThis.CryptoKey === 'function' && key instanceof globalThis.CryptoKey
}

/** By its shape, as only Node has the class. */
function isKeyObject(key: object): key is KeyObject {
  return 'export' in key && typeof key.export === 'function' && 'type' in key
}

function fromCryptoKey(key: CryptoKey): KeyMaterial | string {
  if (key.type === 'private') return 'is a private key; hand over the public key'
  if (!key.usages.includes('verify')) return 'is a CryptoKey without the usage "verify"'
  const secret = key.type === 'secret'
  return key.extractable ? { form: 'platform', key, secret } : external(key, secret)
}

interface CryptoKeyAlgorithm {
  name: string
  namedCurve?: string
  hash?: { name: string }
  modulusLength?: number
  length?: number
}

function external(key: CryptoKey, secret: boolean): KeyMaterial | string {
  const { name, namedCurve = '', hash, modulusLength = 0, length = 0 } = key.algorithm as CryptoKeyAlgorithm
  const bits = hash?.name.slice(4) ?? ''
  switch (name) {
    case 'RSASSA-PKCS1-v1_5':
    case 'RSA-PSS':
      // The core cannot look into this key, and RFC 7518 §3.3 wants 2048 bits at least.
      if (modulusLength < 2048 || modulusLength > 8192) return 'is an RSA key that is not of 2048 to 8192 bits'
      return { form: 'external', key, kty: 'RSA', crv: '', alg: `${name === 'RSA-PSS' ? 'PS' : 'RS'}${bits}`, secret }
    case 'ECDSA':
      return {
        form: 'external',
        key,
        kty: 'EC',
        crv: namedCurve,
        alg: `ES${namedCurve === 'P-521' ? '512' : namedCurve.slice(2)}`,
        secret,
      }
    case 'Ed25519':
      return { form: 'external', key, kty: 'OKP', crv: 'Ed25519', alg: '', secret }
    case 'HMAC':
      // RFC 7518 §3.2.
      if (length < Number(bits)) return 'is an HMAC key shorter than its hash'
      return { form: 'external', key, kty: 'oct', crv: '', alg: `HS${bits}`, secret }
    case 'ML-DSA-44':
    case 'ML-DSA-65':
    case 'ML-DSA-87':
      return { form: 'external', key, kty: 'AKP', crv: '', alg: name, secret }
    default:
      return `is a CryptoKey for ${name}, which signs no tokens`
  }
}

/** The JWK of an exportable CryptoKey. */
export async function exportKey(key: CryptoKey): Promise<KeyMaterial> {
  let jwk: JsonWebKey
  try {
    jwk = await crypto.subtle.exportKey('jwk', key)
  } catch (cause) {
    throw new JWKInvalid('the CryptoKey could not be exported', { cause })
  }
  return fromExport(key, jwk)
}

/** The same without a promise, which Node's KeyObject makes possible; undefined elsewhere. */
export function exportKeySync(key: CryptoKey): KeyMaterial | undefined {
  interface NodeCrypto {
    KeyObject: { from(key: CryptoKey): { export(options: { format: 'jwk' }): JsonWebKey } }
  }
  // Not an import: bundlers for browsers and workers would trip over it.
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): NodeCrypto | undefined } }
  let jwk: JsonWebKey | undefined
  try {
    jwk = process?.getBuiltinModule?.('node:crypto')?.KeyObject.from(key).export({ format: 'jwk' })
  } catch {}
  return jwk && fromExport(key, jwk)
}

function fromExport(key: CryptoKey, jwk: JsonWebKey): KeyMaterial {
  const { alg: _, key_ops: _ops, ext: _ext, use: _use, ...members } = jwk
  const bound = external(key, key.type === 'secret')
  if (typeof bound === 'string' || bound.form !== 'external') throw new JWKInvalid(`the key ${bound}`)
  // A CryptoKey is bound to one algorithm; what the platform writes as alg differs (EdDSA, Ed25519).
  return {
    form: 'jwk',
    text: JSON.stringify(bound.alg ? { ...members, alg: bound.alg } : members),
    secret: bound.secret,
  }
}
