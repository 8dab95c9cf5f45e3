// An API at the edge: a request gets in with an access token that has the scope of its route, and who is calling is told to the service behind.
//
// To make it yours: the variables in wrangler.jsonc, the routes, and the handler.
import { layeredStore, workersCacheStore, workersKVStore } from 'jotgate'
import { claimHeaders, propagate, protectedResourceMetadata, withAccessToken } from 'jotgate/edge'

const routes = {
  'GET /notes': ['read'],
  'POST /notes': ['write'],
}

const scopesOf = (request) => routes[`${request.method} ${new URL(request.url).pathname}`]

// The name of the service as its requests see it. They go through the binding, so it is no address on the Internet.
const SERVICE = 'https://notes.internal'

// Only these headers say who is calling; copies of them that a client sends are taken out, and so is the token.
const asHeaders = claimHeaders({
  origins: [SERVICE],
  headers: { 'x-user': 'sub', 'x-client': 'client_id', 'x-scope': 'scope' },
})

export default withAccessToken(
  async (request, { token, env }) => {
    if (!scopesOf(request)) return new Response('Not found', { status: 404 })
    const { pathname, search } = new URL(request.url)
    return env.NOTES.fetch(await propagate(request, token, { to: `${SERVICE}${pathname}${search}`, mode: asHeaders }))
  },
  (env) => ({
    issuer: env.ISSUER,
    audience: env.AUDIENCE,
    // An access token of RFC 9068. For a provider whose access tokens are plain JWTs: 'jwt'.
    profile: 'at+jwt',
    scopes: (_token, request) => scopesOf(request) ?? true,
    // Keys outlive the isolate: in this data centre's cache, and behind it in KV, which is everywhere.
    remote: {
      store: layeredStore(workersCacheStore(), workersKVStore(env.KEYS)),
      // For a provider on this machine; without effect on any other.
      allowInsecureLoopback: true,
    },
    cors: { origins: env.PAGES },
    resourceMetadata: protectedResourceMetadata({
      resource: env.AUDIENCE,
      authorizationServers: [env.ISSUER],
      scopesSupported: [...new Set(Object.values(routes).flat())],
    }),
    onError(error, { status }) {
      // The keys cannot be had, or something is set up wrongly. That clients send bad tokens is no news.
      if (status >= 500) console.error(error)
    },
  }),
)
