import { instantiate, type VerifyGlue } from '../wasm/verify.js'
import { Engine } from './engine.js'
import { load } from './verify-loader.js'

export const engine: Engine<VerifyGlue> = /* @__PURE__ */ new Engine(() => instantiate(load()))
