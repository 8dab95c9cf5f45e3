/**
 * How long a response stays fresh by its own word, in milliseconds: RFC 9111 §4.2.1 for a private cache, less the age that
 * it already has (§4.2.3). `undefined` when it says nothing that is understood.
 */
export function freshnessOf(headers: Pick<Headers, 'get'>): number | undefined {
  const directives = (headers.get('cache-control') ?? '').toLowerCase().split(',')
  const named = (name: string) => directives.some((directive) => directive.trim() === name)
  if (named('no-store') || named('no-cache')) return 0
  for (const directive of directives) {
    const [, seconds] = /^\s*max-age="?(\d{1,10})"?\s*$/.exec(directive) ?? []
    if (seconds) return Math.max(0, Number(seconds) - secondsOf(headers.get('age'))) * 1000
  }
  return undefined
}

function secondsOf(age: string | null): number {
  return age !== null && /^\d{1,10}$/.test(age) ? Number(age) : 0
}
