// What jotgate is to reach, as ratios within one run: a sceptic's list, held against the figures by the command that measures them.
const SYNC = (name) => !isOurs(name) && !isAlone(name) && !name.endsWith('awaited')
const PEERS = (name) => !isOurs(name) && !isAlone(name)
const JOSE = (name) => name.startsWith('jose')
const isOurs = (name) => name.startsWith('jotgate')
const isAlone = (name) => name.startsWith('(')
const only = (wanted) => (name) => name === wanted
const NATIVE = only('(crypto.verify alone)')

const verify = (alg) => `verify ${alg}`
const goal = (table, runtime, against, rivals, least, stretch) => ({ table, runtime, against, rivals, least, stretch })

/**
 * `least` is how many times as long the fastest of `rivals` takes, in the table and runtime; `stretch` what would be better still. `ours` is the line
 * of jotgate's, else the first of the table. With `most` in place of `least`, how many milliseconds `ours` may take.
 */
export const GOALS = [
  goal(verify('ES256'), 'node24', 'the fastest sync peer', SYNC, 2.2, 3.5),
  goal(verify('ES256'), 'node24', "OpenSSL's verify alone", NATIVE, 1),
  goal(verify('ES256'), 'node24', 'jose, awaited', JOSE, 4, 8),
  goal(verify('ES256'), 'workerd', 'jose', JOSE, 2, 3),
  goal(verify('EdDSA'), 'node24', 'the fastest sync peer', SYNC, 3.5, 5),
  goal(verify('EdDSA'), 'workerd', 'jose', JOSE, 2, 3.5),
  goal(verify('ES384'), 'node24', 'every peer', PEERS, 5),
  goal(verify('ES384'), 'workerd', 'every peer', PEERS, 5),
  ...['RS256', 'PS256'].flatMap((alg) => [
    goal(verify(alg), 'node24', 'the fastest sync peer', SYNC, 1, 1.2),
    goal(verify(alg), 'node24', 'jose, awaited', JOSE, 2),
    goal(verify(alg), 'chromium', 'jose', JOSE, 1.4),
    goal(verify(alg), 'workerd', 'jose', JOSE, 1, 1.3),
    // 55 µs where native code takes 22, without relaxed SIMD.
    goal(verify(alg), 'node20', "OpenSSL's verify alone", NATIVE, 0.4),
  ]),
  goal(verify('HS256'), 'node24', 'fast-jwt', only('fast-jwt'), 1.4),
  goal(verify('HS256'), 'workerd', 'every peer', PEERS, 2),
  goal('cache ES256', 'node24', "fast-jwt's cache", only('fast-jwt, cache'), 5),
  ...['node24', 'node20', 'deno', 'bun', 'workerd', 'chromium'].flatMap((runtime) => [
    goal('decode ES256', runtime, "jose's decodeJwt", only('jose decodeJwt'), 1.4),
    goal('decode ES256', runtime, 'jwt-decode', only('jwt-decode'), 20),
  ]),
  goal('tenants ES256', 'node24', 'jose, awaited', JOSE, 1.25),
  {
    table: 'start ES256',
    runtime: 'node24',
    ours: '(jotgate: compile and instantiate)',
    against: 'compile and instantiate, in ms',
    most: 1.5,
  },
  // Within a tenth of jose, with whichever of its two calls.
  goal('start ES256', 'workerd', 'jose, from a new process to the first response', JOSE, 0.91),
]

/**
 * @param {Record<string, { name: string, runs: { task: string, alg: string, rows: object[] }[][] }>} results by runtime
 * @returns those goals whose table was measured there: `{ task, alg, where, against, reached, wanted, met }`, `reached` by run
 */
export function judged(results) {
  return GOALS.flatMap(({ table, runtime, ours, against, rivals, least, stretch, most }) => {
    const { name: where, runs = [] } = results[runtime] ?? {}
    const isOwn = ({ name }) => (ours ? name === ours : table.startsWith('start') && isOurs(name))
    const reached = runs.flatMap((tables) => {
      const rows = tables.find(({ task, alg }) => `${task} ${alg}` === table)?.rows ?? []
      const own = rows.filter(isOwn)
      const mine = fastest(own.length > 0 ? own : rows.slice(0, 1))
      if (most !== undefined) return rows.length > 0 ? [mine / 1000] : []
      const theirs = rows.filter(({ name }) => rivals(name))
      return theirs.length > 0 ? [fastest(theirs) / mine] : []
    })
    if (reached.length === 0) return []
    const [task, alg] = table.split(' ')
    const told = { task, alg, where, against, reached }
    if (most !== undefined) return [{ ...told, wanted: `≤ ${most} ms`, met: reached.every((each) => each <= most) }]
    const better = stretch === undefined ? '' : ` (${stretch})`
    return [{ ...told, wanted: `${least} ×${better}`, met: reached.every((each) => each >= least) }]
  })
}

const fastest = (rows) => Math.min(...rows.map(({ p10 }) => p10))
