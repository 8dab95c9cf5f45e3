// What happens to key endpoints, as stories that any library can be told, wherever it runs. A stage has a key server, tokens,
// and `open`, which makes a gate: a function from a token to `accepted` or the code of its refusal.
import { setTimeout as pause } from 'node:timers/promises'
import { ecA, ecB, publicJwk, signed } from '../suite/issuer.mjs'
import { FAULTS, KeyServer } from './key-server.mjs'

const FAR = 4_102_444_800
const claims = (iss) => ({ iss, sub: 'user-1', aud: 'https://api.example', exp: FAR })
const ISSUERS = ['https://a.example', 'https://b.example']
const es256 = (key, kid, iss = ISSUERS[0]) => signed(claims(iss), { alg: 'ES256', key, header: { kid } })

const keys = { old: publicJwk(ecA, { kid: 'old' }), new: publicJwk(ecB, { kid: 'new' }) }
const tokens = { old: await es256(ecA, 'old'), new: await es256(ecB, 'new') }
const unknown = await Promise.all(Array.from({ length: 1000 }, (_, index) => es256(ecB, `kid-${index}`)))

// Short, so that nobody waits for them; the proportions are those of the defaults.
const EXPIRY = 100
const SHORT_LIFE = { cacheMaxAge: EXPIRY, cooldownDuration: 30_000 }
const TIMEOUT = 300

/** What became of some tokens, each with the time it took. */
async function ask(gate, several, { atOnce = 1 } = {}) {
  const results = []
  for (let at = 0; at < several.length; at += atOnce) {
    const batch = several.slice(at, at + atOnce).map(async (token) => {
      const began = performance.now()
      const answer = await gate(token)
      results.push({ answer, took: performance.now() - began })
    })
    await Promise.all(batch)
  }
  const accepted = results.filter(({ answer }) => answer === 'accepted').length
  return {
    accepted,
    refused: results.length - accepted,
    codes: new Set(results.map(({ answer }) => answer).filter((answer) => answer !== 'accepted')),
    longest: Math.max(...results.map(({ took }) => took)),
  }
}

const times = (count, token) => Array.from({ length: count }, () => token)
const fine = (codes) => [...codes].every((code) => /^ERR_(JWKS|JOTGATE)_(?!INTERNAL)/.test(code))

async function warm({ server, open }, options) {
  const gate = await open(options)
  // On a busy machine even a good endpoint may miss a short time limit.
  while ((await gate(tokens.old)) !== 'accepted') await pause(100)
  server.fetches = 0
  return gate
}

export const scenarios = [
  {
    title: 'steady: 1 000 tokens, one after the other',
    goal: '1 fetch, all accepted',
    async run({ server, open }) {
      const { accepted, refused } = await ask(await open(), times(1000, tokens.old))
      return { fetches: server.fetches, accepted, refused }
    },
    meets: ({ fetches, refused }) => fetches === 1 && refused === 0,
  },
  {
    title: 'stampede: 200 tokens at once, cold',
    goal: '1 fetch, all accepted',
    async run({ server, open }) {
      server.delay = 100
      const { accepted, refused } = await ask(await open(), times(200, tokens.old), { atOnce: 200 })
      return { fetches: server.fetches, accepted, refused }
    },
    meets: ({ fetches, refused }) => fetches === 1 && refused === 0,
  },
  {
    title: 'endpoint down, the set fresh: 100 tokens',
    goal: '0 fetches, 0 refused',
    async run(stage) {
      const gate = await warm(stage)
      stage.server.behaviour = '500'
      const { accepted, refused } = await ask(gate, times(100, tokens.old))
      return { fetches: stage.server.fetches, accepted, refused }
    },
    meets: ({ fetches, refused }) => fetches === 0 && refused === 0,
  },
  {
    title: 'endpoint down for 3 s, the set expired: 300 tokens',
    goal: 'at most 2 fetches a second, 0 refused',
    async run(stage) {
      const gate = await warm(stage, SHORT_LIFE)
      await pause(EXPIRY)
      stage.server.behaviour = '500'
      const several = []
      for (let sent = 0; sent < 300; sent += 1) {
        several.push(gate(tokens.old))
        await pause(10)
      }
      const accepted = (await Promise.all(several)).filter((answer) => answer === 'accepted').length
      return { fetches: stage.server.fetches, accepted, refused: 300 - accepted }
    },
    meets: ({ fetches, refused }) => fetches <= 7 && refused === 0,
  },
  {
    title: 'flapping: every other answer is an error, the set expires all the time, 100 tokens in 2 s',
    goal: '0 refused',
    async run(stage) {
      const gate = await warm(stage, SHORT_LIFE)
      stage.server.behaviour = 'flapping'
      let accepted = 0
      for (let sent = 0; sent < 100; sent += 1) {
        if ((await gate(tokens.old)) === 'accepted') accepted += 1
        await pause(20)
      }
      return { fetches: stage.server.fetches, accepted, refused: 100 - accepted }
    },
    meets: ({ refused }) => refused === 0,
  },
  {
    title: 'recovery: cold, 2 s down, then good; a token each 20 ms',
    // What docs/key-sets.md promises: the longest pause between attempts.
    goal: 'accepted within 5 s, at most 2 fetches a second',
    async run({ server, open }) {
      server.behaviour = '500'
      const gate = await open()
      const began = performance.now()
      let refused = 0
      for (;;) {
        if (performance.now() - began > 2000) server.behaviour = 'good'
        if ((await gate(tokens.old)) === 'accepted') break
        refused += 1
        if (performance.now() - began > 10_000) break
        await pause(20)
      }
      const late = performance.now() - began - 2000
      return { fetches: server.fetches, accepted: late < 5000 ? 1 : 0, refused }
    },
    meets: ({ fetches, accepted }) => accepted === 1 && fetches <= 6,
  },
  {
    title: 'hanging, cold: one token',
    goal: `refused within the time limit (${TIMEOUT} ms)`,
    async run({ server, open }) {
      server.behaviour = 'hang'
      const { accepted, refused, longest } = await ask(await open({ timeoutDuration: TIMEOUT }), [tokens.old])
      return { fetches: server.fetches, accepted, refused, longest }
    },
    // What remains is the way to the gate and back.
    meets: ({ longest, refused }) => refused === 1 && longest < TIMEOUT + 1000,
  },
  {
    title: 'rotation: 2 tokens of the new key at once, then one of the old',
    goal: '1 fetch, the new accepted, the old refused',
    async run(stage) {
      const gate = await warm(stage)
      stage.server.keys = [keys.new]
      const { accepted } = await ask(gate, times(2, tokens.new), { atOnce: 2 })
      const old = await ask(gate, [tokens.old])
      return {
        fetches: stage.server.fetches,
        accepted: accepted + old.accepted,
        refused: 2 - accepted + old.refused,
        old,
      }
    },
    meets: ({ fetches, accepted, old }) => fetches === 1 && accepted === 2 && old.codes.has('ERR_JWKS_NO_MATCHING_KEY'),
  },
  {
    title: 'rotation with both keys in the set: 200 tokens of the new key at once, 200 of the old',
    goal: '1 fetch, all accepted',
    async run(stage) {
      const gate = await warm(stage)
      stage.server.keys = [keys.old, keys.new]
      const several = [...times(200, tokens.new), ...times(200, tokens.old)]
      const { accepted, refused } = await ask(gate, several, { atOnce: 400 })
      return { fetches: stage.server.fetches, accepted, refused }
    },
    meets: ({ fetches, refused }) => fetches === 1 && refused === 0,
  },
  {
    title: 'a key is withdrawn, the set expires, is refreshed behind one token, and 10 more come',
    goal: 'at most 2 fetches, 10 refused',
    async run(stage) {
      const gate = await warm(stage, { ...SHORT_LIFE, cacheMaxAge: 1000 })
      stage.server.keys = [keys.new]
      await pause(1000)
      const first = await ask(gate, [tokens.old])
      await pause(500)
      const { accepted, refused } = await ask(gate, times(10, tokens.old), { atOnce: 10 })
      return { fetches: stage.server.fetches, accepted: first.accepted + accepted, refused: first.refused + refused }
    },
    // One for the refresh, and one because the old key then is unknown, which may be news.
    meets: ({ fetches, accepted, refused }) => fetches <= 2 && accepted <= 1 && refused >= 10,
  },
  {
    title: 'flood: 1 000 unknown kids and 100 good tokens in between, warm',
    goal: 'at most 1 fetch, the good accepted',
    async run(stage) {
      const gate = await warm(stage)
      const several = unknown.flatMap((token, index) => (index % 10 === 0 ? [token, tokens.old] : [token]))
      const { accepted, refused } = await ask(gate, several, { atOnce: 50 })
      return { fetches: stage.server.fetches, accepted, refused }
    },
    meets: ({ fetches, accepted, refused }) => fetches <= 1 && accepted === 100 && refused === 1000,
  },
  {
    title: 'flood: 1 000 unknown kids, cold',
    goal: 'at most 2 fetches, all refused',
    async run({ server, open }) {
      const { accepted, refused } = await ask(await open(), unknown, { atOnce: 50 })
      return { fetches: server.fetches, accepted, refused }
    },
    meets: ({ fetches, accepted }) => fetches <= 2 && accepted === 0,
  },
  {
    title: 'unchanged: the set expires, the endpoint knows its entity tag',
    goal: '1 fetch, conditional, all accepted',
    async run(stage) {
      const { server } = stage
      server.etag = '"1"'
      const gate = await warm(stage, SHORT_LIFE)
      await pause(EXPIRY)
      const first = await ask(gate, [tokens.old])
      for (let waited = 0; server.fetches === 0 && waited < 100; waited += 1) await pause(20)
      const { accepted, refused } = await ask(gate, times(2, tokens.old))
      const conditional = server.headers['if-none-match'] === '"1"'
      return {
        fetches: server.fetches,
        accepted: first.accepted + accepted,
        refused: first.refused + refused,
        conditional,
      }
    },
    meets: ({ refused, conditional }) => refused === 0 && conditional,
  },
  {
    title: 'Cache-Control: max-age=1, cacheMinAge 0: 20 tokens in 2 s',
    goal: '2 or 3 fetches, all accepted',
    only: 'jotgate',
    async run({ server, open }) {
      server.cacheControl = 'public, max-age=1'
      const gate = await open({ cacheMinAge: 0 })
      let accepted = 0
      for (let sent = 0; sent < 20; sent += 1) {
        if ((await gate(tokens.old)) === 'accepted') accepted += 1
        await pause(110)
      }
      return { fetches: server.fetches, accepted, refused: 20 - accepted }
    },
    meets: ({ fetches, refused }) => fetches >= 2 && fetches <= 3 && refused === 0,
  },
  {
    title: 'two issuers whose keys have the same kid: a token of each, and one of each signed by the other',
    goal: '1 fetch of each, 2 accepted, 2 refused',
    async run({ server, openIssuers }) {
      const other = await new KeyServer().listen()
      try {
        server.keys = [publicJwk(ecA, { kid: 'same' })]
        other.keys = [publicJwk(ecB, { kid: 'same' })]
        const gate = await openIssuers([
          [ISSUERS[0], server.url],
          [ISSUERS[1], other.url],
        ])
        const good = [await es256(ecA, 'same', ISSUERS[0]), await es256(ecB, 'same', ISSUERS[1])]
        const mixed = [await es256(ecB, 'same', ISSUERS[0]), await es256(ecA, 'same', ISSUERS[1])]
        const { accepted } = await ask(gate, good)
        const { refused } = await ask(gate, mixed)
        return { fetches: server.fetches + other.fetches, accepted, refused }
      } finally {
        other.close()
      }
    },
    meets: ({ fetches, accepted, refused }) => fetches === 2 && accepted === 2 && refused === 2,
  },
]

// In four bursts, one after the other.
const BURSTS = { tokens: 100, atOnce: 25 }

/** Each fault, at a start and at a refresh. */
export const faults = FAULTS.map((fault) => ({
  fault,
  async cold({ server, open }) {
    server.behaviour = fault
    const gate = await open({ timeoutDuration: TIMEOUT })
    const { accepted, refused, codes } = await ask(gate, times(BURSTS.tokens, tokens.old), BURSTS)
    return { fetches: server.fetches, accepted, refused, codes, strays: server.strays }
  },
  meetsCold: ({ fetches, accepted, codes, strays }) => fetches <= 2 && accepted === 0 && strays === 0 && fine(codes),
  async warm(stage) {
    const gate = await warm(stage, { ...SHORT_LIFE, timeoutDuration: TIMEOUT })
    await pause(EXPIRY)
    stage.server.behaviour = fault
    const { accepted, refused } = await ask(gate, times(BURSTS.tokens, tokens.old), BURSTS)
    return { fetches: stage.server.fetches, accepted, refused, strays: stage.server.strays }
  },
  meetsWarm: ({ fetches, refused, strays }) => fetches <= 2 && refused === 0 && strays === 0,
}))

/** Tells a story on a stage of its own. */
export async function tell(run, { library, gates }) {
  const server = await new KeyServer().listen()
  server.keys = [keys.old]
  try {
    return await run({
      server,
      open: (options = {}) => gates({ library, issuers: [[ISSUERS[0], server.url]], options }),
      openIssuers: (issuers) => gates({ library, issuers, options: {} }),
    })
  } finally {
    server.close()
  }
}

export { ISSUERS, keys, pause, tokens }
