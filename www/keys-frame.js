// Runs in a frame of its own, which alone may fetch from other hosts. It is told an issuer and never sees a token.
import * as oauth from './dist/oauth4webapi.js'

const TIMEOUT_MS = 10_000
const LARGEST_KEY_SET = 1_000_000

addEventListener('message', async ({ data, origin, source, ports: [port] }) => {
  if (origin !== location.origin || source !== parent || typeof data?.issuer !== 'string' || !port) return
  try {
    port.postMessage({ jwks: await keySetOf(data.issuer) })
  } catch (error) {
    port.postMessage({ problem: inWords(error) })
  }
})

parent.postMessage('ready', location.origin)

class Problem extends Error {}

/** OpenID Connect Discovery 1.0 §4, then RFC 8414 §3; `issuer` in the document must be the one asked for. */
async function keySetOf(issuer) {
  const url = addressOf(issuer)
  const options = {
    signal: AbortSignal.timeout(TIMEOUT_MS),
    [oauth.allowInsecureRequests]: url.protocol === 'http:',
  }
  let response = await oauth.discoveryRequest(url, { ...options, algorithm: 'oidc' })
  if (response.status === 404) response = await oauth.discoveryRequest(url, { ...options, algorithm: 'oauth2' })
  if (!response.ok) throw new Problem(`The issuer answered ${response.status} where its discovery document should be.`)
  const metadata = await response.json().catch(() => {
    throw new Problem('The discovery document is not JSON.')
  })
  if (metadata?.issuer !== issuer) {
    throw new Problem('The discovery document belongs to another issuer. The name has to match letter for letter.')
  }
  if (typeof metadata.jwks_uri !== 'string') throw new Problem('The discovery document names no key set (jwks_uri).')
  return fetchKeySet(metadata.jwks_uri, options.signal)
}

function addressOf(issuer) {
  if (!URL.canParse(issuer)) throw new Problem('An issuer is an address, such as https://issuer.example.')
  const url = new URL(issuer)
  const loopback = url.hostname === '127.0.0.1' || url.hostname === 'localhost'
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) {
    throw new Problem('An issuer’s address starts with https. Plain http is for this machine only.')
  }
  if (url.search || url.hash) throw new Problem('An issuer’s address has no query and no fragment (RFC 8414 §2).')
  return url
}

async function fetchKeySet(address, signal) {
  const response = await fetch(address, {
    signal,
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    redirect: 'error',
  })
  if (!response.ok) throw new Problem(`The issuer answered ${response.status} where its keys should be.`)
  const text = await response.text()
  if (text.length > LARGEST_KEY_SET) throw new Problem('The key set is larger than a megabyte.')
  return text
}

function inWords(error) {
  if (error instanceof Problem) return error.message
  if (error?.name === 'TimeoutError') return 'The issuer did not answer within ten seconds.'
  return 'The issuer could not be reached, or does not let pages read its keys (CORS). Paste its key set instead.'
}
