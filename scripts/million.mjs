// A million decode and verify calls, against the package as it is now: a few minutes.
import { build } from './build.mjs'

await build()
await import('../tests/memory/million.mjs')
