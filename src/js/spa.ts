/**
 * The token of a single-page application: fresh, in every tab, after every nap.
 *
 * @module
 */
export { JotgateInsufficientScope, JotgateRefreshFailed, JotgateSignedOut, type RefreshProblem } from './errors.js'
export { createTokenManager } from './spa/create-token-manager.js'
export type * from './spa/platform.js'
export type * from './spa/types.js'
