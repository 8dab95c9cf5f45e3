// What a consumer of jotgate/edge may write, and behind @ts-expect-error what must not compile. Only compiled, never run.
import { createVerifier, errors, type JSONWebKeySet, type VerifiedToken } from 'jotgate'
import {
  claimHeaders,
  createGuard,
  exchangeToken,
  forwardToken,
  type Guard,
  type GuardOptions,
  type PropagationMode,
  propagate,
  protectedResourceMetadata,
  type ScopeRule,
  withAccessToken,
} from 'jotgate/edge'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
declare function same<A, B>(is: Same<A, B>): void
declare const jwks: JSONWebKeySet
declare const request: Request

const policy = { issuer: 'https://issuer.example', audience: 'https://api.example', jwks }

export async function guarded(): Promise<Response> {
  const guard = createGuard({ ...policy, scopes: ['a'], realm: 'orders', boundTokens: 'accept' })
  same<typeof guard, Guard>(true)
  const result = await guard(request, { scopes: { all: ['a'], any: ['b', 'c'] } })
  if (result.response) {
    same<typeof result.error, errors.JOSEError | undefined>(true)
    return guard.withCors(request, result.response)
  }
  same<typeof result.token, VerifiedToken>(true)
  // @ts-expect-error who it is has to be asked first
  ;(await guard(request)).token.payload
  // @ts-expect-error no text of several
  await guard(request, { scopes: 'a b' })
  // @ts-expect-error misspelt
  await guard(request, { scope: ['a'] })
  // @ts-expect-error a promise is no answer
  await guard(request, { scopes: async () => true })
  return new Response(result.token.payload.sub)
}

export async function destructured(): Promise<Response> {
  const { token, response } = await createGuard(policy)(request)
  if (response) return response
  return new Response(token.payload.sub)
}

export async function optional(): Promise<void> {
  const guard = createGuard({ ...policy, optional: true })
  same<typeof guard, Guard<VerifiedToken | undefined>>(true)
  const { token, response } = await guard(request)
  if (response) return
  same<typeof token, VerifiedToken | undefined>(true)
}

createGuard({
  verifier: createVerifier(policy),
  onError: (error, { status, method, path }) => [error.code, status, method, path],
})
createGuard({ issuers: [policy], cors: { origins: '*' }, resourceMetadata: new URL('https://api.example/') })
createGuard({ issuer: 'https://issuer.example', audience: null })
// @ts-expect-error the audience is required
createGuard({ issuer: 'https://issuer.example', jwks })
// @ts-expect-error misspelt
createGuard({ ...policy, realms: 'a' })

export const options: GuardOptions = { scopes: (token, { method }) => method === 'GET' || [...token.scopes] }
export const rule: ScopeRule = () => ({ any: ['a'] })

interface Env {
  ISSUER: string
}

interface Context {
  waitUntil(promise: Promise<unknown>): void
}

export const worker = withAccessToken<Env, Context>(
  (request, { token, env, ctx }) => {
    same<typeof request, Request>(true)
    same<typeof token, VerifiedToken>(true)
    same<typeof env, Env>(true)
    ctx.waitUntil(Promise.resolve())
    return Response.json({ hello: token.payload.sub })
  },
  (env) => ({ ...policy, issuer: env.ISSUER, scopes: ['a'] }),
)
same<ReturnType<typeof worker.fetch>, Promise<Response>>(true)

interface ExportedHandler<Env> {
  fetch?: (request: Request, env: Env, ctx: Context) => Response | Promise<Response>
}
worker satisfies ExportedHandler<Env>

declare function serve(handler: (request: Request, info: { port: number }) => Response | Promise<Response>): void
serve(withAccessToken((_request, { token }) => new Response(token.payload.sub), policy).fetch)

// With a function of options, `env` has to be given its type where `optional` changes that of the token.
withAccessToken(
  (_request, { token, env }) => new Response(token?.payload.sub ?? env.ISSUER),
  (env: Env) => ({ ...policy, issuer: env.ISSUER, optional: true as const }),
)
withAccessToken(async (_request, { token }) => new Response(token?.payload.sub), { ...policy, optional: true })
withAccessToken(
  // @ts-expect-error nobody may have come
  (_request, { token }) => new Response(token.payload.sub),
  { ...policy, optional: true },
)
// @ts-expect-error no response
withAccessToken(() => 'hello', policy)

const metadata = protectedResourceMetadata({
  resource: 'https://api.example',
  authorizationServers: ['https://issuer.example'],
})
same<ReturnType<typeof metadata>, Response | undefined>(true)
export const url: string = metadata.url
createGuard({ ...policy, resourceMetadata: metadata })

const modes: PropagationMode[] = [
  forwardToken({ origins: { 'https://a.example': ['a'] } }),
  claimHeaders({ origins: ['https://a.example'], headers: { 'x-user': 'sub', 'x-roles': ['realm_access', 'roles'] } }),
  exchangeToken({
    tokenEndpoint: new URL('https://issuer.example/token'),
    clientId: 'gateway',
    clientAuthentication: async () => 'assertion',
    origins: { 'https://a.example': { audience: 'a', scope: (token) => [...token.scopes] } },
  }),
]

export async function downstream(token: VerifiedToken | undefined): Promise<Response | undefined> {
  for (const mode of modes) {
    try {
      return await fetch(await propagate(request, token, { to: 'https://a.example/', mode }))
    } catch (error) {
      if (!(error instanceof errors.JotgatePropagationError)) throw error
      same<typeof error.status, 403 | 502 | 504>(true)
    }
  }
  // @ts-expect-error a mode is made, not named
  await propagate(request, token, { to: 'https://a.example/', mode: 'forward' })
  // @ts-expect-error an audience for each origin
  forwardToken({ origins: ['https://a.example'] })
  return undefined
}
