/** The URL that a text is; undefined where it is none. */
export function parsed(text: string | URL): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

/** Whether nobody on the way can read or change what is sent there: https, or this machine itself. */
export function isSecure(url: URL | undefined): url is URL {
  if (url === undefined || url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || isLoopback(url)
}

export function isLoopback({ protocol, hostname }: URL): boolean {
  // The URL parser has brought every way to write an IPv4 address into this one.
  return protocol === 'http:' && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}
