import { faults, scenarios, tell } from './scenarios.mjs'

export const LIBRARIES = ['jotgate', 'jose']

/** Tells one story to both libraries at each place, at once; their results by library and place. */
async function told(run, places, libraries = LIBRARIES) {
  const tellings = places.flatMap(({ where, gates }) =>
    libraries.map(async (library) => [`${library} ${where}`, await tell(run, { library, gates })]),
  )
  return Object.fromEntries(await Promise.all(tellings))
}

export const rows = [
  ...scenarios.map(({ title, goal, run, meets, only }) => ({
    table: 'scenarios',
    title,
    goal,
    meets,
    measure: (places) => told(run, places, only ? [only] : LIBRARIES),
  })),
  ...faults.flatMap(({ fault, cold, warm, meetsCold, meetsWarm }) => [
    { table: 'cold', title: fault, meets: meetsCold, measure: (places) => told(cold, places) },
    { table: 'warm', title: fault, meets: meetsWarm, measure: (places) => told(warm, places) },
  ]),
]

/** The tables, as Markdown. */
export function tables(measured, places) {
  const columns = places.flatMap(({ where }) => LIBRARIES.map((library) => `${library} ${where}`))
  const table = (name, first) => {
    const chosen = measured.filter((row) => row.table === name)
    const lines = chosen.map(({ title, goal, results }) => [
      title,
      ...(goal ? [goal] : []),
      ...columns.map((column) => cell(results[column])),
    ])
    const head = [...first, ...columns.map((column) => column.replace(' ', ', '))]
    return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  }
  return [
    'Fetches / accepted / refused.',
    table('scenarios', ['', 'goal']),
    'Each fault at a cold start: 100 tokens in four bursts.',
    table('cold', ['the endpoint answers']),
    'Each fault when an expired set is to be refreshed: 100 tokens in four bursts.',
    table('warm', ['the endpoint answers']),
  ].join('\n\n')
}

function cell(result) {
  return result ? `${result.fetches} / ${result.accepted} / ${result.refused}` : '–'
}
