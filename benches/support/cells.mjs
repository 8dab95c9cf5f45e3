// A cell of a table is one peer at one task. None is timed before it has shown that it does the task.
const KINDS = {
  verify: 'verifying',
  'signature alone': 'signatureAlone',
  'by the crates': 'verifyingByCrates',
  tenants: 'verifying',
  cache: 'remembering',
  decode: 'decoding',
}

/**
 * The cells of a table, each proven.
 *
 * @param {string} task `verify`, `tenants`, `cache` or `decode`
 * @param {object} fixture of one algorithm
 * @param {object[]} peers modules of benches/peers
 * @returns {Promise<{ cells: object[], absent: { name: string, why: string }[] }>}
 */
export async function cellsFor(task, fixture, peers) {
  const kinds = task === 'verify' ? ['verify', 'signature alone', 'by the crates'] : [task]
  const cells = []
  const absent = []
  for (const kind of kinds) {
    for (const [name, enter] of peers.flatMap((peer) => Object.entries(peer[KINDS[kind]] ?? {}))) {
      try {
        const entered = await (kind === 'tenants' ? eachItsOwn(fixture, enter) : enter(fixture))
        if (!entered) continue
        const cell = { name, kind, tokens: fixture.tokens, fresh: kind === 'cache', ...entered }
        await prove(cell, fixture)
        cells.push(cell)
      } catch (error) {
        absent.push({ name, why: String(error?.message ?? error) })
      }
    }
  }
  return { cells, absent }
}

/** One verifier for each tenant, found by the token. */
async function eachItsOwn({ tenants }, enter) {
  const calls = new Map()
  let kind
  for (const { tokens, refused, ...tenant } of tenants) {
    const entered = await enter({ ...tenant, tokens })
    if (!entered) return
    const { call, ...rest } = entered
    for (const token of [...tokens, ...refused]) calls.set(token, call)
    kind = rest
  }
  return { ...kind, call: (token) => calls.get(token)(token) }
}

/** It returns each token's own claims, and refuses forged signatures and a token for somebody else. */
async function prove({ kind, call, tokens }, { refused }) {
  for (const [index, token] of tokens.entries()) {
    const claims = await call(token)
    if (kind !== 'signature alone' && claims?.sub !== `user-${index}`) throw new Error('returns other claims')
  }
  if (kind === 'decode') return
  // What sees nothing but the signature cannot tell for whom the token is.
  for (const token of kind === 'signature alone' ? refused.slice(0, -1) : refused) {
    let claims
    try {
      claims = await call(token)
    } catch {
      continue
    }
    throw new Error(`accepts what it must refuse${claims ? '' : ' without saying so'}`)
  }
}
