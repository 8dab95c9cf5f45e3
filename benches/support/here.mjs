// The program for Node, Deno and Bun: reads what to run, prints what it measured.
import { readFileSync } from 'node:fs'
import process from 'node:process'
import * as jotgate from '../peers/jotgate.mjs'
import * as node from '../peers/node.mjs'
import * as web from '../peers/web.mjs'
import { measure } from './measure.mjs'

const cpuTime = () => {
  const { user, system } = process.cpuUsage()
  return user + system
}

const run = JSON.parse(readFileSync(process.argv[2], 'utf8'))
console.log(`OUTCOME ${JSON.stringify(await measure(run, [jotgate, web, node], cpuTime))}`)
process.exit(0)
