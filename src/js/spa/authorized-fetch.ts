import { JotgateInsufficientScope } from '../errors.js'
import type { Environment } from './environment.js'
import type { PlatformFetch } from './platform.js'

// As many as the Fetch standard follows.
const MAX_REDIRECTS = 20

/** Where the tokens come from, and who is told what became of them. */
export interface TokenSource {
  token(signal: AbortSignal | undefined): Promise<string>
  accepted(): void
  /** Another token instead of a refused one, if there is one to be had. */
  replacement(refused: string): Promise<string | undefined>
  scopes(): readonly string[]
}

/** `fetch` that sends a token to the listed origins and nowhere else. */
export function authorizedFetch(
  environment: Environment,
  origins: ReadonlySet<string>,
  source: TokenSource,
): PlatformFetch {
  const listed = ({ protocol, origin }: URL) => /^https?:$/.test(protocol) && origins.has(origin)

  return async (input: Parameters<typeof fetch>[0], init: RequestInit = {}) => {
    const request = typeof input === 'object' && 'url' in input ? input : undefined
    const url = new URL(request ? request.url : String(input), environment.base)
    const headers = new Headers(init.headers ?? request?.headers)
    if (!listed(url) || headers.has('authorization')) return environment.fetch(input, init)

    const signal = init.signal ?? request?.signal
    const method = (init.method ?? request?.method ?? 'GET').toUpperCase()
    // A Request's own body is a stream, even if it was made from a text.
    const repeatable = isRepeatable(init.body) && (init.body != null || !request || /^(GET|HEAD)$/.test(method))
    const send = (token: string) => {
      headers.set('authorization', `Bearer ${token}`)
      const call = { ...init, method, headers: new Headers(headers) }
      const follows = init.redirect === undefined || init.redirect === 'follow'
      return follows
        ? follow(input, url, signal ? { ...call, signal } : call, repeatable)
        : environment.fetch(input, call)
    }

    const token = await source.token(signal ?? undefined)
    const first = await send(token)
    if (!isRefused(first)) return answered(first)
    const replacement = source.replacement(token)
    if (!repeatable) return first
    const other = await replacement
    if (other === undefined) return first
    void first.body?.cancel().catch(() => {})
    const second = await send(other)
    return isRefused(second) ? second : answered(second)
  }

  function answered(response: Response): Response {
    source.accepted()
    if (response.status === 403 && parameter(response, 'error') === 'insufficient_scope') {
      const granted = source.scopes()
      const missingScopes = (parameter(response, 'scope') ?? '')
        .split(' ')
        .filter((scope) => scope && !granted.includes(scope))
      throw new JotgateInsufficientScope('the resource server asks for more scopes', {
        claim: 'scope',
        rfc: 'RFC 6750 §3.1',
        missingScopes,
      })
    }
    return response
  }

  /** Follows redirects as the Fetch standard does, but never with the token to an origin that is not listed. */
  async function follow(
    input: Parameters<typeof fetch>[0],
    start: URL,
    init: RequestInit & { method: string; headers: Headers },
    repeatable: boolean,
  ): Promise<Response> {
    const call = { ...init }
    let target = input
    let url = start
    let again = repeatable
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const response = await environment.fetch(target, { ...call, redirect: 'manual' })
      if (response.type === 'opaqueredirect') {
        if (init.redirect !== 'follow' || !again)
          throw new TypeError("manager.fetch: redirected; browsers follow only if asked to by redirect: 'follow'")
        // The browser drops the header when the redirect leaves the origin.
        return environment.fetch(target, call)
      }
      const { status } = response
      const location = [301, 302, 303, 307, 308].includes(status) && response.headers.get('location')
      if (!location) return response
      void response.body?.cancel().catch(() => {})
      url = new URL(location, url)
      target = url.href
      if (status === 303 ? !/^(GET|HEAD)$/.test(call.method) : status < 303 && call.method === 'POST') {
        call.method = 'GET'
        delete call.body
        for (const name of ['encoding', 'language', 'location', 'type', 'length'])
          call.headers.delete(`content-${name}`)
        again = true
      }
      if (!again || !/^https?:$/.test(url.protocol)) break
      if (!listed(url)) {
        call.headers.delete('authorization')
        return environment.fetch(target, call)
      }
    }
    throw new TypeError('manager.fetch: the redirect cannot be followed')
  }
}

/** RFC 6750 §3.1. */
function isRefused(response: Response): boolean {
  if (response.status !== 401) return false
  const hidden = response.type === 'cors' && !response.headers.has('www-authenticate')
  return hidden || parameter(response, 'error') === 'invalid_token'
}

/** A parameter of the Bearer challenge, RFC 6750 §3. */
function parameter(response: Response, name: string): string | undefined {
  const challenge = /(?:^|,)\s*bearer\s+(.*)/i.exec(response.headers.get('www-authenticate') ?? '')?.[1] ?? ''
  const [, quoted, plain] =
    new RegExp(`(?:^|[\\s,])${name}\\s*=\\s*(?:"([^"]*)"|([^\\s,"]+))`, 'i').exec(challenge) ?? []
  return quoted ?? plain
}

/** Whether a body is there again for a second request. */
function isRepeatable(body: unknown): boolean {
  return (
    body == null ||
    typeof body === 'string' ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body) ||
    body instanceof URLSearchParams ||
    body instanceof FormData ||
    body instanceof Blob
  )
}
