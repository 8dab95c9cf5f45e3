// The accelerators against their crates and against OpenSSL, at length: `npm run differential`, a hundred thousand cases for each family.
import { parseArgs } from 'node:util'
import { build } from './build.mjs'
import { Failure, run } from './command.mjs'

const { values } = parseArgs({ options: { cases: { type: 'string', default: '100000' } } })
if (!/^[1-9]\d*$/.test(values.cases)) throw new Failure(`--cases takes a count, not "${values.cases}".`)
const env = { JOTGATE_CASES: values.cases }

await build()
const tests = ['--test', 'accel_ec', '--test', 'accel_rsa_ed']
// Not in the release profile: with the assertions of the bounds on limbs.
await run('cargo', ['test', '--locked', '--features', 'accel', ...tests, '--', '--show-output'], { env })
await run('node', ['--test', '--test-reporter=spec', 'tests/differential/native.test.mjs'], { env })
