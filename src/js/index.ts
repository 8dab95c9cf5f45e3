/**
 * Strict validation of access tokens (JWT): sync and async, the same verdict in every runtime.
 *
 * @module
 */
export { calculateJwkThumbprint } from './calculate-jwk-thumbprint.js'
export {
  type AcceleratorFault,
  createVerifier,
  type IssuerOptions,
  type OneIssuer,
  type SeveralIssuers,
  type Verifier,
  type VerifierOptions,
  type VerifierRules,
} from './create-verifier.js'
export {
  decodeJwt,
  decodeProtectedHeader,
  type NextRefresh,
  type NextRefreshOptions,
  nextRefresh,
  type TokenTimes,
  type TokenTimesOptions,
  tokenTimes,
} from './decode.js'
export * as errors from './errors.js'
export type { ExplainedCheck } from './explained-check.js'
export { jwtVerify, jwtVerifySync } from './jwt-verify.js'
export {
  customFetch,
  type ExportedJWKSCache,
  type FetchedResponse,
  type FetchImplementation,
  type JWKSCacheInput,
  jwksCache,
  type RemoteJWKSetOptions,
} from './key-set-options.js'
export type { KeySetStore } from './key-set-store.js'
export { type KVNamespaceLike, layeredStore, workersCacheStore, workersKVStore } from './key-set-stores.js'
export { createLocalJWKSet, type LocalJWKSet } from './local-jwk-set.js'
export { createRemoteJWKSet, type RemoteJWKSet } from './remote-jwk-set.js'
export type * from './types.js'
export type { VerifiedToken } from './verified-token.js'
