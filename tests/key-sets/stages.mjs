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
  const { ask, complaints, close } = await startWorkerd(options)
  let made = 0
  return {
    where: 'workerd',
    complaints,
    close,
    /** A gate of its own; `number` finds it again. */
    gates(gate, number = (made += 1)) {
      return (token, how) => ask({ ...gate, number }, token, how)
    },
  }
}
