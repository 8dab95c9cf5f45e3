import { outcomeOf } from './outcome.mjs'

export const name = 'deno'
// Without any permission; what is asked for is denied and not prompted for.
export const run = (folder) =>
  outcomeOf('deno', ['run', '--no-prompt', '--no-lock', '--node-modules-dir=manual', 'print.mjs'], folder)
