// The guarded API under load, beside one that does the same with jose: mixed tokens from outside, while the key endpoint has one bad day after another.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from '../../scripts/command.mjs'
import { startExample, startWorkers } from '../../scripts/workers.mjs'
import { KeyServer } from '../key-sets/key-server.mjs'
import { coldStarts } from './cold-start.mjs'
import { newGenerator } from './generator.mjs'
import { withProcess } from './memory.mjs'
import { withKeySets } from './other-key-sets.mjs'
import { AUDIENCE, newIssuer } from './tokens.mjs'

export const CALM = 'good'
export const ROTATION = 'rotation'
export const PERIODS = [CALM, '500', 'hang', 'reset', 'html', 'drip', ROTATION]

/** How often each sort of token comes, in percent. */
const MIX = {
  'good, reading': 44,
  'good, writing': 20,
  'without the scope': 5,
  expired: 8,
  'not yet valid': 2,
  forged: 8,
  raised: 2,
  'unknown kid': 1,
  'for another API': 2,
  'of another issuer': 2,
  unsigned: 1,
  garbage: 3,
  none: 2,
}

/**
 * @typedef {object} Contestant
 * @property {string} name
 * @property {KeyServer} keyServer its own, so that nobody profits from another's fetches
 * @property {Array<import('./generator.mjs').Tally & { cpuSeconds: number }>} tallies one for each period, with what its process has used
 * @property {number[]} megabytes what its process took, once a second or so
 * @property {{ megabytes: number }} before the start of the load
 */

/**
 * Lets every contestant work through every period, in turns.
 *
 * @param {object} options
 * @param {string[]} options.periods behaviours of the key endpoint, and `rotation`
 * @param {number} options.seconds of each period, for each contestant
 * @param {number} [options.turn] seconds until it is the next one's turn
 * @param {boolean} [options.jose] whether jose takes part
 * @param {number} [options.freshness] milliseconds that a key set is fresh: shorter than a period, so that each fault is met
 * @param {number} [options.tokens] how many different ones there are, for each key
 * @param {(line: string) => void} [options.log]
 * @returns {Promise<Contestant[]>}
 */
export async function runLoad({
  periods,
  seconds,
  turn = 1,
  jose = true,
  freshness = 1000,
  tokens = 3000,
  log = () => {},
}) {
  const closing = []
  const opened = (each) => {
    closing.push(each)
    return each
  }
  try {
    const contestants = []
    for (const name of jose ? ['jotgate', 'jose'] : ['jotgate']) {
      contestants.push({ name, keyServer: opened(await new KeyServer().listen()), megabytes: [], tallies: [] })
    }
    const provider = opened(await startDiscovery(contestants[0].keyServer.url))
    const issuer = await newIssuer(provider.issuer)
    await issuer.newKey()
    const traffic = await newTraffic(issuer, tokens)
    for (const each of contestants) {
      each.keyServer.keys = issuer.jwks('key 1').keys
      const start = { jotgate: startGuarded, jose: startByJose }[each.name]
      const { url, usage } = opened(await withProcess(() => start(provider.issuer, each.keyServer.url, freshness)))
      const generator = opened(newGenerator({ url: new URL('notes', url) }))
      Object.assign(each, { usage, generator, before: usage() })
    }
    for (const period of periods) {
      log(period)
      await runPeriod({ period, contestants, traffic, issuer, seconds, turn })
    }
    return contestants
  } finally {
    for (const each of closing.reverse()) await each.close()
  }
}

/** The fastest of several cold starts, in milliseconds, each with the key endpoint `delay` milliseconds away. */
export async function runColdStarts({ rounds, delay }) {
  const keyServer = await new KeyServer().listen()
  const provider = await startDiscovery(keyServer.url, delay)
  try {
    const issuer = await newIssuer(provider.issuer)
    keyServer.keys = issuer.jwks('key 1').keys
    keyServer.delay = delay
    const { token } = await issuer.request('good, reading', 'key 1')
    const guarded = (more) => startGuarded(provider.issuer, keyServer.url, 600_000, more)
    const contestants = {
      'jotgate, no store': { start: () => guarded({ store: false }) },
      'jotgate, nothing in the store': { start: (folder) => guarded({ folder }) },
      'jotgate, keys in the store': { start: (folder) => guarded({ folder }), keeps: true },
      jose: { start: () => startByJose(provider.issuer, keyServer.url, 600_000) },
    }
    return await coldStarts(contestants, token, rounds)
  } finally {
    await provider.close()
    await keyServer.close()
  }
}

async function runPeriod({ period, contestants, traffic, issuer, seconds, turn }) {
  const rotating = period === ROTATION
  for (const each of contestants) {
    each.keyServer.behaviour = rotating ? CALM : period
    each.generator.begin()
    each.cpuSeconds = 0
  }
  let rotated = !rotating
  const rotation = rotating && rotate({ contestants, traffic, issuer }).finally(() => (rotated = true))
  for (let spent = 0; spent < seconds || !rotated; spent += turn) {
    for (const each of contestants) {
      const before = each.usage()
      await each.generator.run(turn * 1000, () => traffic.next(each))
      const { megabytes, cpuSeconds } = each.usage()
      each.megabytes.push(megabytes)
      each.cpuSeconds += cpuSeconds - before.cpuSeconds
    }
  }
  await rotation
  for (const each of contestants) each.tallies.push({ ...each.generator.end(), cpuSeconds: each.cpuSeconds })
}

// As providers do it (OpenID Connect Core §10.1.1): the next key is published before it signs, and the former one goes when nothing signed by
// it is good any more. Each step waits until everybody has fetched the keys as they are now.
async function rotate({ contestants, traffic, issuer }) {
  const fetched = async (...kids) => {
    for (const { keyServer } of contestants) {
      keyServer.keys = issuer.jwks(...kids).keys
      const before = keyServer.fetches
      for (let looks = 0; keyServer.fetches === before && looks < 400; looks += 1) await sleep(50)
      if (keyServer.fetches === before) throw new Error('The keys were not fetched again within 20 seconds.')
    }
    // Until the answers have arrived.
    await sleep(500)
  }
  await fetched('key 1', 'key 2')
  traffic.signedBy('key 1', 'key 2')
  await sleep(1000)
  traffic.signedBy('key 2')
  await fetched('key 2')
  traffic.signedBy('key 2', 'key 1, removed')
  await sleep(1000)
}

/** Which request comes next; the same for everybody, whoever is slower. */
async function newTraffic(issuer, tokens) {
  const sorts = Object.entries(MIX).flatMap(([sort, percent]) => Array(percent).fill(sort))
  const pools = {}
  for (const kid of ['key 1', 'key 2']) {
    pools[kid] = []
    for (let i = 0; i < tokens; i += 1) pools[kid].push(await issuer.request(sorts[(i * 37) % sorts.length], kid))
  }
  pools['key 1, removed'] = pools['key 1']
    .filter(({ status }) => status === 200 || status === 201)
    .map((request) => ({ ...request, sort: 'by a removed key', status: 401, error: 'invalid_token' }))

  let inUse = ['key 1']
  const places = new Map()
  return {
    signedBy(...names) {
      inUse = names
    },
    next(contestant) {
      const place = (places.get(contestant) ?? 0) + 1
      places.set(contestant, place)
      const pool = pools[inUse[place % inUse.length]]
      // A step that has no divisor in common with the number of tokens brings each of them.
      return pool[(place * 7919) % pool.length]
    },
  }
}

/** An issuer's discovery document (OpenID Connect Discovery 1.0 §4) that names this key set. */
async function startDiscovery(jwksUri, delay = 0) {
  const server = createServer(async (_request, response) => {
    await sleep(delay)
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ issuer, jwks_uri: jwksUri }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${server.address().port}`
  return {
    issuer,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function startGuarded(issuer, _jwksUri, freshness, more = {}) {
  const times = {
    cooldownDuration: freshness,
    cacheMaxAge: freshness,
    cacheMinAge: freshness,
    timeoutDuration: Math.min(2 * freshness, 5000),
    // A set is not used for longer than that while nobody asks; and jose's turn is such a time.
    staleWhileRevalidate: 60 * freshness,
  }
  const { store, folder } = more
  const plugins = [withKeySets(times, { store })]
  return startExample({ issuer, audience: AUDIENCE, pages: ['http://localhost'], plugins, folder })
}

function startByJose(issuer, jwksUri, freshness) {
  const vars = {
    ISSUER: issuer,
    AUDIENCE,
    JWKS_URI: jwksUri,
    TIMES: { cooldownDuration: freshness, cacheMaxAge: freshness, timeoutDuration: Math.min(2 * freshness, 5000) },
  }
  return startWorkers({
    workers: [
      { config: join(root, 'tests', 'worker', 'jose', 'wrangler.jsonc'), vars },
      { config: join(root, 'www', 'worker', 'notes', 'wrangler.jsonc') },
    ],
  })
}
