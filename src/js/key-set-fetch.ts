import { JotgateKeysUnavailable } from './errors.js'
import { freshnessOf } from './key-set-cache-control.js'
import type { FetchedResponse, FetchImplementation } from './key-set-options.js'

/** What is asked for, and by which rules. */
export interface Query {
  url: string
  headers: Headers
  /** The entity tag of what is there already. */
  etag: string | undefined
  signal: AbortSignal
  /** The longest body in bytes. */
  maxSize: number
  fetch: FetchImplementation
}

/** `text` is `undefined` when the document is what it was: RFC 9110 §15.4.5. */
export interface Answer {
  text: string | undefined
  etag: string | undefined
  /** How long it is fresh by its own word, in ms. */
  freshness: number | undefined
}

/** Pages have an HTTP cache in between, which sends entity tags by itself; their requests may have no header of ours. */
const inBrowser = () => globalThis.navigator?.userAgent?.startsWith('Mozilla/5.0 ') ?? false

/** Gets a document: without credentials, without following anywhere, and no more of it than allowed. */
export async function get({ url, headers, etag, signal, maxSize, fetch }: Query): Promise<Answer> {
  const sent = new Headers(headers)
  if (etag !== undefined && !inBrowser()) sent.set('if-none-match', etag)
  const response = await fetch(url, {
    method: 'GET',
    // `error` is unknown to workerd; with `manual` a redirect is a status other than 200 everywhere.
    redirect: 'manual',
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    headers: sent,
    signal,
    ...revalidating(url),
  })
  const unchanged = response.status === 304 && sent.has('if-none-match')
  if (response.status !== 200 && !unchanged) throw unavailable(`was answered with status ${response.status}, not 200`)
  return {
    text: unchanged ? undefined : await bodyOf(response, maxSize),
    etag: response.headers?.get('etag') ?? (unchanged ? etag : undefined),
    freshness: response.headers ? freshnessOf(response.headers) : undefined,
  }
}

/** Past every cache on the way: that of a page, and those of frameworks that keep what `fetch` brings until told otherwise. */
function revalidating(url: string): { cache?: 'no-cache' } {
  try {
    // Older dates of workerd know no such member.
    new Request(url, { cache: 'no-cache' })
    return { cache: 'no-cache' }
  } catch {
    return {}
  }
}

export function unavailable(what: string, cause?: unknown): JotgateKeysUnavailable {
  return new JotgateKeysUnavailable(`the request for the keys ${what}`, cause === undefined ? {} : { cause })
}

export async function bodyOf(response: FetchedResponse, maxSize: number): Promise<string> {
  if (Number(response.headers?.get('content-length')) > maxSize) throw tooLarge(maxSize)
  const { body } = response
  if (!(body instanceof ReadableStream)) return unstreamed(response, maxSize)
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader()
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let size = 0
  let whole = false
  try {
    while (!whole) {
      const { done, value } = await reader.read()
      size += value?.byteLength ?? 0
      if (size > maxSize) throw tooLarge(maxSize)
      text += decoded(decoder, value, done)
      whole = done
    }
  } finally {
    if (!whole) reader.cancel().catch(() => {})
  }
  return text
}

/** What an implementation of somebody else's answers with, which may be less than a Response: jose asks for `json` alone. */
async function unstreamed(response: FetchedResponse, maxSize: number): Promise<string> {
  const text: unknown = response.text ? await response.text() : JSON.stringify(await response.json())
  if (typeof text !== 'string') throw unavailable('was answered with no text')
  if (text.length > maxSize) throw tooLarge(maxSize)
  return text
}

function tooLarge(maxSize: number): JotgateKeysUnavailable {
  return unavailable(`was answered with more than ${maxSize} bytes`)
}

function decoded(decoder: TextDecoder, bytes: Uint8Array | undefined, last: boolean): string {
  try {
    return decoder.decode(bytes, { stream: !last })
  } catch (cause) {
    throw unavailable('was answered with what is not UTF-8', cause)
  }
}
