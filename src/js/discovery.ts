import { JotgateDiscoveryInvalid, JotgateKeysUnavailable } from './errors.js'
import { RemoteDocument } from './key-set-document.js'
import { type FetchImplementation, type RemoteSettings, readKeySetUrl } from './key-set-options.js'
import type { Snapshot } from './key-set-source.js'
import { engine } from './verify-engine.js'

/** Whose metadata is looked for, and where. */
export interface Discovery {
  /** The names of the issuer, one of which the metadata must be of: exact ones or templates. */
  names: readonly string[]
  /** The places, in the order in which they are asked. */
  urls: readonly string[]
  settings: RemoteSettings
}

// The kind of error that text which is no JSON object at all ends with.
const NO_JSON_OBJECT = 11

/** Where there is no metadata, another place may have it; where there is wrong metadata, that counts. */
class MetadataAbsent extends JotgateKeysUnavailable {
  static override readonly name = 'JotgateKeysUnavailable'
}

/**
 * The places of an issuer's metadata: OpenID Connect Discovery §4.1, which nearly all issuers have, then RFC 8414 §3.1.
 * Throws a `TypeError` for an issuer that is no URL to fetch from.
 */
export function metadataUrls(issuer: string, loopback: boolean, owner: string): string[] {
  const { origin, pathname, search, hash } = new URL(readKeySetUrl(issuer, loopback, owner))
  if (search || hash || issuer.includes('?') || issuer.includes('#')) {
    throw new TypeError(`${owner}: the URL of an issuer has no query and no fragment`)
  }
  const path = pathname.replace(/\/$/, '')
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ]
}

/** An issuer's metadata: fetched, checked and kept by the rules of key sets. */
export class IssuerMetadata {
  readonly #names: readonly string[]
  readonly #loopback: boolean
  /** The one that had the metadata comes first. */
  #documents: RemoteDocument[]

  constructor({ names, urls, settings }: Discovery) {
    this.#names = names
    this.#loopback = settings.loopback
    const headers = new Headers(settings.headers)
    headers.set('accept', 'application/json')
    const fetch = refusingAbsence(settings.fetch)
    this.#documents = urls.map(
      (url) =>
        new RemoteDocument({
          url,
          settings: { ...settings, headers, fetch, cache: undefined },
          validate: (text) => void this.#read(text),
        }),
    )
  }

  /** Where the issuer's keys are: its `jwks_uri`. */
  async keySetUrl(): Promise<string> {
    let absent: unknown
    for (const document of this.#documents) {
      let found: Snapshot
      try {
        found = await document.ready()
      } catch (error) {
        if (!(error instanceof MetadataAbsent)) throw error
        absent = error
        continue
      }
      this.#documents = [document, ...this.#documents.filter((each) => each !== document)]
      return this.#read(found.text)
    }
    throw new JotgateKeysUnavailable(`there is no metadata of the issuer ${JSON.stringify(this.#names[0])}`, {
      rfc: 'RFC 8414 §3',
      cause: absent,
    })
  }

  #read(text: string): string {
    const status = engine.run((glue) => glue.json_object(engine.write(text)))
    if ((status & 255) === NO_JSON_OBJECT)
      throw new MetadataAbsent('what is there instead of metadata is no JSON object')
    if (status !== 0) throw invalid('names a member twice, or is nested too deeply', 'RFC 8414 §3.2')
    const { issuer, jwks_uri } = JSON.parse(text) as Record<string, unknown>
    if (typeof issuer !== 'string') throw invalid('names no issuer', 'RFC 8414 §2')
    if (!this.#names.some((name) => isSameIssuer(name, issuer))) {
      const names = this.#names.map((name) => JSON.stringify(name)).join(' or ')
      throw invalid(`is of ${JSON.stringify(issuer.slice(0, 200))} and not of ${names}`, 'RFC 8414 §3.3')
    }
    if (typeof jwks_uri !== 'string') throw invalid('has no jwks_uri', 'RFC 8414 §2')
    try {
      return readKeySetUrl(jwks_uri, this.#loopback, 'jwks_uri')
    } catch (cause) {
      throw invalid('has a jwks_uri that keys may not be fetched from', 'RFC 8414 §2', cause)
    }
  }
}

/** RFC 8414 §3.3: identical, without any normalisation. Of a template, only the placeholder's name may differ. */
function isSameIssuer(name: string, issuer: string): boolean {
  const form = (text: string) => text.replace(/\{[^{}]+\}/, '{}')
  return issuer === name || (name.includes('{') && form(issuer) === form(name) && form(issuer) !== issuer)
}

/** Servers answer for what they do not have with a status of 4xx, of which three ask to come again: RFC 9110 §15.5. */
function refusingAbsence(inner: FetchImplementation | undefined): FetchImplementation {
  return async (url, init) => {
    const response = await (inner ? inner(url, init) : fetch(url, init as RequestInit))
    const { status } = response
    if (status >= 400 && status < 500 && ![408, 425, 429].includes(status)) {
      throw new MetadataAbsent(`the request for metadata was answered with status ${status}`)
    }
    return response
  }
}

function invalid(what: string, rfc: string, cause?: unknown): JotgateDiscoveryInvalid {
  return new JotgateDiscoveryInvalid(`the issuer's metadata ${what}`, { rfc, ...(cause !== undefined && { cause }) })
}
