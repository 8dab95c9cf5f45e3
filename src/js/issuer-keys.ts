import { IssuerMetadata, metadataUrls } from './discovery.js'
import { RemoteDocument } from './key-set-document.js'
import { type RemoteJWKSetOptions, type RemoteSettings, readKeySetUrl, readRemoteOptions } from './key-set-options.js'
import type { KeySource } from './key-set-source.js'
import { validateKeySet } from './key-set-validation.js'
import { type KeyMaterial, readKey } from './keys.js'
import type { Options } from './options.js'

/**
 * Reads where an issuer's keys are: at hand, at a URL, or where its metadata says. `remote` has the rules for those that are
 * fetched; `owner` opens the messages.
 */
export function readIssuerKeys(given: Options, owner: string, names: readonly string[], remote: unknown): KeyMaterial {
  const [jwks, discovery] = [given.read('jwks'), given.read('discovery')]
  if (jwks !== undefined && discovery !== undefined) given.fail('discovery', 'does not go together with "jwks"')
  if (jwks !== undefined && !isUrl(jwks)) {
    if (given.read('remote') !== undefined) given.fail('remote', 'is for key sets that the verifier fetches itself')
    return readKey(jwks, `${owner}: option "jwks"`)
  }
  const settings = readRemote(given, remote, owner)
  const { loopback } = settings
  if (jwks !== undefined) return fetched(readKeySetUrl(jwks, loopback, `${owner}: option "jwks"`), settings)
  const metadata = new IssuerMetadata({
    names,
    urls:
      discovery === undefined
        ? metadataUrls(soleName(given, names), loopback, `${owner}: option "issuer"`)
        : [readKeySetUrl(discovery, loopback, `${owner}: option "discovery"`)],
    settings,
  })
  return fetched(() => metadata.keySetUrl(), settings)
}

function isUrl(jwks: unknown): boolean {
  return jwks instanceof URL || (typeof jwks === 'string' && !jwks.includes('-----BEGIN ') && URL.canParse(jwks))
}

function soleName(given: Options, [name = '', ...others]: readonly string[]): string {
  if (others.length > 0) {
    given.fail('jwks', 'or "discovery" is required for several names; issuers with keys of their own go into "issuers"')
  }
  if (name.includes('{')) given.fail('jwks', 'or "discovery" is required for a template')
  return name
}

function readRemote(given: Options, remote: unknown, owner: string): RemoteSettings {
  if (remote === null) given.fail('remote', 'must be an object')
  const settings = readRemoteOptions(remote as RemoteJWKSetOptions | undefined, `${owner}: option "remote"`)
  if (settings.cache) {
    // Of two issuers, one would start with the other's keys.
    throw new TypeError(
      `${owner}: option "remote" takes no [jwksCache], which holds a single set: hand it to createRemoteJWKSet`,
    )
  }
  return settings
}

function fetched(url: string | (() => Promise<string>), settings: RemoteSettings): KeyMaterial {
  const document = new RemoteDocument({ url, settings, validate: (text) => validateKeySet(text, settings.maxKeys) })
  const source: KeySource = {
    current: () => document.current(),
    due: () => document.due(),
    ready: () => document.ready(),
    missed: (kid, alg, used) => document.missed(JSON.stringify([alg, kid]), used),
  }
  return { form: 'remote', source, secret: false }
}
