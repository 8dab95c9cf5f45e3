/** The compiled `decode` module. The build writes one implementation per platform. */
export function load(): WebAssembly.Module
