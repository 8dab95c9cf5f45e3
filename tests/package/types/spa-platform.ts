// The token manager with the platform's own types. Only compiled, never run.
import { createTokenManager } from 'jotgate/spa'

const manager = createTokenManager({ refresh: ({ signal }) => fetch('/session/token', { method: 'POST', signal }) })

export async function calls(controller: AbortController): Promise<Response> {
  const { fetch: authorized } = manager
  await manager.getToken({ signal: controller.signal })
  await manager.signIn(await fetch('/session/token'))
  const asFetch: typeof fetch = authorized
  return asFetch(new Request('https://api.example'), { method: 'POST', body: new FormData() })
}
