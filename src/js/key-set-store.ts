/**
 * Something that outlives the isolate or the process and keeps texts by name: any object with these two methods. It is
 * trusted like the endpoint itself: whoever can write to it can add keys. It may be slow, fail, hang or forget; that costs a
 * fetch, never a token.
 *
 * ```js
 * const store = {
 *   get: (name) => redis.get(name),
 *   put: (name, text, { lifetime }) => redis.set(name, text, { PX: lifetime }),
 * }
 * ```
 */
export interface KeySetStore {
  /** What was last put under this name, or nothing. */
  get(name: string): Promise<string | null | undefined>
  /** Keeps the text; of no use any more after `lifetime` milliseconds. */
  put(name: string, text: string, options: { lifetime: number }): Promise<unknown>
}

/** A document as a store keeps it. */
export interface Entry {
  url: string
  text: string
  etag: string | undefined
  /** When it was fetched, in milliseconds since 1970-01-01T00:00:00Z. */
  uat: number
  /** How long it is fresh from then on, in ms. */
  lifetime: number
}

const FORM = 1

export function storeName(url: string): string {
  return `jotgate:${FORM}:${url}`
}

export function writeEntry({ url, text, etag, uat, lifetime }: Entry): string {
  return JSON.stringify({ form: FORM, url, text, etag, uat, lifetime: Number.isFinite(lifetime) ? lifetime : null })
}

/** The entry, if it is one for this URL: a store may be shared, and old. */
export function readEntry(stored: unknown, url: string): Entry | undefined {
  if (typeof stored !== 'string') return undefined
  try {
    const entry = JSON.parse(stored) as Partial<Entry> & { form?: unknown }
    const { text, etag, uat, lifetime } = entry
    if (entry.form !== FORM || entry.url !== url || typeof text !== 'string') return undefined
    if (typeof uat !== 'number' || !Number.isFinite(uat)) return undefined
    if (lifetime !== null && (typeof lifetime !== 'number' || !(lifetime >= 0))) return undefined
    return {
      url,
      text,
      etag: typeof etag === 'string' ? etag : undefined,
      uat,
      lifetime: lifetime ?? Number.POSITIVE_INFINITY,
    }
  } catch {
    return undefined
  }
}
