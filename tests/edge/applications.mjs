// The guarded applications that the rows of challenges.json are sent to, one for each adapter. Nothing of a platform is in
// here: the same text runs in Node and in workerd.

/**
 * The options of each policy.
 *
 * @param {object} issuer `issuer`, `audience`, `jwks` and the moment `now`, in seconds
 */
export function policies({ createVerifier, errors, protectedResourceMetadata }, { now, ...issuer }) {
  const policy = { ...issuer, currentDate: new Date(now * 1000) }
  const metadata = protectedResourceMetadata({
    resource: 'https://api.example/metadata',
    authorizationServers: [issuer.issuer],
    scopesSupported: ['read', 'write'],
  })
  const down = {
    ...createVerifier(policy),
    verify: () => Promise.reject(new errors.JWKSTimeout()),
    verifySync() {
      throw new errors.JotgateKeysNotReady()
    },
  }
  return {
    default: policy,
    bound: { ...policy, boundTokens: 'accept' },
    small: { ...policy, maxTokenSize: 200 },
    check: { ...policy, check: () => 'user-1 owes us "money"' },
    scopes: { ...policy, scopes: ['read', 'write'] },
    any: { ...policy, scopes: { any: ['read', 'admin'] } },
    both: { ...policy, scopes: { all: ['write'], any: ['read'] } },
    function: {
      ...policy,
      scopes: (_token, { method }) => (method === 'DELETE' ? ['write'] : method !== 'PATCH'),
    },
    required: { ...policy, requiredScopes: ['write'] },
    route: policy,
    realm: {
      ...policy,
      realm: 'Orders & more',
      resourceMetadata: 'https://api.example/.well-known/oauth-protected-resource?a="',
    },
    metadata: { ...policy, resourceMetadata: metadata },
    optional: { ...policy, optional: true },
    cors: {
      ...policy,
      cors: {
        origins: ['https://app.example'],
        methods: ['GET', 'POST'],
        headers: ['X-Trace'],
        exposeHeaders: ['X-Handler'],
        maxAge: 600,
      },
    },
    'cors-all': { ...policy, cors: { origins: '*' } },
    down: { verifier: down },
    clock: { ...issuer, clock: () => Number.NaN },
  }
}

/** The policy that a path is for. */
export function policyOf(path) {
  return /^(?:\/\.well-known\/oauth-protected-resource)?\/([\w-]+)/.exec(path)[1]
}

/** What a route asks for, besides the guard. */
export function scopesOf(path) {
  return path.endsWith('/write') ? ['write'] : undefined
}

/** The answer to a request that has passed. */
export function welcome(token) {
  return { hello: token?.payload.sub ?? null }
}

const mapped = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]))
const pathOf = (request) => new URL(request.url).pathname

/** The adapters of the `Request` → `Response` kind, by name. */
export const fetchAdapters = {
  createGuard({ createGuard }, policies) {
    const guards = mapped(policies, createGuard)
    return async (request) => {
      const path = pathOf(request)
      const guard = guards[policyOf(path)]
      const scopes = scopesOf(path)
      const { token, response } = await guard(request, scopes && { scopes })
      return response ?? guard.withCors(request, Response.json(welcome(token)))
    }
  },

  withAccessToken({ withAccessToken }, policies) {
    const workers = mapped(policies, (policy) => (routes) => {
      const guarded = routes ? { ...policy, optional: undefined, scopes: routes } : policy
      return withAccessToken(
        (_request, { token }) => Response.json(welcome(token)),
        () => guarded,
      )
    })
    const plain = mapped(workers, (worker) => worker())
    const writing = mapped(workers, (worker) => worker(['write']))
    return (request) => {
      const path = pathOf(request)
      return (scopesOf(path) ? writing : plain)[policyOf(path)].fetch(request, {}, {})
    }
  },

  honoAccessToken({ honoAccessToken }, policies, Hono) {
    const guards = mapped(policies, honoAccessToken)
    const app = new Hono()
    const guardOf = (c) => guards[policyOf(c.req.path)]
    app.use((c, next) => guardOf(c)(c, next))
    app.use('*/write', (c, next) => guardOf(c).requires(['write'])(c, next))
    app.all('*', (c) => c.json(welcome(c.get('token'))))
    return (request, env, ctx) => app.fetch(request, env, ctx)
  },
}
