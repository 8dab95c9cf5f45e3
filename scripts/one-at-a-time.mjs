// Keeps two runs of the same work in one checkout apart: `npm start` in one terminal, `npm test` in another.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'

// Does `work` once no living process holds `file`, whose content is its holder's number.
export async function oneAtATime(file, work) {
  mkdirSync(dirname(file), { recursive: true })
  let told = false
  while (!taken(file)) {
    if (!told) console.log(`• waiting for another build in this checkout (${file} names its process)`)
    told = true
    await setTimeout(300)
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

function taken(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
  if (!alive(file)) rmSync(file, { force: true })
  return false
}

function alive(file) {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0)
    return true
  } catch (error) {
    return error.code !== 'ESRCH'
  }
}
