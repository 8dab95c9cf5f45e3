// The packed release; and the parts that it is joined from, which share nothing with it.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { packedInstall, parts } from '../packed.mjs'

const load = (...path) => import(pathToFileURL(join(...path)).href)

export const part = (file) => load(parts, file)
export const jotgate = await load(packedInstall(), 'node_modules', 'jotgate', 'dist', 'default', 'index.js')
