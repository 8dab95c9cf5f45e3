// The packed release, and the parts of it that nobody outside may import.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { packedInstall } from '../packed.mjs'

const dist = join(packedInstall(), 'node_modules', 'jotgate', 'dist', 'default')

export const part = (file) => import(pathToFileURL(join(dist, file)).href)
export const jotgate = await part('index.js')
