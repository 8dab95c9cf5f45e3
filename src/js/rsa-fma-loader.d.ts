/** The compiled module with fused multiply-adds; undefined where the engine or the tree has none. The build writes one implementation per platform. */
export function load(): WebAssembly.Module | undefined
