// The provider and the API in a process of their own, for a clock of its own. Told what to start as JSON in its argument; ends with its parent.
import { startProvider } from '../../www/provider.mjs'
import { startApi } from './api.mjs'

const { origins, ...options } = JSON.parse(process.argv[2])
const { issuer, clientId, resource, scope } = await startProvider(options)
const api = await startApi({ issuer, audience: resource, origins })
process.send({ provider: { issuer, clientId, resource, scope }, api: api.url })
process.on('disconnect', () => process.exit())
