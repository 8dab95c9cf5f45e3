import type { VerifiedToken } from '../verified-token.js'
import type { GuardOptions, GuardPolicy } from './guard.js'

declare global {
  namespace Express {
    interface Request {
      /** The verified token, behind `expressAccessToken`; undefined for an anonymous request. */
      token?: VerifiedToken | undefined
    }
  }
}

/** As much of Node's `IncomingMessage`, or Express's `Request`, as is used. */
export interface NodeRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly originalUrl?: string | undefined
  readonly headers: { readonly [name: string]: string | string[] | undefined }
  readonly rawHeaders?: readonly string[] | undefined
  token?: VerifiedToken | undefined
}

/** As much of Node's `ServerResponse`, or Express's `Response`, as is used. */
export interface NodeResponse {
  statusCode: number
  appendHeader(name: string, value: string): unknown
  setHeader(name: string, value: string): unknown
  end(text?: string): unknown
}

/** A middleware of Express, Connect and their like; callable from a plain `http` server. */
export type NodeMiddleware<Incoming = NodeRequest> = (
  request: Incoming,
  response: NodeResponse,
  next: (error?: unknown) => void,
) => void

/**
 * A guard for Express and Node's `http`: lets requests with a good token pass, with `req.token`, and answers the others as
 * `createGuard` says. Where the keys are at hand, it calls `next` before it returns, without a promise.
 *
 * ```js
 * app.use(expressAccessToken({ issuer: 'https://issuer.example', audience: 'https://api.example', jwks }))
 * app.get('/hello', (req, res) => res.json({ hello: req.token.payload.sub }))
 * ```
 *
 * @throws TypeError naming the option that is wrong, unknown or missing
 */
export function expressAccessToken<Incoming extends NodeRequest = NodeRequest>(
  options: GuardPolicy & GuardOptions<Incoming>,
): NodeMiddleware<Incoming> {
  throw new TypeError(`not written yet ${typeof options}`)
}
