// What was measured, as text for a terminal that is Markdown as well.
const TITLES = {
  verify: (alg, bytes) => `${alg}, ${bytes} bytes`,
  cache: (alg) => `Verified before, ${alg}, a fresh string each time`,
  decode: (_alg, bytes) => `Decoding, ${bytes} bytes`,
}

/** @param {{ runtime: string, measured: object[], fixtures: object }} run */
export function tablesOf({ measured, fixtures }) {
  return measured.map(({ task, alg, rows, absent }) => {
    const title = TITLES[task](alg, fixtures[alg].tokens[0].length)
    const withCpu = rows.some(({ cpu }) => cpu !== undefined)
    const first = rows[0]?.p10 ?? Number.NaN
    const head = ['', 'p10, µs', 'median, µs', ...(withCpu ? ['CPU, µs'] : []), 'against jotgate']
    const body = rows.map(({ name, p10, median, cpu }) => [
      name,
      ...[p10, median, ...(withCpu ? [cpu] : [])].map((value) => value.toFixed(2)),
      `${(p10 / first).toFixed(2)} ×`,
    ])
    const missing = absent.map(({ name, why }) => `\nNot here: ${name} (${why.split('\n')[0]}).\n`)
    return `#### ${title}\n\n${markdown([head, ...body])}${missing.join('')}`
  })
}

function markdown([head, ...body]) {
  const line = (cells) => `| ${cells.join(' | ')} |\n`
  const rule = head.map((_, index) => (index === 0 ? '---' : '---:'))
  return [line(head), line(rule), ...body.map(line)].join('')
}
