/** A signature algorithm that jotgate verifies: RFC 7518 §3.1, RFC 8037 §3.1, RFC 8812 §3.2, RFC 9864 §2.2. */
export type JWSAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'ES256K'
  | 'EdDSA'
  | 'Ed25519'
  | 'HS256'
  | 'HS384'
  | 'HS512'
  | (string & {})

/** A JWS header, RFC 7515 §4.1: what the token says of itself. Members other than `alg` steer nothing but key selection. */
export interface JWTHeader {
  /** The signature algorithm, RFC 7515 §4.1.1. */
  alg: JWSAlgorithm
  /** The key's name, RFC 7515 §4.1.4. */
  kid?: string
  /** The media type of the whole token, RFC 7515 §4.1.9. */
  typ?: string
  /** The media type of the content, RFC 7515 §4.1.10. */
  cty?: string
  /** The extensions that must be understood, RFC 7515 §4.1.11. */
  crit?: string[]
  [member: string]: unknown
}

/** A claims set, RFC 7519 §4. Times are seconds since 1970-01-01T00:00:00Z, fractions allowed (NumericDate, RFC 7519 §2). */
export interface JWTPayload {
  /** Issuer, RFC 7519 §4.1.1. */
  iss?: string
  /** Subject, RFC 7519 §4.1.2. */
  sub?: string
  /** Audience, RFC 7519 §4.1.3. */
  aud?: string | string[]
  /** Expiration time in seconds, RFC 7519 §4.1.4. */
  exp?: number
  /** Not before, in seconds, RFC 7519 §4.1.5. */
  nbf?: number
  /** Issued at, in seconds, RFC 7519 §4.1.6. */
  iat?: number
  /** The token's identifier, RFC 7519 §4.1.7. */
  jti?: string
  [claim: string]: unknown
}

/** A JSON Web Key, RFC 7517 §4. Only public members (and `k` of a secret) are looked at; private keys are refused. */
export interface JWK {
  /** Key type, RFC 7517 §4.1: `RSA`, `EC`, `OKP`, `oct` or `AKP`. */
  kty?: string
  /** Must be `sig` when present, RFC 7517 §4.2. */
  use?: string
  /** Must hold `verify` when present, RFC 7517 §4.3. */
  key_ops?: string[]
  /** The one algorithm the key is for, RFC 7517 §4.4. */
  alg?: string
  /** The key's name, RFC 7517 §4.5. */
  kid?: string
  /** Curve, RFC 7518 §6.2.1.1. */
  crv?: string
  /** RSA modulus, base64url, RFC 7518 §6.3.1.1. */
  n?: string
  /** RSA exponent, base64url, RFC 7518 §6.3.1.2. */
  e?: string
  /** x coordinate or public key, base64url, RFC 7518 §6.2.1.2, RFC 8037 §2. */
  x?: string
  /** y coordinate, base64url, RFC 7518 §6.2.1.3. */
  y?: string
  /** The secret, base64url, RFC 7518 §6.4.1. */
  k?: string
  [member: string]: unknown
}

/** A JSON Web Key Set, RFC 7517 §5. Members that cannot be used are passed over. */
export interface JSONWebKeySet {
  keys: JWK[]
}

/** A `CryptoKey` of whatever type library, also one that knows more usages. It must be public or secret and allow `verify`. */
export interface CryptoKeyInput {
  readonly type: 'public' | 'secret' | 'private'
  readonly extractable: boolean
  readonly algorithm: { readonly name: string }
  readonly usages: readonly string[]
}

/** What WebCrypto calls a `CryptoKey`, fit for any type library. */
export interface CryptoKey extends CryptoKeyInput {
  readonly usages: ('decrypt' | 'deriveBits' | 'deriveKey' | 'encrypt' | 'sign' | 'unwrapKey' | 'verify' | 'wrapKey')[]
}

/** What the platform calls a `URL`, fit for any type library. */
export interface URLObject {
  readonly href: string
  readonly origin: string
  readonly protocol: string
}

/** What `node:crypto` calls a `KeyObject`: public or secret. */
export interface KeyObject {
  readonly type: 'public' | 'secret' | 'private'
  export(options: { format: 'jwk' }): object
}

/**
 * A key, or a set of them: JWK, JWK Set, SubjectPublicKeyInfo as PEM text (`-----BEGIN PUBLIC KEY-----`, RFC 7468 §13),
 * `CryptoKey`, Node's `KeyObject`, or the bytes of an HMAC secret (at least as long as the hash, RFC 7518 §3.2).
 * A text is never taken for a secret.
 */
export type KeyInput = JWK | JSONWebKeySet | string | CryptoKeyInput | KeyObject | Uint8Array

/** The segments of a compact JWS, as jose hands them to a key function. */
export interface FlattenedJWSInput {
  protected: string
  payload: string
  signature: string
}

/** A period: a number of seconds, or a text as in jose (`'5 minutes'`, `'30s'`, `'1.5 hours'`). Finite, not negative. */
export type Period = number | string

/** Which signature code runs; the verdict is the same. */
export type Backend = 'auto' | 'wasm' | 'webcrypto'

/** What is acceptable, in jose's words. Wrong options throw a `TypeError` that names the option. */
export interface JWTVerifyOptions {
  /** The acceptable `iss`, or several. Default: not checked. RFC 7519 §4.1.1. */
  issuer?: string | string[]
  /** The acceptable `aud`; one in common is enough. Default: not checked. RFC 7519 §4.1.3. */
  audience?: string | string[]
  /** The acceptable `sub`. Default: not checked. RFC 7519 §4.1.2. */
  subject?: string
  /** The acceptable header `typ`, with or without `application/`. Default: not checked. RFC 7515 §4.1.9. */
  typ?: string
  /** The acceptable `alg`. Default: what the key is good for. RFC 8725 §3.1. */
  algorithms?: JWSAlgorithm[]
  /** Claims that must be there, beside those that other options need. Default: none. */
  requiredClaims?: string[]
  /** Greatest age since `iat`, in seconds or as a period; `iat` is then required and may not lie ahead. Default: not checked. */
  maxTokenAge?: Period
  /** How far clocks may differ, in seconds or as a period. Default: 0. */
  clockTolerance?: Period
  /** The moment to verify for. Default: the system clock. */
  currentDate?: Date
  /** The extensions understood in `crit`; `true`: must be integrity protected. Default: none. RFC 7515 §4.1.11. */
  crit?: { [name: string]: boolean }
  /** Longest token in bytes. Default: 16384. Error: `ERR_JOTGATE_TOKEN_TOO_LARGE`. RFC 8725 §3.12. */
  maxTokenSize?: number
  /** Attach `token` (and `payload`, once its signature was verified) to errors, for debugging. Default: false. */
  includeTokenInErrors?: boolean
}

/** What `jwtVerify` and `jwtVerifySync` answer. */
export interface JWTVerifyResult<Payload = JWTPayload> {
  /** The verified claims. */
  payload: Payload & JWTPayload
  /** The verified header. */
  protectedHeader: JWTHeader
}

/** The key that a key function chose. */
export interface ResolvedKey {
  /** As the function gave it; for a key set, the chosen key where this platform's WebCrypto can import it. */
  key: KeyInput
}

/** A function that finds the key for a header. What it throws reaches the caller as it is. */
export type JWTVerifyGetKey = (protectedHeader: JWTHeader, token: FlattenedJWSInput) => Promise<KeyInput> | KeyInput
