// Beyond rounding and slewing: the wall clock was set, or the machine slept.
const JUMP = 1000
// Each token asks for the time, and two clocks cost twice as much as one.
const LOOK = 10

/**
 * Milliseconds that never run backwards. A wall clock alone may be set back, and a steady one stands still while the
 * machine sleeps; Workers have only one clock under both names, and it stands still between I/O.
 */
export function createClock(wall: () => number, steady: () => number): () => number {
  let before = steady()
  let looked = before
  let apart = wall() - before
  let ahead = 0
  return () => {
    const now = steady()
    if (now < before) {
      ahead += before - now
      looked = Number.NEGATIVE_INFINITY
    }
    before = now
    if (now < looked + LOOK) return now + ahead
    looked = now
    const jumped = wall() - now - apart
    if (jumped > JUMP || jumped < -JUMP) {
      // Time that was slept has passed for keys as well; a clock that was set back gives no key a longer life.
      if (jumped > 0) ahead += jumped
      apart += jumped
    }
    return now + ahead
  }
}
