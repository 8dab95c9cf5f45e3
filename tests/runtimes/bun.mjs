import { outcomeOf } from './outcome.mjs'

export const name = 'bun'
export const run = (folder) => outcomeOf('bun', ['run', '--no-install', 'print.mjs'], folder)
