import type { VerifiedToken } from '../verified-token.js'
import type { GuardOptions, GuardPolicy } from './guard.js'

/** For `new Hono<{ Variables: AccessTokenVariables }>()`: types `c.get('token')` and `c.var.token`. */
export type AccessTokenVariables<Token = VerifiedToken> = {
  /** The verified token of this request. */
  token: Token
}

/** As much of Hono's `Context` as is used. */
export interface HonoContext {
  readonly req: { readonly raw: Request }
  readonly env: unknown
  res: Response
  set(key: 'token', value: unknown): void
}

/** A Hono middleware. */
export type HonoMiddleware = (context: HonoContext, next: () => Promise<void>) => Promise<Response | undefined>

/**
 * A guard for Hono: lets requests with a good token pass, with `c.get('token')`, and answers the others as `createGuard`
 * says. Several of them in a row each ask for their scopes.
 *
 * ```ts
 * const app = new Hono<{ Variables: AccessTokenVariables }>()
 * app.use(honoAccessToken({ issuer: 'https://issuer.example', audience: 'https://api.example', jwks }))
 * app.get('/hello', (c) => c.json({ hello: c.get('token').payload.sub }))
 * ```
 *
 * @param options the guard's options, or a function of the bindings (`c.env`) that answers them, called once: at the first request
 * @throws TypeError naming the option that is wrong, unknown or missing
 */
export function honoAccessToken<Env = unknown>(
  options: (GuardPolicy & GuardOptions) | ((env: Env) => GuardPolicy & GuardOptions),
): HonoMiddleware {
  throw new TypeError(`not written yet ${typeof options}`)
}
