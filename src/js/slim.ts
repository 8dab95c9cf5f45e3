export * from './index.js'
export { initialize, type WasmSource } from './supplied-module.js'
