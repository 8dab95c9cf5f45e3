import type { TokenManagerOptions, TokenStorage } from './types.js'

/** The options of a manager, read once and complete. */
export interface ManagerOptions {
  readonly refresh: TokenManagerOptions['refresh']
  readonly session: string
  readonly name: string
  /** Not a number: the core's default. */
  readonly before: number
  readonly jitter: number
  readonly minInterval: number
  readonly refreshTimeout: number
  readonly autoRefresh: boolean
  readonly origins: ReadonlySet<string>
  readonly storage: TokenStorage | undefined
}

type Rule = [fallback: unknown, accepts: (value: unknown) => boolean, must: string]

const text: Rule[1] = (value) => typeof value === 'string' && value !== ''
const number = (least: number, most: number): [Rule[1], string] => [
  (value) => typeof value === 'number' && value >= least && value <= most,
  `be a number from ${least} to ${most}`,
]

// Not the class `Options`, which would be a sixth of this entry.
const rules: { readonly [Name in keyof TokenManagerOptions]-?: Rule } = {
  refresh: [undefined, (value) => typeof value === 'function', 'be a function'],
  session: ['default', text, 'be a text'],
  name: ['access', text, 'be a text'],
  before: [Number.NaN, ...number(0, Number.MAX_VALUE)],
  jitter: [0.5, ...number(0, 1)],
  minInterval: [1, ...number(0.25, 86_400)],
  refreshTimeout: [30_000, ...number(1, 600_000)],
  autoRefresh: [true, (value) => typeof value === 'boolean', 'be true or false'],
  origins: [
    [],
    (value) => Array.isArray(value) && value.every(isOrigin),
    'be an array of origins such as "https://api.example"; http only on loopback',
  ],
  storage: [
    undefined,
    (value) =>
      (['get', 'set', 'remove'] as const).every((name) => typeof (value as TokenStorage | null)?.[name] === 'function'),
    'have the functions get, set and remove',
  ],
}

/** @throws TypeError naming the option that is wrong, unknown or missing */
export function readManagerOptions(source: TokenManagerOptions): ManagerOptions {
  const fail = (problem: string, cause?: unknown): never => {
    throw new TypeError(`createTokenManager: ${problem}`, { cause })
  }
  if (typeof source !== 'object' || source === null) fail('the options must be an object')
  for (const name of Object.keys(source)) {
    if (!Object.hasOwn(rules, name)) fail(`unknown option "${name}"; there are ${Object.keys(rules).join(', ')}`)
  }
  const options: { [name: string]: unknown } = {}
  for (const [name, [fallback, accepts, must]] of Object.entries(rules)) {
    let value: unknown
    try {
      // Its own alone: nobody else decides where a token goes.
      value = Object.hasOwn(source, name) ? source[name as keyof TokenManagerOptions] : undefined
    } catch (cause) {
      fail(`option "${name}" could not be read`, cause)
    }
    if (Array.isArray(value)) value = [...value]
    const given = value !== undefined || name === 'refresh'
    if (given && !accepts(value)) fail(`option "${name}" must ${must}`)
    options[name] = given ? value : fallback
  }
  options.origins = new Set(options.origins as string[])
  return options as unknown as ManagerOptions
}

function isOrigin(value: unknown): boolean {
  try {
    const { protocol, hostname, origin } = new URL(value as string)
    const loopback = /^(localhost|\[::1\]|127(\.\d+){3})$/.test(hostname)
    // A host may hold an asterisk; here it would look as if it stood for others.
    return origin === value && !value.includes('*') && (protocol === 'https:' || (protocol === 'http:' && loopback))
  } catch {
    return false
  }
}
