import { environment } from '../../scripts/command.mjs'
import { outcomeOf } from './outcome.mjs'

export const name = 'node-20'
export const run = (folder) => outcomeOf(environment.NODE20, ['print.mjs'], folder)
