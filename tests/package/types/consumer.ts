// What a consumer may write, and behind @ts-expect-error what must not compile. Only compiled, never run.
import {
  type Backend,
  calculateJwkThumbprint,
  createLocalJWKSet,
  createRemoteJWKSet,
  createVerifier,
  decodeJwt,
  type decodeProtectedHeader,
  type ExplainedCheck,
  errors,
  type JSONWebKeySet,
  type JWTHeader,
  type JWTPayload,
  jwtVerify,
  jwtVerifySync,
  type KeyInput,
  type NextRefresh,
  nextRefresh,
  type TokenTimes,
  tokenTimes,
  type VerifiedToken,
  type Verifier,
} from 'jotgate'
import type { decodeJwt as decodeJwtAlone } from 'jotgate/decode'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
declare function same<A, B>(is: Same<A, B>): void
declare const token: string
declare const unknown: unknown
declare const jwks: JSONWebKeySet

interface Claims {
  client_id: string
}

const verifier = createVerifier({
  issuer: ['https://a.example', 'https://b.example'],
  audience: null,
  jwks,
  algorithms: ['ES256', 'A-Name-Of-Tomorrow'],
  profile: 'at+jwt',
  requiredScopes: ['orders:read'],
  maxTokenAge: '5 minutes',
  clockTolerance: 5,
  clock: () => 0,
  check: ({ payload }) => (payload.sub === 'mara' ? undefined : 'not mara'),
  backend: 'wasm',
})
createVerifier({ issuers: [{ issuer: 'https://a.example', jwks }], audience: 'https://api.example' })
createVerifier({ issuer: 'https://a.example', audience: [], jwks: new Uint8Array(32), algorithms: ['HS256'] })
createVerifier({ issuer: 'https://a.example', audience: 'a', jwks: { kty: 'EC' }, currentDate: new Date() })
createVerifier({ issuer: 'https://a.example', audience: 'a', jwks: '-----BEGIN PUBLIC KEY-----', check: () => {} })
createVerifier({ issuer: 'https://a.example', audience: 'a', jwks: createLocalJWKSet(jwks) })
createVerifier({ issuer: 'https://a.example', audience: 'a' })
createVerifier({ issuer: 'https://a.example', audience: 'a', jwks: undefined, remote: { cacheMaxAge: 60_000 } })
createVerifier({ issuer: 'https://a.example', audience: 'a', jwks: 'https://a.example/keys' })
const remoteSet = createRemoteJWKSet('https://a.example/keys', { cooldownDuration: 1000 })
createVerifier({
  audience: 'a',
  remote: { staleIfError: 0 },
  issuers: [
    { issuer: 'https://a.example', jwks: remoteSet },
    { issuer: 'https://b.example', remote: {} },
    { issuer: 'https://login.example/{tid}/v2.0', discovery: 'https://login.example/common/metadata' },
  ],
})
same<ReturnType<typeof verifier.hydrate>, Promise<void>>(true)

same<typeof verifier, Verifier>(true)
const { verify, verifySync } = verifier
const verified = verifySync<Claims>(token)
same<typeof verified, VerifiedToken<Claims>>(true)
same<typeof verified.payload, Claims & JWTPayload>(true)
same<typeof verified.payload.client_id, string>(true)
same<typeof verified.payload.exp, number | undefined>(true)
same<typeof verified.payload.aud, string | string[] | undefined>(true)
same<typeof verified.protectedHeader, JWTHeader>(true)
same<typeof verified.scopes, ReadonlySet<string>>(true)
const promise = verify<Claims>(token)
same<typeof promise, Promise<VerifiedToken<Claims>>>(true)
same<boolean, ReturnType<typeof verified.hasScope>>(true)
same<ExplainedCheck[], ReturnType<typeof verifier.explain>>(true)
const { payload } = verifySync(token)
same<typeof payload.custom, unknown>(true)

export async function joseShaped() {
  const plain = await jwtVerify<Claims>(token, jwks.keys[0] ?? {}, { issuer: 'i', audience: ['a'], typ: 'at+jwt' })
  same<typeof plain.payload, Claims & JWTPayload>(true)
  // @ts-expect-error only a key function tells which key it was
  plain.key
  const resolved = await jwtVerify(new Uint8Array(), async ({ kid, alg }, { signature }) => ({
    kty: kid + alg + signature,
  }))
  resolved.key
  jwtVerifySync(token, createLocalJWKSet(jwks)).key
  jwtVerifySync(token, remoteSet).key
  const ofRemote: KeyInput = (await jwtVerify(token, remoteSet)).key
  same<typeof ofRemote, KeyInput>(true)
  // @ts-expect-error a sync call cannot wait for a key
  jwtVerifySync(token, async () => ({ kty: 'EC' }))
  same<Promise<string>, ReturnType<typeof calculateJwkThumbprint>>(true)
  calculateJwkThumbprint({ kty: 'EC' }, 'sha384')
}

same<typeof decodeJwtAlone, typeof decodeJwt>(true)
const decoded = decodeJwt<Claims>(token)
same<typeof decoded.client_id, string>(true)
same<JWTHeader, ReturnType<typeof decodeProtectedHeader>>(true)
same<TokenTimes, ReturnType<typeof tokenTimes>>(true)
same<NextRefresh['reason'], 'scheduled' | 'due' | 'expired' | 'min-interval'>(true)
tokenTimes(token, { serverDate: 'Sun, 22 Nov 2026 00:00:00 GMT' }).expiresIn.toFixed()
nextRefresh({ exp: 1 }, { before: 60, jitter: 0.5 }).inMs.toFixed()
same<Backend, 'auto' | 'wasm' | 'webcrypto'>(true)

if (unknown instanceof errors.JOSEError) {
  same<typeof unknown.status, 400 | 401 | 403>(true)
  same<typeof unknown.oauthError, 'invalid_request' | 'invalid_token' | 'insufficient_scope'>(true)
  same<typeof unknown.code, string>(true)
  // @ts-expect-error not every error is about a claim
  unknown.claim
}
if (unknown instanceof errors.JWTClaimValidationFailed) {
  same<typeof unknown.claim, string>(true)
  same<typeof unknown.reason, 'missing' | 'invalid' | 'check_failed'>(true)
}
same<typeof errors.JWTExpired.code, 'ERR_JWT_EXPIRED'>(true)

// @ts-expect-error a token is text
verify(new URL('https://a.example'))
// @ts-expect-error nothing, and not a promise
createVerifier()
// @ts-expect-error the misspelt option
createVerifier({ issuer: 'https://a.example', audience: 'a', jwks, algorithm: ['ES256'] })
// @ts-expect-error no such profile
createVerifier({ issuer: 'https://a.example', audience: 'a', jwks, profile: 'id_token' })
// @ts-expect-error no such backend
createVerifier({ issuer: 'https://a.example', audience: 'a', jwks, backend: 'native' })
// @ts-expect-error one algorithm is a list too
createVerifier({ issuer: 'https://a.example', audience: 'a', jwks, algorithms: 'ES256' })
// @ts-expect-error the check cannot be async
createVerifier({ issuer: 'https://a.example', audience: 'a', jwks, check: async () => 'no' })
// @ts-expect-error where the metadata is belongs to one issuer
createVerifier({ issuers: [{ issuer: 'https://a.example' }], audience: 'a', discovery: 'https://a.example' })
// @ts-expect-error a number of keys is none
createVerifier({ issuer: 'https://a.example', audience: 'a', jwks: 7 })
// @ts-expect-error durations are numbers
createVerifier({ issuer: 'https://a.example', audience: 'a', remote: { cooldownDuration: '30s' } })
// @ts-expect-error whom the tokens are for has to be said
createVerifier({ issuer: 'https://a.example', jwks })
// @ts-expect-error one issuer or several, not both
createVerifier({ issuer: 'https://a.example', audience: 'a', jwks, issuers: [] })
// @ts-expect-error a moment is a Date
jwtVerifySync(token, jwks, { currentDate: 1_700_000_000 })
// @ts-expect-error there is no such digest
calculateJwkThumbprint({ kty: 'EC' }, 'md5')
// @ts-expect-error a verified token is not to be changed
verified.payload = {}
// @ts-expect-error nor are its scopes
verified.scopes.add('admin')
// @ts-expect-error `exp` is what counts
nextRefresh({ iat: 1 })
// @ts-expect-error the class of an instance, not a call
errors.JWTExpired()
