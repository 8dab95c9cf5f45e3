// Real servers on loopback around the guarded applications.
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import * as esbuild from 'esbuild'
import express from 'express'
import { Hono } from 'hono'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { root } from '../../scripts/command.mjs'
import { packedInstall } from '../packed.mjs'
import { fetchAdapters, policies, policyOf, scopesOf, welcome } from './applications.mjs'
import { AUDIENCE, ISSUER, jwks, NOW } from './tokens.mjs'

const installed = join(packedInstall(), 'node_modules', 'jotgate', 'dist')
const entry = (name) => import(pathToFileURL(join(installed, 'default', name)).href)

export const jotgate = { ...(await entry('index.js')), ...(await entry('edge.js')) }

/** What the policies of these tests have in common. */
export const issuer = { issuer: ISSUER, audience: AUDIENCE, jwks, now: NOW }

const own = policies(jotgate, issuer)

/** Starts a server; it ends with the test. */
export async function listening(context, handler) {
  const server = createServer(handler)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return server.address().port
}

/** A handler of Node's for a function of the `Request` → `Response` kind. */
export function bridged(fetchHandler) {
  return async (incoming, outgoing) => {
    const headers = new Headers()
    const { rawHeaders, method } = incoming
    for (let index = 0; index < rawHeaders.length; index += 2) headers.append(rawHeaders[index], rawHeaders[index + 1])
    const hasBody = method !== 'GET' && method !== 'HEAD'
    const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
      method,
      headers,
      ...(hasBody && { body: Readable.toWeb(incoming), duplex: 'half' }),
    })
    const response = await fetchHandler(request)
    outgoing.statusCode = response.status
    for (const [name, value] of response.headers) outgoing.appendHeader(name, value)
    outgoing.end(Buffer.from(await response.arrayBuffer()))
  }
}

const guards = () =>
  Object.fromEntries(Object.entries(own).map(([name, policy]) => [name, jotgate.expressAccessToken(policy)]))

const nodeServers = {
  expressAccessToken() {
    const each = guards()
    const app = express()
    app.use((request, response, next) => each[policyOf(request.path)](request, response, next))
    app.use('/:policy/write', (request, response, next) => {
      each[request.params.policy].requires(scopesOf(request.originalUrl))(request, response, next)
    })
    app.use((request, response) => response.json(welcome(request.token)))
    return app
  },

  'expressAccessToken in node:http'() {
    const each = guards()
    return (request, response) => {
      const [path] = request.url.split('?')
      const guard = each[policyOf(path)]
      const scopes = scopesOf(path)
      const middleware = scopes ? guard.requires(scopes) : guard
      middleware(request, response, (error) => {
        if (error) throw error
        response.setHeader('Content-Type', 'application/json')
        response.end(JSON.stringify(welcome(request.token)))
      })
    }
  },
}

/** Every adapter, by name: how to start it, and the host to ask for. */
export const adapters = {
  ...Object.fromEntries(
    Object.entries(fetchAdapters).map(([name, adapter]) => [
      name,
      async (context) => ({ port: await listening(context, bridged(adapter(jotgate, own, Hono))) }),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(nodeServers).map(([name, server]) => [
      name,
      async (context) => ({ port: await listening(context, server()) }),
    ]),
  ),
  ...Object.fromEntries(
    Object.keys(fetchAdapters).map((name) => [
      `${name} in workerd`,
      async (context) => {
        const { port, stop } = await startWorkerd(worker, { ISSUER: issuer })
        context.after(stop)
        return { port, host: `${name.toLowerCase()}.test` }
      },
    ]),
  ),
}

const worker = `
  import { Hono } from 'hono'
  import * as jotgate from 'jotgate'
  import * as edge from 'jotgate/edge'
  import { fetchAdapters, policies } from './applications.mjs'

  const all = { ...jotgate, ...edge }
  let applications
  export default {
    fetch(request, env, ctx) {
      const own = policies(all, env.ISSUER)
      applications ??= Object.fromEntries(
        Object.entries(fetchAdapters).map(([name, adapter]) => [name.toLowerCase() + '.test', adapter(all, own, Hono)]),
      )
      return applications[new URL(request.url).hostname](request, env, ctx)
    },
  }`

/**
 * Bundles a worker, with the packed jotgate, and starts it.
 *
 * @returns {Promise<{ port: number, stop(): Promise<void> }>}
 */
export async function startWorkerd(source, bindings) {
  const { outputFiles } = await esbuild.build({
    stdin: { contents: source, resolveDir: join(root, 'tests', 'edge') },
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['workerd'],
    external: ['cloudflare:*'],
    plugins: [packedJotgate],
  })
  const files = readdirSync(join(installed, 'wasm')).filter((file) => file.endsWith('.wasm'))
  const wasm = Object.fromEntries(files.map((file) => [file, readFileSync(join(installed, 'wasm', file))]))
  return inWorkerd({ script: outputFiles[0].text, wasm }, bindings)
}

/** Starts a worker, of a script and of compiled WebAssembly by file name. */
export async function inWorkerd({ script, wasm }, bindings = {}) {
  const compiled = Object.entries(wasm).map(([path, contents]) => ({ type: 'CompiledWasm', path, contents }))
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      cf: false,
      telemetry: { enabled: false },
      workers: [
        {
          name: 'main',
          compatibilityDate: '2026-01-01',
          bindings,
          modules: [{ type: 'ESModule', path: 'main.js', contents: script }, ...compiled],
          // Straight from the network, and not through the worker that miniflare puts before all others.
          unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
        },
      ],
    }),
  )
  const { port } = await miniflare.unsafeGetDirectURL()
  let stopped
  return {
    port: Number(port),
    stop() {
      stopped ??= miniflare.dispose()
      return stopped
    },
  }
}

const packedJotgate = {
  name: 'packed jotgate',
  setup({ onResolve }) {
    onResolve({ filter: /\.wasm$/ }, ({ path }) => ({ path: `./${path.split('/').at(-1)}`, external: true }))
    onResolve({ filter: /^jotgate(\/edge)?$/ }, ({ path }) => ({
      path: join(installed, 'workerd', path === 'jotgate' ? 'index.js' : 'edge.js'),
      sideEffects: false,
    }))
  },
}
