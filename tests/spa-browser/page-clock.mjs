/**
 * Runs in a page, ahead of its scripts: time passes there `rate` times as fast, from the moment `base` on, and its clock is `wrong` by that
 * many seconds. Delays are as long as the page asks for, by its own clock.
 *
 * `pageClock.wrong` may be changed later.
 *
 * @param {{ base?: number, rate?: number, wrong?: number }} clock `base` in milliseconds
 */
export function installClock({ base = 0, rate = 1, wrong = 0 }) {
  const honestNow = Date.now
  globalThis.pageClock = { wrong, server: () => base + (honestNow() - base) * rate }
  const now = () => globalThis.pageClock.server() + globalThis.pageClock.wrong * 1000
  const HonestDate = Date
  globalThis.Date = new Proxy(HonestDate, {
    construct: (target, values, as) => Reflect.construct(target, values.length ? values : [now()], as),
    apply: () => new HonestDate(now()).toString(),
  })
  HonestDate.now = now
  const passed = performance.now.bind(performance)
  performance.now = () => passed() * rate
  for (const name of ['setTimeout', 'setInterval']) {
    const honest = globalThis[name].bind(globalThis)
    globalThis[name] = (callback, delay = 0, ...given) => honest(callback, delay / rate, ...given)
  }
}
