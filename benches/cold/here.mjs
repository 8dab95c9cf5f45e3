// The program of a process that lives for one token: prints how long it took from its first import to the claims, in milliseconds.
import { readFileSync } from 'node:fs'

const [file, peer] = process.argv.slice(2)
const fixture = JSON.parse(readFileSync(file, 'utf8'))
const started = performance.now()
const { verified } = await import(`./${peer}.mjs`)
const { sub } = await verified(fixture, fixture.tokens[0])
const taken = performance.now() - started
if (sub !== 'user-0') throw new Error(`${peer} has returned other claims.`)
console.log(`OUTCOME ${taken}`)
