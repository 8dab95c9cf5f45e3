/** The platform's own way to keep a request alive for work behind its response. The build writes one per platform. */
export const waitUntil: ((promise: Promise<unknown>) => void) | undefined
