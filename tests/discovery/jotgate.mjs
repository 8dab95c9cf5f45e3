// The package before its modules are joined, so that they share what a source of keys is made with.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parts } from '../packed.mjs'

const inside = (file) => pathToFileURL(join(parts, file)).href

export const { createLocalJWKSet, customFetch, createRemoteJWKSet, createVerifier, errors, jwtVerify, jwtVerifySync } =
  await import(inside('index.js'))
export const { engine } = await import(inside('verify-engine.js'))
export const { keySources } = await import(inside('key-set-source.js'))
