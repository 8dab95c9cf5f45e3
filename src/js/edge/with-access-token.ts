import type { VerifiedToken } from '../verified-token.js'
import { type Guard, type GuardOptions, type GuardPolicy, makeGuard } from './guard.js'

/** What a handler is given beside the request. */
export interface AccessTokenContext<Env, Context, Token = VerifiedToken> {
  /** The verified token; undefined for an anonymous request, which only the option `optional` lets pass. */
  token: Token
  /** The bindings of the Worker, as the platform gave them. */
  env: Env
  /** The platform's context of this request, with `waitUntil`. */
  ctx: Context
}

/** Answers requests that have passed. */
export type AccessTokenHandler<Env, Context, Token = VerifiedToken> = (
  request: Request,
  context: AccessTokenContext<Env, Context, Token>,
) => Response | Promise<Response>

/** A module Worker; also fit for `Deno.serve`, `Bun.serve` and whatever else calls `fetch`. Its function needs no `this`. */
export interface GuardedWorker<Env, Context> {
  fetch(request: Request, env?: Env, ctx?: Context): Promise<Response>
}

/** The guard's options, or a function of the bindings that answers them, called once: at the first request. */
type OptionsFor<Env, Options> = Options | ((env: Env) => Options)

/**
 * A Worker that lets only requests with a good token reach its handler; everything else it answers itself, as
 * `createGuard` says. With `cors`, the handler's responses get their header fields too.
 *
 * ```js
 * export default withAccessToken(
 *   (request, { token }) => Response.json({ hello: token.payload.sub }),
 *   (env) => ({ issuer: env.ISSUER, audience: 'https://api.example', scopes: ['orders:read'] }),
 * )
 * ```
 *
 * @throws TypeError naming the option that is wrong, unknown or missing; with a function of options, `fetch` rejects with it
 */
export function withAccessToken<Env = unknown, Context = unknown>(
  handler: AccessTokenHandler<Env, Context>,
  options: OptionsFor<Env, GuardPolicy & GuardOptions & { optional?: false }>,
): GuardedWorker<Env, Context>
export function withAccessToken<Env = unknown, Context = unknown>(
  handler: AccessTokenHandler<Env, Context, VerifiedToken | undefined>,
  options: OptionsFor<Env, GuardPolicy & GuardOptions & { optional: true }>,
): GuardedWorker<Env, Context>
export function withAccessToken<Env, Context>(
  handler: AccessTokenHandler<Env, Context, never>,
  options: OptionsFor<Env, GuardPolicy & GuardOptions>,
): GuardedWorker<Env, Context> {
  if (typeof handler !== 'function') throw new TypeError(`${OWNER}: the handler must be a function`)
  const handle = handler as AccessTokenHandler<Env, Context, VerifiedToken | undefined>
  let guard: Guard<VerifiedToken | undefined> | undefined
  if (typeof options !== 'function') guard = makeGuard(options, OWNER)

  return {
    async fetch(request, ...platform) {
      // Other servers than Workers have neither, and then a handler asks for neither.
      const [env, ctx] = platform as [Env, Context]
      guard ??= makeGuard((options as (env: Env) => GuardPolicy & GuardOptions)(env), OWNER)
      const { token, response } = await guard(request)
      if (response) return response
      const answer = await handle(request, { token, env, ctx })
      if (typeof answer !== 'object' || answer === null)
        throw new TypeError(`${OWNER}: the handler answered no Response`)
      return guard.withCors(request, answer)
    },
  }
}

const OWNER = 'withAccessToken'
