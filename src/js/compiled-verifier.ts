import type { VerifierHandle, VerifyGlue } from '../wasm/verify.js'
import { errorFromStatus, errorOfKind } from './error-from-status.js'
import type { JOSEError } from './errors.js'
import { type ExplainedCheck, failedCheck, unreadChecks } from './explained-check.js'
import { exportKey, exportKeySync, type KeyMaterial } from './keys.js'
import type { Backend, CryptoKey, JWK, JWTHeader } from './types.js'
import { engine } from './verify-engine.js'
import { importPlatformKey, platformAlgorithm, subtleCrypto, verifyOnPlatform } from './webcrypto.js'

/** The policy as the WebAssembly module takes it: every member read and checked. */
export interface CompiledPolicy {
  issuers: { issuer: string[]; audience: string[]; algorithms: string[] | null }[]
  profile: 'at+jwt' | 'jwt' | 'any'
  typ: string | null
  subject: string | null
  requiredClaims: string[]
  requiredScopes: string[]
  permissions: boolean
  maxTokenAge: number | null
  clockTolerance: number
  maxTokenSize: number
  crit: [name: string, integrityProtected: boolean][]
  strict: boolean
  severalKeys: boolean
  cacheBytes: number
}

/** The texts of a token that passed, and which key of which issuer verified it. */
export interface Accepted {
  header: string
  payload: string
  issuer: number
  key: number
}

/** A key that fits a token whose signature is yet to be checked. */
export interface Candidate {
  issuer: number
  key: number
  alg: string
}

// Numbers of the parts of the module's last answer.
const HEADER = 0
const PAYLOAD = 2
const SIGNING_INPUT = 4
const SIGNATURE = 6
const ISSUER = 8
const KEY = 9
const CANDIDATES = 10

// The kind of error that a verifier without keys ends with.
const KEYS_NOT_READY = 27

const tokenDecoder = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true })

/** A policy and its keys inside the WebAssembly module, made anew whenever that had to be replaced. */
export class CompiledVerifier {
  readonly policy: CompiledPolicy
  readonly #backend: Backend
  /** One for each issuer. */
  readonly #keys: KeyMaterial[]
  /** Keys imported for WebCrypto, by issuer, key and algorithm. */
  readonly #platformKeys = new Map<string, Promise<CryptoKey>>()
  #exporting: Promise<void> | undefined
  #unexported: boolean
  /** The header segment, with its dot, of the last token that `auto` left to the module. */
  #leftToModule: string | undefined
  #handle: VerifierHandle | undefined
  #generation = 0

  constructor(policy: CompiledPolicy, keys: KeyMaterial[], backend: Backend) {
    this.policy = policy
    this.#keys = keys
    this.#backend = backend
    this.#unexported = keys.some(({ form }) => form === 'platform')
  }

  /** Refuses bad keys, and options that only the module knows, before the first token comes. */
  build(): void {
    this.#call((handle) => handle.has_keys(0))
  }

  /** Gives its memory in the module back; the next token makes it anew. Garbage collection alone sees nothing of that memory. */
  release(): void {
    const handle = this.#handle
    this.#handle = undefined
    if (handle && this.#generation === engine.generation) engine.run(() => handle.free())
  }

  verifySync(token: unknown, now: number): Accepted {
    const text = this.admit(token)
    if (this.#backend === 'webcrypto') {
      throw errorOfKind('BackendUnsupported', { message: 'WebCrypto has no synchronous calls: await verify instead' })
    }
    if (this.#unexported) this.#exportSync()
    return this.#inModule(text, now)
  }

  async verify(token: unknown, now: number): Promise<Accepted> {
    const text = this.admit(token)
    if (this.#unexported) await this.#export()
    if (this.#backend === 'wasm' || (this.#backend === 'auto' && !subtleCrypto())) return this.#inModule(text, now)
    return this.#onPlatform(text, now)
  }

  /** The checks in their order, and the token's texts if it passed them all. */
  explain(token: unknown, now: number): { checks: ExplainedCheck[]; accepted: Accepted | undefined } {
    let text = ''
    let unread: JOSEError | undefined
    try {
      text = this.admit(token)
    } catch (error) {
      unread = error as JOSEError
    }
    if (this.#unexported) this.#exportSync()
    const steps = this.#call((handle) => handle.explain(engine.write(text), now))
    if (unread) return { checks: unreadChecks(steps, unread), accepted: undefined }
    const checks = steps.map(({ status, ...step }) =>
      step.outcome === 'fail' ? failedCheck(step, errorFromStatus(status, this.policy.requiredClaims)) : step,
    )
    const passed = checks.every(({ outcome }) => outcome === 'pass')
    return { checks, accepted: passed ? this.#inModule(text, now) : undefined }
  }

  /** The keys that fit the token, or the error that refuses it as far as that can be said without its signature. */
  candidates(token: unknown): Candidate[] {
    const text = this.admit(token)
    return this.#call((handle, glue) => prepare(handle, glue, text).candidates)
  }

  /** The header of a token that is refused as far as that can be said without a key. */
  header(token: unknown): JWTHeader {
    const text = this.admit(token)
    return this.#call((handle, glue) => {
      const status = handle.prepare(engine.write(text))
      if (status !== 0 && (status & 255) !== KEYS_NOT_READY) throw status
      // The module reads tokens, not headers, and only up to its own limit.
      const again = glue.decode_header(engine.write(`${text.slice(0, text.indexOf('.'))}.e30.AA`))
      if (again !== 0) throw again
      return JSON.parse(engine.text(HEADER)) as JWTHeader
    })
  }

  /** A key as a JWK of its public members. */
  publicJwk({ issuer, key }: Candidate): JWK {
    return JSON.parse(this.#call((handle) => handle.public_jwk(issuer, key))) as JWK
  }

  /** A key for the platform's WebCrypto; rejects where that does not offer the algorithm. */
  platformKey({ issuer, key, alg }: Candidate): Promise<CryptoKey> {
    const material = this.#keys[issuer]
    if (material?.form === 'external') return Promise.resolve(material.key)
    const algorithm = platformAlgorithm(alg)
    if (!algorithm) return Promise.reject(errorOfKind('BackendUnsupported'))
    const name = `${issuer} ${key} ${alg}`
    let imported = this.#platformKeys.get(name)
    if (!imported) {
      imported = importPlatformKey(
        this.#call((handle) => handle.public_jwk(issuer, key)),
        algorithm,
      )
      this.#platformKeys.set(name, imported)
    }
    return imported
  }

  /** The token as text, if it can be one and is not too long; nothing of it has been looked at (RFC 8725 §3.12). */
  admit(token: unknown): string {
    const { maxTokenSize } = this.policy
    let text = token
    // A Proxy is no view, so no code of others runs here.
    if (ArrayBuffer.isView(token) && token instanceof Uint8Array) {
      let bytes: Uint8Array
      try {
        bytes = new Uint8Array(token)
      } catch (cause) {
        throw errorOfKind('NotAString', { cause })
      }
      if (bytes.length > maxTokenSize) throw errorOfKind('TokenTooLarge')
      text = tokenDecoder.decode(bytes)
    }
    if (typeof text !== 'string') throw errorOfKind('NotAString')
    if (text.length > maxTokenSize) throw errorOfKind('TokenTooLarge')
    return text
  }

  async #onPlatform(text: string, now: number): Promise<Accepted> {
    const known = this.#recall(text, now)
    if (known) return known
    // Most tokens of an issuer have the same header, which alone decides who checks the signature.
    if (this.#leftToModule && text.startsWith(this.#leftToModule)) return this.#inModule(text, now)
    const { alg, candidates, signingInput, signature } = this.#call((handle, glue) => prepare(handle, glue, text))
    const algorithm = platformAlgorithm(alg)
    const external = candidates.some(({ issuer }) => this.#keys[issuer]?.form === 'external')
    const optional = this.#backend === 'auto' && !external
    if (optional && !algorithm?.slow) {
      if (this.#keys.every(({ form }) => form !== 'external')) this.#leftToModule = text.slice(0, text.indexOf('.') + 1)
      return this.#inModule(text, now)
    }
    if (!algorithm) throw errorOfKind('BackendUnsupported')
    let verifying = -1
    for (const candidate of candidates) {
      let verified: boolean
      try {
        verified = await verifyOnPlatform(algorithm, await this.platformKey(candidate), signature, signingInput)
      } catch (cause) {
        // Some platforms say only at use what they do not offer: Deno imports an RSA key of 8192 bits, but verifies none beyond 4096.
        if (optional) return this.#inModule(text, now)
        throw errorOfKind('BackendUnsupported', { cause })
      }
      if (verified) {
        verifying = candidate.key
        break
      }
    }
    // Other calls may have come in between, so the module reads the token again.
    return this.#call((handle, glue) => accept(handle.finish(engine.write(text), now, verifying), glue))
  }

  /** The token's texts if it was accepted before and still is. */
  #recall(text: string, now: number): Accepted | undefined {
    if (this.policy.cacheBytes === 0) return undefined
    return this.#call((handle, glue) => {
      const status = handle.recall(engine.write(text), now)
      return status < 0 ? undefined : accept(status, glue)
    })
  }

  #inModule(text: string, now: number): Accepted {
    return this.#call((handle, glue) => accept(handle.verify(engine.write(text), now), glue))
  }

  /** Runs calls into the module, and turns the status number or text that they throw into an error. */
  #call<Result>(calls: (handle: VerifierHandle, glue: VerifyGlue) => Result): Result {
    try {
      return engine.run((glue) => calls(this.#handleIn(glue), glue))
    } catch (thrown) {
      if (typeof thrown === 'number') throw errorFromStatus(thrown, this.policy.requiredClaims)
      if (typeof thrown === 'string') throw new TypeError(`option ${thrown}`)
      throw thrown
    }
  }

  #handleIn(glue: VerifyGlue): VerifierHandle {
    if (this.#handle && this.#generation === engine.generation) return this.#handle
    const handle = new glue.Verifier(this.policy)
    for (const [issuer, material] of this.#keys.entries()) setKeys(handle, issuer, material)
    this.#generation = engine.generation
    this.#handle = handle
    return handle
  }

  async #export(): Promise<void> {
    this.#exporting ??= Promise.all(
      this.#keys.map((material) => (material.form === 'platform' ? exportKey(material.key) : material)),
    ).then((exported) => this.#exchange(exported))
    try {
      await this.#exporting
    } finally {
      this.#exporting = undefined
    }
  }

  #exportSync(): void {
    this.#exchange(
      this.#keys.map((material) => (material.form === 'platform' && exportKeySync(material.key)) || material),
    )
  }

  #exchange(keys: KeyMaterial[]): void {
    this.#keys.splice(0, keys.length, ...keys)
    this.#unexported = keys.some(({ form }) => form === 'platform')
    this.release()
  }
}

function setKeys(handle: VerifierHandle, issuer: number, material: KeyMaterial): void {
  switch (material.form) {
    case 'jwks':
      handle.set_jwks(issuer, material.text)
      break
    case 'jwk':
      handle.set_jwk(issuer, material.text)
      break
    case 'pem':
      handle.set_pem(issuer, material.text)
      break
    case 'secret':
      handle.set_secret(issuer, material.bytes)
      break
    case 'external':
      handle.set_external(issuer, material.kty, material.crv, material.alg)
      break
    case 'platform':
      // Until it is exported, the module answers that the keys are not ready.
      break
  }
}

function prepare(handle: VerifierHandle, glue: VerifyGlue, text: string) {
  const status = handle.prepare(engine.write(text))
  if (status !== 0) throw status
  const { alg } = JSON.parse(engine.text(HEADER)) as JWTHeader
  const issuer = glue.part(ISSUER)
  return {
    alg,
    candidates: Array.from({ length: glue.part(CANDIDATES) }, (_, at) => ({ issuer, key: handle.candidate(at), alg })),
    signingInput: engine.bytes(SIGNING_INPUT).slice(),
    signature: engine.bytes(SIGNATURE).slice(),
  }
}

function accept(status: number, glue: VerifyGlue): Accepted {
  if (status !== 0) throw status
  return { header: engine.text(HEADER), payload: engine.text(PAYLOAD), issuer: glue.part(ISSUER), key: glue.part(KEY) }
}
