// Ten million verifications with a thousand keys in rotation, against the package as it is now: `npm run test:rotation`; fewer with `-- --calls 1000000`.
import { parseArgs } from 'node:util'
import { build } from './build.mjs'
import { Failure } from './command.mjs'

const { values } = parseArgs({ options: { calls: { type: 'string', default: '10000000' } } })
const calls = Number(values.calls)
if (!Number.isInteger(calls) || calls < 1) throw new Failure(`--calls takes a count, not "${values.calls}".`)

await build()
const { run } = await import('../tests/memory/ten-million.mjs')
process.exitCode = run(calls) ? 0 : 1
