// What was measured, as text for a terminal that is Markdown as well.
import { judged } from '../goals.mjs'

const TITLES = {
  verify: (alg, bytes) => `${alg}, ${bytes} bytes`,
  tenants: (alg) => `${alg}, 2000 tenants by turns, each with a key of its own`,
  cache: (alg) => `Verified before, ${alg}, a fresh string each time`,
  decode: (_alg, bytes) => `Decoding, ${bytes} bytes`,
  start: (alg) => `Cold start, to the first verified ${alg} token`,
}
const SHORT = { verify: '', tenants: ', many tenants', cache: ', verified before', decode: '', start: ', cold start' }

/** @param {{ name: string, about: string, runs: object[][] }} result of one runtime, of which the last run is shown */
export function sectionOf({ name, about, runs }) {
  return `### ${name}\n\n${about}\n\n${runs.at(-1).map(tableOf).join('\n')}`
}

function tableOf({ task, alg, bytes, rows, absent }) {
  const inMs = task === 'start'
  const unit = inMs ? 'ms' : 'µs'
  const withCpu = rows.some(({ cpu }) => cpu !== undefined)
  const first = rows[0]?.p10 ?? Number.NaN
  const head = ['', `p10, ${unit}`, `median, ${unit}`, ...(withCpu ? [`CPU, ${unit}`] : []), 'against jotgate']
  const body = rows.map(({ name, p10, median, cpu }) => [
    name,
    ...[p10, median, ...(withCpu ? [cpu] : [])].map((value) => (inMs ? value / 1000 : value).toFixed(2)),
    `${(p10 / first).toFixed(2)} ×`,
  ])
  const missing = absent.map(({ name, why }) => `\nNot here: ${name} (${why.split('\n')[0]}).\n`)
  return `#### ${TITLES[task](alg, bytes)}\n\n${markdown([head, ...body])}${missing.join('')}`
}

/** @param {Record<string, object>} results by runtime */
export function goalsOf(results) {
  const head = ['', 'where', 'against', 'reached', 'goal', '']
  const body = judged(results).map(({ task, alg, where, against, reached, wanted, met }) => [
    task === 'decode' ? 'Decoding' : `${alg}${SHORT[task]}`,
    where,
    against,
    reached.map((each) => each.toFixed(2)).join(', '),
    wanted,
    met ? 'met' : '**missed**',
  ])
  return body.length === 0 ? '' : markdown([head, ...body], 3)
}

function markdown([head, ...body], texts = 1) {
  const line = (cells) => `| ${cells.join(' | ')} |\n`
  const rule = head.map((_, index) => (index < texts ? '---' : '---:'))
  return [line(head), line(rule), ...body.map(line)].join('')
}
