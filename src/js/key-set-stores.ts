import type { KeySetStore } from './key-set-store.js'
import { Options } from './options.js'
import { waitUntil } from './wait-until.js'

/** What is used of Workers KV. */
export interface KVNamespaceLike {
  get(name: string): Promise<string | null>
  put(name: string, text: string, options?: { expirationTtl?: number }): Promise<void>
}

// What KV accepts at least.
const SHORTEST_EXPIRATION = 60
const DAY = 86_400_000

/**
 * Keeps key sets in the Cache API: fast, and shared by the isolates of one data centre.
 *
 * ```js
 * const keys = createRemoteJWKSet('https://issuer.example/jwks', { store: workersCacheStore() })
 * ```
 *
 * @param options `name`: a cache of this name, by `caches.open`. Default: Workers' `caches.default`
 */
export function workersCacheStore(options: { name?: string } = {}): KeySetStore {
  const given = new Options(options, 'workersCacheStore')
  given.allowOnly(['name'])
  const name = given.string('name')
  async function open(): Promise<Cache> {
    const { default: shared } = caches as CacheStorage & { default?: Cache }
    return name === undefined && shared ? shared : caches.open(name ?? 'jotgate')
  }
  // A cache knows URLs only, and this one is nobody's (RFC 2606 §2): no response of a site is ever taken for a key set.
  const place = (entry: string) => `https://jotgate.invalid/${encodeURIComponent(entry)}`
  return {
    async get(entry) {
      const response = await (await open()).match(place(entry))
      return response?.text()
    },
    async put(entry, text, { lifetime }) {
      const headers = { 'content-type': 'application/json', 'cache-control': `max-age=${Math.ceil(lifetime / 1000)}` }
      await (await open()).put(place(entry), new Response(text, { headers }))
    },
  }
}

/**
 * Keeps key sets in Workers KV: shared by all data centres, after about a minute.
 *
 * ```js
 * import { env } from 'cloudflare:workers'
 * const keys = createRemoteJWKSet('https://issuer.example/jwks', { store: workersKVStore(env.KEYS) })
 * ```
 *
 * @param namespace the KV binding
 * @param options `prefix`: goes before each name. Default: none
 */
export function workersKVStore(namespace: KVNamespaceLike, options: { prefix?: string } = {}): KeySetStore {
  const given = new Options(options, 'workersKVStore')
  given.allowOnly(['prefix'])
  const prefix = given.string('prefix') ?? ''
  if (typeof namespace?.get !== 'function' || typeof namespace.put !== 'function') {
    throw new TypeError('workersKVStore: the namespace must be a KV binding')
  }
  return {
    get: (name) => namespace.get(prefix + name),
    put: (name, text, { lifetime }) =>
      namespace.put(prefix + name, text, { expirationTtl: Math.max(SHORTEST_EXPIRATION, Math.ceil(lifetime / 1000)) }),
  }
}

/**
 * Several stores as one, the fastest first: what a later one has is copied into those before it. One that fails is passed
 * over.
 *
 * ```js
 * const store = layeredStore(workersCacheStore(), workersKVStore(env.KEYS))
 * ```
 */
export function layeredStore(...stores: KeySetStore[]): KeySetStore {
  if (stores.length === 0) throw new TypeError('layeredStore: there must be at least one store')
  for (const store of stores) {
    if (typeof store?.get !== 'function' || typeof store.put !== 'function') {
      throw new TypeError('layeredStore: each store must be an object with the methods get and put')
    }
  }
  return {
    async get(name) {
      for (const [place, store] of stores.entries()) {
        let text: unknown
        try {
          text = await store.get(name)
        } catch {
          continue
        }
        if (typeof text !== 'string') continue
        // How long it is of use is written in the text as well, which is what counts.
        const copied = Promise.allSettled(
          stores.slice(0, place).map(async (each) => each.put(name, text, { lifetime: DAY })),
        )
        if (place > 0) keepAlive(copied)
        return text
      }
      return undefined
    },
    async put(name, text, options) {
      await Promise.allSettled(stores.map(async (store) => store.put(name, text, options)))
    },
  }
}

function keepAlive(promise: Promise<unknown>): void {
  try {
    waitUntil?.(promise)
  } catch {
    // Outside of a request there is nothing to keep alive.
  }
}
