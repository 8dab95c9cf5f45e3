// Whether the linear memories stay as they are, however long it goes on.
import { linearMemory } from './exercise.mjs'
import { MOST, rotation } from './rotation.mjs'

const KEYS = { ES256: 600, EdDSA: 300, RS256: 60, ES384: 40 }
const PARTS = 50
/** In the last half: the gaps between tables are still not quite the same. */
const UNEVEN = 1024 * 1024

export function run(calls) {
  const verify = rotation(KEYS)
  const sum = { accepted: 0, refused: 0 }
  const bytes = []
  for (let part = 1; part <= PARTS; part += 1) {
    const made = Math.round((calls * part) / PARTS)
    const { accepted, refused } = verify(made - sum.accepted - sum.refused)
    sum.accepted += accepted
    sum.refused += refused
    bytes.push(linearMemory())
    console.log(`${made} verifications: ${sum.accepted} accepted, ${sum.refused} refused, ${bytes.at(-1)} bytes`)
  }
  const grown = bytes.at(-1) - bytes[PARTS / 2]
  const even = grown <= UNEVEN && bytes.at(-1) <= MOST
  console.log(
    even ? '1 passed, 0 failed' : `0 passed, 1 failed: grown by ${grown} in the last half, to ${bytes.at(-1)}`,
  )
  return even
}
