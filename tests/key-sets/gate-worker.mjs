// What runs inside of workerd: gates by name, each with key sets of its own, for one token per request.
import { env } from 'cloudflare:workers'
import * as jose from 'jose'
import * as jotgate from 'jotgate'
import { createGate } from './gates.mjs'

const { layeredStore, workersCacheStore, workersKVStore } = jotgate

const gates = new Map()

// What must not be done, to see that it would be noticed.
let shared
async function crossing(url) {
  shared ??= fetch(url).then((response) => response.text())
  await shared
}

function gateOf(name) {
  if (!gates.has(name)) {
    const { store, alone, ...gate } = JSON.parse(name)
    if (gate.library === 'crossing') return () => crossing(gate.issuers[0][1])
    const more = {
      ...(store && { store: layeredStore(workersCacheStore(), workersKVStore(env.KEYS)) }),
      // As in a runtime without `cloudflare:workers`: what a request has begun ends with it.
      ...(alone && { waitUntil: () => {} }),
    }
    gates.set(name, createGate({ jose, jotgate }, gate, more))
  }
  return gates.get(name)
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
