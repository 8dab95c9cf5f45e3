import { outcomeOf } from './outcome.mjs'

export const name = 'node-24'
export const run = (folder) => outcomeOf('node', ['print.mjs'], folder)
