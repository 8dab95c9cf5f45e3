// Where the type library knows `Symbol.dispose`. Only compiled, never run.
import { createTokenManager } from 'jotgate/spa'

export function scoped() {
  using manager = createTokenManager({ refresh: () => ({ access_token: 'a' }) })
  return manager.getTokenSync()
}
