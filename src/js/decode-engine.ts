import { type DecodeGlue, instantiate } from '../wasm/decode.js'
import { load } from './decode-loader.js'
import { Engine } from './engine.js'

export const engine: Engine<DecodeGlue> = /* @__PURE__ */ new Engine(() => instantiate(load()))
