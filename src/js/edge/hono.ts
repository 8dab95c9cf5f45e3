import type { VerifiedToken } from '../verified-token.js'
import { withField } from './cors.js'
import { Gate, type GuardOptions, type GuardPolicy } from './guard.js'
import { ofRequest, responseOf } from './incoming.js'
import { type ScopeCheck, type ScopeRule, scopeCheck } from './scope-rule.js'

/** For `new Hono<{ Variables: AccessTokenVariables }>()`: types `c.get('token')` and `c.var.token`. */
export type AccessTokenVariables<Token = VerifiedToken> = {
  /** The verified token of this request; undefined for an anonymous one, which only the option `optional` lets pass. */
  token: Token
}

/** As much of Hono's `Context` as is used. */
export interface HonoContext {
  readonly req: { readonly raw: Request }
  // biome-ignore lint/suspicious/noExplicitAny: Hono's own type of it, which depends on the application.
  readonly env: any
  // biome-ignore lint/suspicious/noExplicitAny: the same.
  get: any
  // biome-ignore lint/suspicious/noExplicitAny: the same.
  set: any
  readonly res: Response
  header(name: string, value?: string): void
}

/** A Hono middleware. */
export type HonoMiddleware = (context: HonoContext, next: () => Promise<void>) => Promise<Response | undefined>

/** A guard for Hono; itself a middleware. */
export interface HonoGuard extends HonoMiddleware {
  /**
   * The middleware for a route that asks for these scopes, behind the guard or alone.
   *
   * @throws TypeError for what is no rule
   */
  requires(scopes: ScopeRule): HonoMiddleware
}

/**
 * A guard for Hono: lets requests with a good token pass, with `c.get('token')`, and answers the others as `createGuard`
 * says.
 *
 * ```ts
 * const app = new Hono<{ Variables: AccessTokenVariables }>()
 * const guard = honoAccessToken({ issuer: 'https://issuer.example', audience: 'https://api.example', jwks })
 * app.use(guard)
 * app.get('/hello', (c) => c.json({ hello: c.get('token').payload.sub }))
 * app.post('/orders', guard.requires(['orders:write']), (c) => c.body(null, 201))
 * ```
 *
 * @param options the guard's options, or a function of the bindings (`c.env`) that answers them, called once: at the first request
 * @throws TypeError naming the option that is wrong, unknown or missing
 */
export function honoAccessToken<Env = unknown>(
  options: (GuardPolicy & GuardOptions) | ((env: Env) => GuardPolicy & GuardOptions),
): HonoGuard {
  const owner = 'honoAccessToken'
  let gate: Gate<Request> | undefined
  if (typeof options !== 'function') gate = new Gate(options, owner)

  function middleware(rule: ScopeCheck<Request> | undefined): HonoMiddleware {
    return async (context, next) => {
      gate ??= new Gate((options as (env: Env) => GuardPolicy & GuardOptions)(context.env), owner)
      const request = context.req.raw
      const incoming = ofRequest(request)
      const before: unknown = context.get('token')
      const passed = gate.hasAdmitted(before)
      try {
        if (passed) rule?.(before, request)
        else {
          const ahead = gate.ahead(incoming)
          if (ahead) return responseOf(ahead)
          context.set('token', await gate.admit(incoming, request, rule))
        }
      } catch (thrown) {
        return responseOf(gate.refuse(thrown, incoming).answer)
      }
      await next()
      if (passed) return
      for (const field of gate.corsFields(incoming)) {
        context.header(field[0], withField(context.res.headers.get(field[0]), field))
      }
      return
    }
  }

  return Object.assign(middleware(undefined), {
    requires: (scopes: ScopeRule) => middleware(scopeCheck(owner, 'requires', scopes)),
  })
}
