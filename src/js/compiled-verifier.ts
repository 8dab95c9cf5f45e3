import type { VerifierHandle, VerifyGlue } from '../wasm/verify.js'
import { errorFromStatus, errorOfKind } from './error-from-status.js'
import {
  type JOSEError,
  JotgateKeysNotReady,
  JWKSMultipleMatchingKeys,
  JWKSNoMatchingKey,
  JWSSignatureVerificationFailed,
} from './errors.js'
import { type ExplainedCheck, failedCheck, unreadChecks } from './explained-check.js'
import type { KeySource, Snapshot } from './key-set-source.js'
import { exportKey, exportKeySync, type KeyMaterial } from './keys.js'
import { fuses } from './rsa-fma.js'
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
  accelerate: boolean
}

/** What a token that passed said, and which key of which issuer verified it. */
export interface Accepted {
  /** An object of its own each time. */
  header: JWTHeader
  /** The claims set as JSON text. */
  payload: string
  issuer: number
  key: number
  /** The fetched set that the key is in; undefined for keys that never change. */
  set: Snapshot | undefined
  /** What `CompiledVerifier.remember` was given for this very token, which passed before. */
  known: object | undefined
  /** Where the module remembers the token, if it does. */
  place: number | undefined
}

/** A token that the module remembers, at the same place. */
interface Remembered {
  token: string
  accepted: Accepted
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
const REMEMBERED = 11
const FAULTS = 12
const HEADER_IS_NEW = 13

// The kinds of error that a verifier without keys ends with.
const NO_MATCHING_KEY = 20
const KEYS_NOT_READY = 27

// One for keys that are not there, one for a key that is missing, the others for sets exchanged meanwhile.
const MOST_ROUNDS = 6

// What the module computes of a key, and has compared with the crate's verdict at first, takes it some milliseconds: too many for
// an isolate that lives for a few tokens.
const WARM = 64
// By all verifiers: what the module has learned to trust it has for all of them.
let verifiedOnPlatform = 0

// The signature of an RSA key of 2048 bits: the time of longer ones grows faster than that of the way to the platform.
const LONGEST_FASTER = 256

const tokenDecoder = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true })

/** A policy and its keys inside the WebAssembly module, made anew whenever that had to be replaced. */
export class CompiledVerifier {
  readonly policy: CompiledPolicy
  readonly #backend: Backend
  /** One for each issuer. */
  readonly #keys: KeyMaterial[]
  /** For each issuer whose set is fetched, the one in the module. */
  readonly #held: (Snapshot | undefined)[] = []
  /** For each issuer, by key and algorithm, the keys imported for WebCrypto, or why there is none. No promise: of another request's, a Worker awaits none. */
  readonly #platformKeys: Map<string, CryptoKey | { cause: unknown }>[]
  readonly #fetching: boolean
  #unexported: boolean
  /** The header segment, with its dot, of the last token that `auto` left to the module. */
  #leftToModule: string | undefined
  /** The last header that came from the module. */
  #header: { text: string; flat: JWTHeader | undefined } | undefined
  /** By their places in the module. */
  #remembered: (Remembered | undefined)[] = []
  #handle: VerifierHandle | undefined
  #generation = 0

  readonly #onFault: ((family: string) => void) | undefined

  constructor(policy: CompiledPolicy, keys: KeyMaterial[], backend: Backend, onFault?: (family: string) => void) {
    this.policy = policy
    this.#onFault = onFault
    this.#keys = keys
    this.#backend = backend
    this.#platformKeys = keys.map(() => new Map())
    this.#fetching = keys.some(({ form }) => form === 'remote')
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
    try {
      const accepted = this.#inModule(text, now)
      if (!this.#renew(accepted.issuer)) return accepted
    } catch (error) {
      if (!this.#renew(this.#blamed(error, text))) throw error
    }
    return this.#inModule(text, now)
  }

  /** As `verify`, where nothing has to be waited for, which spares three promises; otherwise undefined, and `verify` has the say. */
  verifyAtOnce(token: unknown, now: number): Accepted | undefined {
    const text = this.admit(token)
    if (this.#unexported) return undefined
    let accepted: Accepted | undefined
    try {
      accepted = this.#recall(text, now) ?? (this.#staysInModule(text) ? this.#verifyInModule(text, now) : undefined)
    } catch (error) {
      const issuer = this.#blamed(error, text)
      if (issuer === undefined) throw error
      // Other keys could decide otherwise. A forged token must not be verified twice with the same.
      const isForged = error instanceof JWSSignatureVerificationFailed
      if (isForged && !this.#renew(issuer) && !this.#source(issuer)?.due()) throw error
      return undefined
    }
    if (!accepted || this.#renew(accepted.issuer)) return undefined
    const source = this.#source(accepted.issuer)
    if (source?.due()) source.ready().catch(() => {})
    return accepted
  }

  /** `now` is asked again after each wait for keys. */
  async verify(token: unknown, now: () => number, moment = now()): Promise<Accepted> {
    const text = this.admit(token)
    if (this.#unexported) await this.#export()
    const inModule = this.#isWithoutPlatform()
    let fetched: Snapshot | undefined
    let missed = false
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      let accepted: Accepted | undefined
      let error: unknown
      try {
        accepted = inModule ? this.#inModule(text, moment) : await this.#onPlatform(text, moment)
        if (!accepted) continue
      } catch (thrown) {
        error = thrown
      }
      const issuer = accepted ? accepted.issuer : this.#blamed(error, text)
      // What was just fetched is good for this token, even if it may not be kept.
      if (this.#renew(issuer, fetched)) continue
      const source = this.#source(issuer)
      const used = issuer === undefined ? undefined : this.#held[issuer]
      if (issuer !== undefined && source && error instanceof JotgateKeysNotReady) {
        fetched = await source.ready()
        moment = now()
        this.#hold(issuer, fetched)
        continue
      }
      if (issuer !== undefined && source && used && error instanceof JWKSNoMatchingKey && !missed) {
        missed = true
        const { kid, alg } = this.#readHeader(text)
        const newer = await source.missed(kid, alg, used.version)
        if (newer) {
          fetched = newer
          moment = now()
          this.#hold(issuer, fetched)
          continue
        }
      }
      // Behind the verdict; what was fetched for this very token is as new as it gets.
      if (!fetched && source?.due()) source.ready().catch(() => {})
      if (accepted) return accepted
      throw error
    }
    throw errorOfKind('KeysNotReady')
  }

  /** Has all keys fetched that are not at hand; answers with those issuers, by their places, whose keys could not be had. */
  async hydrate(): Promise<{ issuer: number; error: unknown }[]> {
    if (this.#unexported) await this.#export()
    const failures = this.#keys.map(async (_, issuer) => {
      try {
        const snapshot = await this.#source(issuer)?.ready()
        if (snapshot) this.#hold(issuer, snapshot)
        return []
      } catch (error) {
        return [{ issuer, error }]
      }
    })
    return (await Promise.all(failures)).flat()
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
    if (this.#fetching) this.#renew(this.#issuerOf(text))
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
    if (this.#fetching) this.#renew(this.#issuerOf(text))
    return this.#call((handle) => prepare(handle, text).candidates)
  }

  /** The header of a token that is refused as far as that can be said without a key. */
  header(token: unknown): JWTHeader {
    const text = this.admit(token)
    this.#call((handle) => {
      const status = handle.prepare(engine.write(text))
      if (status !== 0 && (status & 255) !== KEYS_NOT_READY && (status & 255) !== NO_MATCHING_KEY) throw status
    })
    return this.#readHeader(text)
  }

  #readHeader(text: string): JWTHeader {
    return this.#call((_, glue) => {
      // The module reads tokens, not headers, and only up to its own limit.
      const status = glue.decode_header(engine.write(`${text.slice(0, text.indexOf('.'))}.e30.AA`))
      if (status !== 0) throw status
      return JSON.parse(engine.text(HEADER)) as JWTHeader
    })
  }

  /** Whether the key that verified a token is still the one at its place. */
  holds({ issuer, set }: Accepted): boolean {
    return this.#held[issuer] === set
  }

  /** A key as a JWK of its public members. */
  publicJwk({ issuer, key }: Candidate): JWK {
    return JSON.parse(this.#call((handle) => handle.public_jwk(issuer, key))) as JWK
  }

  /** A key for the platform's WebCrypto; rejects where that does not offer the algorithm. */
  async platformKey({ issuer, key, alg }: Candidate): Promise<CryptoKey> {
    const material = this.#keys[issuer]
    if (material?.form === 'external') return material.key
    const algorithm = platformAlgorithm(alg)
    if (!algorithm) throw errorOfKind('BackendUnsupported')
    // The map goes with the set: an import that ends after the set's exchange is kept for nobody.
    const imported = this.#platformKeys[issuer]
    const name = `${key} ${alg}`
    const known = imported?.get(name)
    if (known && 'cause' in known) throw known.cause
    if (known) return known
    const jwk = this.#call((handle) => handle.public_jwk(issuer, key))
    try {
      const fresh = await importPlatformKey(jwk, algorithm)
      imported?.set(name, fresh)
      return fresh
    } catch (cause) {
      imported?.set(name, { cause })
      throw cause
    }
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

  /** Undefined when meanwhile the keys were exchanged. */
  async #onPlatform(text: string, now: number): Promise<Accepted | undefined> {
    const known = this.#recall(text, now)
    if (known) return known
    if (this.#staysInModule(text)) return this.#verifyInModule(text, now)
    const { alg, candidates, signingInput, signature } = this.#call((handle) => prepare(handle, text))
    const issuer = candidates[0]?.issuer ?? 0
    const held = this.#held[issuer]
    const algorithm = platformAlgorithm(alg)
    const external = candidates.some(({ issuer }) => this.#keys[issuer]?.form === 'external')
    const optional = this.#backend === 'auto' && !external
    if (optional && this.#isFasterInModule(algorithm, signature)) {
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
        if (this.#held[issuer] !== held) return undefined
        // Some platforms say only at use what they do not offer: Deno imports an RSA key of 8192 bits, but verifies none beyond 4096.
        if (optional) return this.#inModule(text, now)
        throw errorOfKind('BackendUnsupported', { cause })
      }
      // At the candidate's place there may be another key by now.
      if (this.#held[issuer] !== held) return undefined
      if (verified) {
        verifying = candidate.key
        break
      }
    }
    // Other calls may have come in between, so the module reads the token again.
    const accepted = this.#call((handle) => this.#accept(handle.finish(engine.write(text), now, verifying)))
    verifiedOnPlatform += 1
    return accepted
  }

  /** Most tokens of an issuer have the same header, which alone decides who checks the signature. */
  #staysInModule(text: string): boolean {
    const left = this.#leftToModule
    return left === undefined ? this.#isWithoutPlatform() : text.startsWith(left)
  }

  #isWithoutPlatform(): boolean {
    return this.#backend === 'wasm' || (this.#backend === 'auto' && !subtleCrypto())
  }

  #isFasterInModule(algorithm: ReturnType<typeof platformAlgorithm>, { length }: Uint8Array): boolean {
    const faster = algorithm?.faster ?? 'module'
    if (faster === 'platform' || faster === 'module') return faster === 'module'
    if (!this.policy.accelerate || verifiedOnPlatform < WARM || length > LONGEST_FASTER) return false
    return faster === 'warm module' || fuses()
  }

  /** What was remembered of the token, if it was accepted before and still is. */
  #recall(text: string, now: number): Accepted | undefined {
    if (this.policy.cacheBytes === 0) return undefined
    const { glue } = engine
    let place: number
    try {
      place = this.#handleIn(glue).recall(engine.write(text), now)
      if (place < -1) throw -1 - place
    } catch (thrown) {
      throw this.#failure(thrown)
    }
    const remembered = place < 0 ? undefined : this.#remembered[place]
    // The module has compared the token as a whole; should both ever disagree on their places, it is just verified again.
    return remembered?.token === text ? remembered.accepted : undefined
  }

  /** Has `known` come back with the same token, as long as the module remembers that. */
  remember(token: unknown, accepted: Accepted, known: object): void {
    if (accepted.place === undefined || typeof token !== 'string') return
    this.#remembered[accepted.place] = { token, accepted: { ...accepted, known } }
  }

  #inModule(text: string, now: number): Accepted {
    return this.#recall(text, now) ?? this.#verifyInModule(text, now)
  }

  // Not by `#call`, whose function would be another one for each token.
  #verifyInModule(text: string, now: number): Accepted {
    const { glue } = engine
    try {
      const status = this.#handleIn(glue).verify(engine.write(text), now)
      const faulty = engine.part(FAULTS) !== 0
      const accepted = status === 0 ? this.#accept(status) : undefined
      if (faulty) this.#tellFaults(glue)
      if (!accepted) throw status
      return accepted
    } catch (thrown) {
      throw this.#failure(thrown)
    }
  }

  #tellFaults(glue: VerifyGlue): void {
    for (let family = glue.take_fault?.(); family !== undefined; family = glue.take_fault?.()) this.#onFault?.(family)
  }

  #accept(status: number): Accepted {
    if (status !== 0) throw status
    const issuer = engine.part(ISSUER)
    const place = engine.part(REMEMBERED) - 1
    // Whatever was remembered at this place is gone.
    if (place >= 0) this.#remembered[place] = undefined
    return {
      header: this.#acceptedHeader(),
      payload: engine.text(PAYLOAD),
      issuer,
      key: engine.part(KEY),
      set: this.#held[issuer],
      known: undefined,
      place: place < 0 ? undefined : place,
    }
  }

  /** The header of the token that was just accepted. Most tokens of an issuer have the same, which the module knows. */
  #acceptedHeader(): JWTHeader {
    let last = this.#header
    if (!last || engine.part(HEADER_IS_NEW) !== 0) {
      const json = engine.text(HEADER)
      const header = JSON.parse(json) as JWTHeader
      const isFlat = Object.values(header).every((value) => typeof value !== 'object' || value === null)
      last = { text: json, flat: isFlat ? header : undefined }
      this.#header = last
    }
    return last.flat ? { ...last.flat } : (JSON.parse(last.text) as JWTHeader)
  }

  /** Runs calls into the module. */
  #call<Result>(calls: (handle: VerifierHandle, glue: VerifyGlue) => Result): Result {
    const { glue } = engine
    try {
      return calls(this.#handleIn(glue), glue)
    } catch (thrown) {
      throw this.#failure(thrown)
    }
  }

  /** The error for what a call into the module threw: its status number, its text, or what it fell over. */
  #failure(thrown: unknown): unknown {
    const failure = engine.failure(thrown)
    if (typeof failure === 'number') return errorFromStatus(failure, this.policy.requiredClaims)
    return typeof failure === 'string' ? new TypeError(`option ${failure}`) : failure
  }

  #handleIn(glue: VerifyGlue): VerifierHandle {
    if (this.#handle && this.#generation === engine.generation) return this.#handle
    const handle = new glue.Verifier(this.policy)
    for (const [issuer, material] of this.#keys.entries()) setKeys(handle, issuer, material, this.#held[issuer])
    this.#generation = engine.generation
    this.#handle = handle
    this.#header = undefined
    this.#remembered = []
    return handle
  }

  #source(issuer: number | undefined): KeySource | undefined {
    const material = issuer === undefined ? undefined : this.#keys[issuer]
    return material?.form === 'remote' ? material.source : undefined
  }

  /** The issuer that a token names, unverified; undefined where it names none of these. */
  #issuerOf(text: string): number | undefined {
    const issuer = this.#call((handle) => handle.issuer_of(engine.write(text)))
    return issuer < 0 ? undefined : issuer
  }

  /** The issuer whose keys decided that the token was refused, where other keys could decide otherwise. */
  #blamed(error: unknown, text: string): number | undefined {
    return this.#fetching && keyErrors.some((each) => error instanceof each) ? this.#issuerOf(text) : undefined
  }

  /** Brings the issuer's keys in the module to what its source has now, or `otherwise`; whether that changed them. */
  #renew(issuer: number | undefined, otherwise?: Snapshot): boolean {
    const source = this.#source(issuer)
    return issuer !== undefined && source !== undefined && this.#hold(issuer, source.current() ?? otherwise)
  }

  #hold(issuer: number, snapshot: Snapshot | undefined): boolean {
    if (this.#held[issuer]?.version === snapshot?.version) return false
    // What must not be used any more goes first, should the new set turn out to be none.
    this.#held[issuer] = undefined
    this.#platformKeys[issuer] = new Map()
    if (snapshot) {
      this.#call((handle) => handle.set_jwks(issuer, snapshot.text))
      this.#held[issuer] = snapshot
    } else {
      this.release()
    }
    return true
  }

  async #export(): Promise<void> {
    const exported = await Promise.all(
      this.#keys.map((material) => (material.form === 'platform' ? exportKey(material.key) : material)),
    )
    // Another call may have been faster.
    if (this.#unexported) this.#exchange(exported)
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

// Refusals that other keys could turn around.
const keyErrors = [
  JotgateKeysNotReady,
  JWKSNoMatchingKey,
  JWKSMultipleMatchingKeys,
  JWSSignatureVerificationFailed,
] as const

function setKeys(handle: VerifierHandle, issuer: number, material: KeyMaterial, held: Snapshot | undefined): void {
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
    case 'remote':
      if (held) handle.set_jwks(issuer, held.text)
      break
    case 'platform':
      // Until it is exported, the module answers that the keys are not ready.
      break
  }
}

function prepare(handle: VerifierHandle, text: string) {
  const status = handle.prepare(engine.write(text))
  if (status !== 0) throw status
  const { alg } = JSON.parse(engine.text(HEADER)) as JWTHeader
  const issuer = engine.part(ISSUER)
  return {
    alg,
    candidates: Array.from({ length: engine.part(CANDIDATES) }, (_, at) => ({
      issuer,
      key: handle.candidate(at),
      alg,
    })),
    signingInput: engine.bytes(SIGNING_INPUT).slice(),
    signature: engine.bytes(SIGNATURE).slice(),
  }
}
