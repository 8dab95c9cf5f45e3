import type { HeaderFields } from './authorization.js'
import type { Answer } from './refusal.js'

/** What a guard looks at of a request, on any platform. */
export interface IncomingRequest {
  method: string
  path: string
  query: string
  headers: HeaderFields
}

export function ofRequest(request: Request): IncomingRequest {
  if (typeof request?.url !== 'string') throw new TypeError('guard: the first argument must be a Request')
  const { pathname, search } = new URL(request.url)
  return { method: request.method, path: pathname, query: search, headers: request.headers }
}

export function responseOf({ status, headers, body }: Answer): Response {
  return new Response(body === '' ? null : body, { status, headers })
}
