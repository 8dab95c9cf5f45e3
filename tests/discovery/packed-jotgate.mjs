// The packed package, and of its inside what a source of keys is made with.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { packedInstall } from '../packed.mjs'

const inside = (file) => pathToFileURL(join(packedInstall(), 'node_modules', 'jotgate', 'dist', 'default', file)).href

export const { createLocalJWKSet, customFetch, createRemoteJWKSet, createVerifier, errors, jwtVerify, jwtVerifySync } =
  await import(inside('index.js'))
export const { engine } = await import(inside('verify-engine.js'))
export const { keySources } = await import(inside('key-set-source.js'))
