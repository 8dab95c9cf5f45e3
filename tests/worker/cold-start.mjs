// What a cold start costs: from a new workerd to the first verified response, with and without keys in a store.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * @typedef {object} Contestant
 * @property {(folder: string) => Promise<{ url: string, close(): Promise<void> }>} start
 * @property {boolean} [keeps] whether it finds in `folder` what it left there the time before; else the folder is a new one each time
 *
 * @param {Record<string, Contestant>} contestants by name
 * @param {string} token a good one
 * @param {number} rounds
 * @returns {Promise<Record<string, { start: number, first: number, second: number }>>} the fastest in milliseconds: to being ready, to the first and
 * to the second response; a machine that does other things as well only makes them slower
 */
export async function coldStarts(contestants, token, rounds) {
  const measured = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]))
  const folders = []
  const newFolder = () => {
    folders.push(mkdtempSync(join(tmpdir(), 'jotgate-cold-')))
    return folders.at(-1)
  }
  const kept = newFolder()
  try {
    for (let round = 0; round <= rounds; round += 1) {
      for (const [name, { start, keeps }] of Object.entries(contestants)) {
        const times = await once(start, keeps ? kept : newFolder(), token)
        // The first round fills the store, and the caches of the machine.
        if (round > 0) measured[name].push(times)
      }
    }
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  }
  const fastest = (all, part) => Math.min(...all.map((times) => times[part]))
  return Object.fromEntries(
    Object.entries(measured).map(([name, all]) => [
      name,
      { start: fastest(all, 'start'), first: fastest(all, 'first'), second: fastest(all, 'second') },
    ]),
  )
}

async function once(start, folder, token) {
  const began = performance.now()
  const worker = await start(folder)
  try {
    const ready = performance.now()
    const ask = async () => {
      const asked = performance.now()
      const response = await fetch(new URL('notes', worker.url), { headers: { authorization: `Bearer ${token}` } })
      if (response.status !== 200) throw new Error(`The answer was ${response.status}.`)
      await response.arrayBuffer()
      return performance.now() - asked
    }
    const first = await ask()
    const second = await ask()
    // What is kept behind the response.
    await sleep(100)
    return { start: ready - began, first, second }
  } finally {
    await worker.close()
  }
}
