/**
 * Access tokens at the edge: guards for handlers, and identities on their way downstream.
 *
 * @module
 */
export type { CorsOptions } from './edge/cors.js'
export { expressAccessToken, type NodeMiddleware, type NodeRequest, type NodeResponse } from './edge/express.js'
export {
  createGuard,
  type Guard,
  type GuardOptions,
  type GuardPolicy,
  type GuardResult,
  type Refusal,
  type Route,
} from './edge/guard.js'
export { type AccessTokenVariables, type HonoContext, type HonoMiddleware, honoAccessToken } from './edge/hono.js'
export {
  type ClaimHeadersOptions,
  claimHeaders,
  type ExchangeTarget,
  type ExchangeTokenOptions,
  exchangeToken,
  type ForwardTokenOptions,
  forwardToken,
  type Propagation,
  type PropagationMode,
  propagate,
} from './edge/propagate.js'
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
