import { setTimeout as after } from 'node:timers/promises'

const PATH = '/bad-days'
const LONGEST = 120

/**
 * What may go wrong with a provider, at the wish of a page or a test, and what it has seen. Pages `POST /bad-days?down=true` (or `slow=3`,
 * `revoke=ada`) and get the state as JSON; a synchronous `GET /bad-days?sleep=30` makes a page stand still without using the processor.
 *
 * @param {import('oidc-provider').Provider} provider
 * @param {Set<string>} origins who may ask
 */
export function badDays(provider, origins) {
  const grantsOf = new Map()
  const days = {
    /** Connections are dropped, as when nothing runs there. */
    down: false,
    /** Seconds until the token endpoint answers. */
    slow: 0,
    /** Requests that wait for that. */
    waiting: 0,
    /** Refresh tokens that were changed for new ones. */
    refreshes: 0,
    /** Refresh tokens that came a second time; each has ended its session (RFC 9700 §4.14.2). */
    reused: 0,
    /** Requests of the token endpoint that were refused, for any reason. */
    refused: 0,

    /** Ends all sessions of an account: its access tokens go on until they expire, its refresh tokens do not. */
    async revoke(accountId) {
      const grants = [...(grantsOf.get(accountId) ?? [])]
      grantsOf.delete(accountId)
      const models = [provider.RefreshToken, provider.AccessToken, provider.AuthorizationCode]
      await Promise.all(grants.flatMap((grant) => models.map((model) => model.revokeByGrantId(grant))))
    },

    async middleware(ctx, next) {
      if (ctx.path === PATH) return answer(ctx, days, origins)
      if (days.down) return drop(ctx)
      if (days.slow > 0 && ctx.method === 'POST' && ctx.path === provider.pathFor('token')) {
        days.waiting++
        await after(days.slow * 1000, undefined, { ref: false })
        days.waiting--
        // Whoever has gone meanwhile gets no token, and the refresh token stays good.
        if (days.down || ctx.req.socket.destroyed) return drop(ctx)
      }
      return next()
    },
  }
  provider.on('grant.success', ({ oidc }) => {
    if (oidc.params.grant_type === 'refresh_token') days.refreshes++
    const { accountId } = oidc.account
    if (!grantsOf.has(accountId)) grantsOf.set(accountId, new Set())
    grantsOf.get(accountId).add(oidc.entities.Grant.jti)
  })
  provider.on('grant.error', (_ctx, error) => {
    days.refused++
    if (error.error_detail === 'refresh token already used') days.reused++
  })
  return days
}

async function answer(ctx, days, origins) {
  const origin = ctx.get('Origin')
  if (!origins.has(origin)) {
    ctx.status = 403
    return
  }
  ctx.set({ 'Access-Control-Allow-Origin': origin, 'Cache-Control': 'no-store', Vary: 'Origin' })
  const { down, slow, revoke, sleep } = ctx.query
  if (ctx.method === 'POST') {
    if (down !== undefined) days.down = down === 'true'
    if (slow !== undefined) days.slow = seconds(slow)
    if (revoke !== undefined) await days.revoke(String(revoke))
  } else if (sleep !== undefined) await after(seconds(sleep) * 1000)
  ctx.body = { down: days.down, slow: days.slow, refreshes: days.refreshes, reused: days.reused, refused: days.refused }
}

const seconds = (text) => Math.min(Math.max(Number(text) || 0, 0), LONGEST)

function drop(ctx) {
  ctx.respond = false
  ctx.req.socket.destroy()
}
