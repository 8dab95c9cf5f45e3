// Writes every file the way `npm run lint` wants it.
import { run } from './command.mjs'

await run('cargo', ['fmt'])
await run('biome', ['check', '--write', '.'])
