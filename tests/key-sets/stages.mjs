// Where the scenarios are told: in this process, and in workerd.
import * as jose from 'jose'
import { createGate } from './gates.mjs'
import { jotgate } from './jotgate.mjs'
import { startWorkerd } from './workerd.mjs'

export const node = {
  where: 'Node',
  gates(gate) {
    const verify = createGate({ jose, jotgate }, gate)
    return async (token) => {
      try {
        await verify(token)
        return 'accepted'
      } catch (error) {
        return error.code ?? error.name
      }
    }
  },
  close() {},
}

export async function workerd(options) {
  const { ask, close } = await startWorkerd(options)
  return {
    where: 'workerd',
    close,
    /** A gate of its own; its name finds it again. */
    gates(gate, name = crypto.randomUUID()) {
      return (token, how) => ask({ ...gate, name }, token, how)
    },
  }
}
