/** The compiled `verify` module. The build writes one implementation per platform. */
export function load(): WebAssembly.Module
