// Prints what was measured, and on what.
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'

export function printMachine(packages) {
  const [{ model }] = cpus()
  console.log(`Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} × ${model.trim()}`)
  console.log(packages.map((name) => `${name} ${versionOf(name)}`).join(', '))
  console.log(
    'Microseconds per token: p10 and median of slices by turns. Ratio: p10 against the first line; above 1 is slower.',
  )
}

function versionOf(name) {
  const folder = name === 'jotgate' ? '../../pkg' : `../../node_modules/${name}`
  return JSON.parse(readFileSync(new URL(`${folder}/package.json`, import.meta.url), 'utf8')).version
}

export function printTable(title, results) {
  const [{ p10: first }] = results
  const width = Math.max(...results.map(({ name }) => name.length))
  console.log(`\n${title.padEnd(width)}       p10    median   ratio`)
  for (const { name, p10, median } of results) {
    console.log(
      `${name.padEnd(width)}  ${p10.toFixed(2).padStart(8)}  ${median.toFixed(2).padStart(8)}  ${(p10 / first).toFixed(2).padStart(6)}`,
    )
  }
}
