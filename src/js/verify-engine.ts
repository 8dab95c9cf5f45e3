import { instantiate, type VerifyGlue } from '../wasm/verify.js'
import { Engine } from './engine.js'
import { RsaFma } from './rsa-fma.js'
import { load } from './verify-loader.js'

export const engine: Engine<VerifyGlue> = /* @__PURE__ */ new Engine(() => {
  const glue = instantiate(load())
  glue.use_rsa_fma?.(new RsaFma(glue.memory))
  return glue
})
