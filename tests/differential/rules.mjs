// Where jotgate's design parts from jose: each rule names its place in the design and recognises its cases by itself.

/** @type {Record<string, { design: string, holds(seen: Seen): boolean }>} */
export const rules = {
  'canonical base64url': {
    design: 'step 2: no padding, no white space, canonical trailing bits',
    holds: ({ segments, ours }) => ours === 'ERR_JWS_INVALID' && segments.some((segment) => !isCanonical(segment)),
  },
  'no member twice': {
    design: 'steps 3 and 6: at no level',
    holds: ({ header, payload, ours }) =>
      (ours === 'ERR_JWS_INVALID' && hasDuplicate(header)) || (ours === 'ERR_JWT_INVALID' && hasDuplicate(payload)),
  },
  'UTF-8': {
    design: 'steps 3 and 6: valid UTF-8, no byte order mark',
    holds: ({ segments, ours }) =>
      (ours === 'ERR_JWS_INVALID' && !isPlainUtf8(segments[0])) ||
      (ours === 'ERR_JWT_INVALID' && !isPlainUtf8(segments[1])),
  },
  'bounded depth': {
    design: 'steps 3 and 6: at most 128 levels',
    holds: ({ payload, ours }) => ours === 'ERR_JWT_INVALID' && depthOf(payload) > 128,
  },
  'dates are finite': {
    design: 'step 6: a numeric date is a number of at most 1e20',
    holds: ({ claims, ours }) =>
      /^ERR_JWT_CLAIM_VALIDATION_FAILED (exp|nbf|iat) invalid$/.test(ours) &&
      ['exp', 'nbf', 'iat'].some((name) => typeof claims?.[name] === 'number' && !(Math.abs(claims[name]) <= 1e20)),
  },
  'aud is a text or a list of texts': {
    design: 'step 6, RFC 7519 §4.1.3',
    holds: ({ claims, ours }) =>
      ours === 'ERR_JWT_CLAIM_VALIDATION_FAILED aud check_failed' &&
      Array.isArray(claims?.aud) &&
      claims.aud.some((each) => typeof each !== 'string'),
  },
  'a required claim is not null': {
    design: 'RFC 9068 §2.2: a claim that says nothing is not there',
    holds: ({ claims, ours, options }) =>
      /^ERR_JWT_CLAIM_VALIDATION_FAILED \w+ missing$/.test(ours) &&
      (options.requiredClaims ?? []).some((name) => claims !== undefined && claims[name] === null),
  },
  'header members have their types': {
    design: 'step 3: kid, typ and cty are texts, RFC 7515 §4.1',
    holds: ({ head, ours }) =>
      ours === 'ERR_JWS_INVALID' &&
      ['kid', 'typ', 'cty'].some((name) => head && name in head && typeof head[name] !== 'string'),
  },
  'crit lists distinct extensions that are there': {
    design: 'step 3, RFC 7515 §4.1.11',
    holds: ({ head, ours }) => {
      if (ours !== 'ERR_JWS_INVALID' || !Array.isArray(head?.crit)) return false
      const registered = ['alg', 'enc', 'zip', 'typ', 'kid']
      return (
        new Set(head.crit).size < head.crit.length ||
        head.crit.some((name) => registered.includes(name) || !Object.hasOwn(head, name))
      )
    },
  },
  'no unencoded payload': {
    design: 'step 3, RFC 7797 §7: b64 false, or no boolean, refuses, listed in crit or not',
    holds: ({ head, ours }) => head && 'b64' in head && head.b64 !== true && /^ERR_JW[ST]_INVALID$/.test(ours),
  },
  'a key may be for more than verifying': {
    design: 'step 4: key_ops holds verify, RFC 7517 §4.3; jose leaves it to WebCrypto, which wants nothing else',
    holds: ({ keys, theirs }) =>
      theirs !== 'accept' && (keys ?? []).some((key) => Array.isArray(key?.key_ops) && key.key_ops.includes('sign')),
  },
  'keys are strict': {
    design: 'step 4: a member of a wrong type, value or encoding makes a key unusable, the others stay',
    holds: ({ keys, ours }) =>
      /^ERR_JWKS_(NO|MULTIPLE)_MATCHING_KEYS?$|^accept$|^ERR_JWS_SIGNATURE/.test(ours) &&
      (keys ?? []).some((key) => !isSound(key)),
  },
}

/**
 * @typedef {object} Seen
 * @property {string[]} segments
 * @property {string} header the decoded text, repaired where it is no UTF-8
 * @property {string} payload as `header`
 * @property {Record<string, unknown> | undefined} head the header, where JSON.parse can read it
 * @property {Record<string, unknown> | undefined} claims as `head`
 * @property {string} ours jotgate's answer: `accept`, or the code, claim and reason
 * @property {string} theirs jose's
 * @property {object} options
 * @property {unknown[]} [keys] the members of the key set, if there was one
 */

/** What the rules look at. */
export function seen(token, more) {
  const segments = String(token).split('.')
  const [header = '', payload = ''] = segments.map((segment) => Buffer.from(segment, 'base64url').toString('utf8'))
  return { segments, header, payload, head: parsed(header), claims: parsed(payload), ...more }
}

function parsed(text) {
  try {
    const value = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function isCanonical(segment) {
  return Buffer.from(segment, 'base64url').toString('base64url') === segment
}

function isPlainUtf8(segment = '') {
  const bytes = Buffer.from(segment, 'base64url')
  return Buffer.from(bytes.toString('utf8'), 'utf8').equals(bytes) && bytes[0] !== 0xef
}

/** Counts the names in the text against those that JSON.parse leaves. */
function hasDuplicate(text) {
  const value = parsed(text)
  if (value === undefined) return false
  const names = [...text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:?)/g)].filter(([, colon]) => colon === ':')
  return names.length > namesIn(value)
}

function namesIn(value) {
  if (typeof value !== 'object' || value === null) return 0
  const inside = Object.values(value).reduce((sum, each) => sum + namesIn(each), 0)
  return inside + (Array.isArray(value) ? 0 : Object.keys(value).length)
}

function depthOf(text) {
  let depth = 0
  let deepest = 0
  for (const [character] of text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').matchAll(/[[\]{}]/g)) {
    depth += '[{'.includes(character) ? 1 : -1
    deepest = Math.max(deepest, depth)
  }
  return deepest
}

/** Whether a member of a set is a key that both libraries take for the same. */
function isSound(key) {
  if (typeof key !== 'object' || key === null || key.kty !== 'EC' || key.crv !== 'P-256') return false
  const texts = ['x', 'y', 'kid', 'alg'].every((name) => key[name] === undefined || typeof key[name] === 'string')
  const operations =
    key.key_ops === undefined || (Array.isArray(key.key_ops) && new Set(key.key_ops).size === key.key_ops.length)
  const use = key.use === undefined || typeof key.use === 'string'
  return (
    texts &&
    operations &&
    use &&
    key.x?.length === 43 &&
    isCanonical(key.x) &&
    (key.alg === undefined || key.alg === 'ES256')
  )
}
