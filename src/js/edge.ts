/**
 * Access tokens at the edge: guards for handlers, and identities on their way downstream.
 *
 * @module
 */
export { type ClaimHeadersOptions, claimHeaders } from './edge/claim-headers.js'
export type { CorsOptions } from './edge/cors.js'
export {
  type ExchangeTarget,
  type ExchangeTokenOptions,
  exchangeToken,
} from './edge/exchange-token.js'
export {
  expressAccessToken,
  type NodeGuard,
  type NodeMiddleware,
  type NodeRequest,
  type NodeResponse,
} from './edge/express.js'
export { type ForwardTokenOptions, forwardToken } from './edge/forward-token.js'
export {
  createGuard,
  type Guard,
  type GuardOptions,
  type GuardPolicy,
  type GuardResult,
  type Refusal,
  type Route,
} from './edge/guard.js'
export {
  type AccessTokenVariables,
  type HonoContext,
  type HonoGuard,
  type HonoMiddleware,
  honoAccessToken,
} from './edge/hono.js'
export { type Propagation, type PropagationMode, propagate } from './edge/propagate.js'
export {
  type ProtectedResourceMetadata,
  type ProtectedResourceMetadataOptions,
  protectedResourceMetadata,
} from './edge/protected-resource-metadata.js'
export type { ScopeRule, ScopeSets } from './edge/scope-rule.js'
export {
  type AccessTokenContext,
  type AccessTokenHandler,
  type GuardedWorker,
  withAccessToken,
} from './edge/with-access-token.js'
