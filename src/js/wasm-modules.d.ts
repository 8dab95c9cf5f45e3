// wasm-bindgen's glue as the build leaves it: wrapped such that each call of `instantiate` has an instance and state of its own.

declare module '*/wasm/decode.js' {
  export interface DecodeGlue {
    readonly memory: WebAssembly.Memory
    buffer(capacity: number): number
    decode_header(length: number): number
    decode(length: number): number
    parts(): number
    next_refresh(
      iat: number,
      exp: number,
      before: number,
      jitter: number,
      minInterval: number,
      now: number,
      skew: number,
      random: number,
      rest: number,
    ): number
    refresh_reason(): number
    rest(failures: number, retryAfter: number, minInterval: number, elapsed: number, random: number): number
    measure_skew(skew: number, server: number, asked: number, answered: number): number
  }
  export function instantiate(module: WebAssembly.Module): DecodeGlue
}

declare module '*/wasm/verify.js' {
  export interface ExplainedCheck {
    check: string
    what: string
    outcome: 'pass' | 'fail' | 'not-reached'
    rfc: string
    status: number
  }
  export interface VerifierHandle {
    set_jwks(issuer: number, json: string): { index: number; kid?: string; status: number }[]
    set_jwk(issuer: number, json: string): void
    set_pem(issuer: number, text: string): void
    set_secret(issuer: number, bytes: Uint8Array): void
    set_external(issuer: number, kty: string, crv: string, alg: string): void
    has_keys(issuer: number): boolean
    verify(length: number, now: number): number
    recall(length: number, now: number): number
    prepare(length: number): number
    candidate(index: number): number
    issuer_of(length: number): number
    finish(length: number, now: number, keyIndex: number): number
    public_jwk(issuer: number, keyIndex: number): string
    explain(length: number, now: number): ExplainedCheck[]
    free(): void
  }
  export interface VerifyGlue {
    readonly memory: WebAssembly.Memory
    readonly Verifier: new (policy: object) => VerifierHandle
    buffer(capacity: number): number
    decode_header(length: number): number
    parts(): number
    scopes(length: number, permissions: boolean): number
    json_object(length: number): number
    thumbprint(jwk: string, digest: string): string
    /** Not in modules that are built without accelerators. */
    take_fault?(): string | undefined
    /** As above, and not without RSA. */
    use_rsa_fma?(module: object): void
  }
  export function instantiate(module: WebAssembly.Module): VerifyGlue
}
