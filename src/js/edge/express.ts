import { JotgateInvalidRequest } from '../errors.js'
import type { VerifiedToken } from '../verified-token.js'
import { withField } from './cors.js'
import { Gate, type GuardOptions, type GuardPolicy } from './guard.js'
import type { IncomingRequest } from './incoming.js'
import type { Answer } from './refusal.js'
import { type ScopeCheck, type ScopeRule, scopeCheck } from './scope-rule.js'

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
  readonly body?: unknown
  token?: VerifiedToken | undefined
}

/** As much of Node's `ServerResponse`, or Express's `Response`, as is used. */
export interface NodeResponse {
  statusCode: number
  getHeader(name: string): number | string | string[] | undefined
  setHeader(name: string, value: string): unknown
  end(text?: string): unknown
}

/** A middleware of Express, Connect and their like; callable from a plain `http` server. */
export type NodeMiddleware<Incoming = NodeRequest> = (
  request: Incoming,
  response: NodeResponse,
  next: (error?: unknown) => void,
) => void

/** A guard for Express and its like; itself a middleware. */
export interface NodeGuard<Incoming = NodeRequest> extends NodeMiddleware<Incoming> {
  /**
   * The middleware for a route that asks for these scopes, behind the guard or alone.
   *
   * @throws TypeError for what is no rule
   */
  requires(scopes: ScopeRule<Incoming>): NodeMiddleware<Incoming>
}

/**
 * A guard for Express and Node's `http`: lets requests with a good token pass, with `req.token`, and answers the others as
 * `createGuard` says. Where the keys are at hand, it calls `next` before it returns, without a promise. A token in a form
 * body is `invalid_request` too, where a parser has read the body before.
 *
 * ```js
 * const guard = expressAccessToken({ issuer: 'https://issuer.example', audience: 'https://api.example', jwks })
 * app.use(guard)
 * app.get('/hello', (req, res) => res.json({ hello: req.token.payload.sub }))
 * app.post('/orders', guard.requires(['orders:write']), (req, res) => res.sendStatus(201))
 * ```
 *
 * @throws TypeError naming the option that is wrong, unknown or missing
 */
export function expressAccessToken<Incoming extends NodeRequest = NodeRequest>(
  options: GuardPolicy & GuardOptions<Incoming>,
): NodeGuard<Incoming> {
  const owner = 'expressAccessToken'
  const gate = new Gate<Incoming>(options, owner)

  function middleware(rule: ScopeCheck<Incoming> | undefined): NodeMiddleware<Incoming> {
    return (request, response, next) => {
      const incoming = ofNodeRequest(request)
      function pass(token: VerifiedToken | undefined): void {
        gate.keepFresh()
        request.token = token
        for (const field of gate.corsFields(incoming)) writeField(response, field)
        next()
      }
      function refuse(thrown: unknown): void {
        let answer: Answer
        try {
          answer = gate.refuse(thrown, incoming).answer
        } catch (fault) {
          next(fault)
          return
        }
        write(response, answer)
      }

      const before = request.token
      if (gate.hasAdmitted(before)) {
        try {
          rule?.(before, request)
        } catch (thrown) {
          refuse(thrown)
          return
        }
        next()
        return
      }
      const ahead = gate.ahead(incoming)
      if (ahead) {
        write(response, ahead)
        return
      }
      let token: VerifiedToken | undefined
      try {
        refuseFormToken(request)
        token = gate.admitSync(incoming, request, rule)
      } catch (thrown) {
        if (mayNeedAPromise(thrown)) gate.admit(incoming, request, rule).then(pass, refuse)
        else refuse(thrown)
        return
      }
      pass(token)
    }
  }

  return Object.assign(middleware(undefined), {
    requires: (scopes: ScopeRule<Incoming>) => middleware(scopeCheck(owner, 'requires', scopes)),
  })
}

// Keys that are not there yet, that a new set may have, or that only the platform can use.
const forTheOtherWay = new Set(['ERR_JOTGATE_KEYS_NOT_READY', 'ERR_JWKS_NO_MATCHING_KEY', 'ERR_JOSE_NOT_SUPPORTED'])

function mayNeedAPromise(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && forTheOtherWay.has(thrown.code as string)
}

function ofNodeRequest(request: NodeRequest): IncomingRequest {
  const target = request.originalUrl ?? request.url ?? '/'
  const [, path = '/', query = ''] = /^([^?]*)(.*)$/s.exec(target) ?? []
  return {
    method: request.method ?? 'GET',
    path,
    query,
    headers: { get: (name) => (name === 'authorization' ? authorization(request) : field(request, name)) },
  }
}

function field({ headers }: NodeRequest, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

/** All of them: `headers` has only the first Authorization of several. */
function authorization(request: NodeRequest): string | undefined {
  const { rawHeaders } = request
  if (!rawHeaders || rawHeaders.length === 0) return field(request, 'authorization')
  const values = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'authorization',
  )
  return values.length > 0 ? values.join(', ') : undefined
}

/** RFC 6750 §2.2 is not offered; nobody shall think that it was. */
function refuseFormToken(request: NodeRequest): void {
  const { body } = request
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(field(request, 'content-type') ?? '')
  if (isForm && typeof body === 'object' && body !== null && 'access_token' in body) {
    throw new JotgateInvalidRequest('a token in the body is not accepted: send it in the Authorization header', {
      rfc: 'RFC 6750 §2.2',
    })
  }
}

function write(response: NodeResponse, { status, headers, body }: Answer): void {
  response.statusCode = status
  for (const each of headers) writeField(response, each)
  response.end(body)
}

function writeField(response: NodeResponse, field: [name: string, value: string]): void {
  const current = response.getHeader(field[0])
  response.setHeader(field[0], withField(current === undefined ? undefined : String(current), field))
}
