// The parts that take what a platform has: WebAssembly, WebCrypto. Only compiled, never run.
import { createVerifier, jwtVerify } from 'jotgate'
import { initialize, type WasmSource } from 'jotgate/slim'
import wasm from 'jotgate/wasm'

export async function slim(bytes: ArrayBuffer, url: URL, response: Promise<Response>): Promise<void> {
  const sources: WasmSource[] = [wasm, bytes, new Uint8Array(bytes), url, '/verify.wasm', await response]
  for (const source of sources) await initialize(source)
  await initialize(response)
  // @ts-expect-error a number is no WebAssembly
  await initialize(1)
}

export async function platformKey(token: string) {
  const { publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify'])
  createVerifier({ issuer: 'https://a.example', audience: 'a', jwks: publicKey })
  createVerifier({ issuer: 'https://a.example', audience: 'a', jwks: new URL('https://a.example/keys') })
  createVerifier({ issuer: 'https://a.example', audience: 'a', discovery: new URL('https://a.example/metadata') })
  return jwtVerify(token, async () => publicKey)
}
