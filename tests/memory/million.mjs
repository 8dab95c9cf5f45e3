// A million decode and verify calls: `npm run test:million`, a few minutes.
import { linearMemory, stream } from './exercise.mjs'

const CALLS = 1_000_000
const PART = 100_000

const make = await stream(2)
make(PART)
const plateau = linearMemory()
const sum = { accepted: 0, refused: 0 }
for (let made = 0; made < CALLS; made += PART) {
  const { accepted, refused } = make(PART)
  sum.accepted += accepted
  sum.refused += refused
  console.log(`${made + PART} calls: ${sum.accepted} accepted, ${sum.refused} refused, ${linearMemory()} bytes`)
}
const grown = linearMemory() - plateau
// As in memory.test.mjs, a page is the garbage collector's affair.
const even = grown <= 65_536
console.log(even ? '1 passed, 0 failed' : `0 passed, 1 failed: the linear memories have grown by ${grown} bytes`)
process.exitCode = even ? 0 : 1
