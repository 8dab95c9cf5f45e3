// Every scenario, in Node and in real workerd, over real HTTP, with jose beside it in the same run. Prints what happened.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { LIBRARIES, rows, tables } from './measure.mjs'
import { node, workerd } from './stages.mjs'

const places = [node, await workerd()]
const measured = []

after(async () => {
  console.log(tables(measured, places))
  for (const { close } of places) await close()
})

for (const row of rows) {
  test(`${row.table}: ${row.title}`, async () => {
    const results = await row.measure(places)
    measured.push({ ...row, results })
    for (const { where } of places) {
      const result = results[`${LIBRARIES[0]} ${where}`]
      assert.ok(
        row.meets(result),
        `${where}: ${JSON.stringify(result, (_, value) => (value instanceof Set ? [...value] : value))}`,
      )
    }
  })
}
