// The middleware for Hono with Hono's own types. Only compiled, never run.
import { Hono } from 'hono'
import type { JSONWebKeySet, VerifiedToken } from 'jotgate'
import { type AccessTokenVariables, honoAccessToken } from 'jotgate/edge'

declare const jwks: JSONWebKeySet

type Bindings = { ISSUER: string }

const guard = honoAccessToken<Bindings>((env) => ({ issuer: env.ISSUER, audience: 'https://api.example', jwks }))

export const app = new Hono<{ Bindings: Bindings; Variables: AccessTokenVariables }>()
app.use(guard)
app.use('/admin/*', guard.requires(['admin']))
app.get('/hello', (c) => c.json({ hello: c.get('token').payload.sub }))
app.post('/orders', guard.requires({ any: ['orders:write'] }), (c) => c.text(c.var.token.payload.sub ?? ''))
app.get('/missing', (c) => {
  // @ts-expect-error there is no such variable
  return c.text(c.get('tokens'))
})

export const anonymous = new Hono<{ Variables: AccessTokenVariables<VerifiedToken | undefined> }>()
anonymous.use(honoAccessToken({ issuer: 'https://issuer.example', audience: null, jwks, optional: true }))
anonymous.get('/', (c) => c.text(c.get('token')?.payload.sub ?? 'nobody'))

export const plain = new Hono().use(honoAccessToken({ issuer: 'https://issuer.example', audience: null, jwks }))
// @ts-expect-error no function that answers promises
honoAccessToken(async () => ({ issuer: 'https://issuer.example', audience: null, jwks }))
