// The middleware for Express with Express's own types, and in node:http. Only compiled, never run.
import { createServer } from 'node:http'
import express, { type Request, type RequestHandler } from 'express'
import type { JSONWebKeySet } from 'jotgate'
import { expressAccessToken } from 'jotgate/edge'

declare const jwks: JSONWebKeySet
const policy = { issuer: 'https://issuer.example', audience: 'https://api.example', jwks }

const guard = expressAccessToken(policy)
export const handler: RequestHandler = guard
export const app = express()
app.use(guard)
app.use('/admin', guard.requires(['admin']))
app.get('/hello', (req, res) => {
  res.json({ hello: req.token?.payload.sub, mayWrite: req.token?.hasScope('orders:write') })
})
app.post('/orders', guard.requires({ any: ['orders:write'] }), (_req, res) => {
  res.sendStatus(201)
})
app.get('/orders/:id', (req, res) => {
  // @ts-expect-error a token is no text
  const text: string = req.token
  res.send(text)
})
app.use(
  expressAccessToken<Request>({ ...policy, scopes: (token, req) => req.path !== '/admin' || token.hasScope('admin') }),
)

createServer((req, res) => {
  guard(req, res, (error) => {
    res.statusCode = error ? 500 : 200
    res.end()
  })
})
