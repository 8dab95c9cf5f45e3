// What runs inside of workerd: gates by name, each with a key set of its own, for one token per request.
import { env } from 'cloudflare:workers'
import * as jose from 'jose'
import * as jotgate from 'jotgate'

const { layeredStore, workersCacheStore, workersKVStore } = jotgate
const libraries = {
  jotgate: ({ store, alone, ...options }) => ({
    ...jotgate,
    options: {
      ...options,
      allowInsecureLoopback: true,
      ...(store && { store: layeredStore(workersCacheStore(), workersKVStore(env.KEYS)) }),
      // As in a runtime without `cloudflare:workers`: what a request has begun ends with it.
      ...(alone && { waitUntil: () => {} }),
    },
  }),
  jose: (options) => ({ ...jose, options }),
}
const gates = new Map()

function gateOf(text) {
  if (!gates.has(text)) {
    const { library, url, options } = JSON.parse(text)
    const { createRemoteJWKSet, jwtVerify, options: own } = libraries[library](options)
    const keys = createRemoteJWKSet(new URL(url), own)
    gates.set(text, (token) => jwtVerify(token, keys))
  }
  return gates.get(text)
}

export default {
  async fetch(request) {
    try {
      await gateOf(request.headers.get('x-gate'))(request.headers.get('x-token'))
      return new Response('accepted')
    } catch (error) {
      return new Response(error.code ?? error.name, { status: 401 })
    }
  },
}
