import { JotgateInvalidRequest, JotgateTokenMissing } from '../errors.js'

/** The header fields of a request, by lower-case name; several fields of a name are joined with `, ` (RFC 9110 §5.3). */
export interface HeaderFields {
  get(name: string): string | null | undefined
}

// RFC 6750 §2.1; one or more spaces, RFC 9110 §11.4.
const bearerCredentials = /^bearer +([\w\-.~+/]+=*)$/i
// RFC 9110 §11.1.
const authScheme = /^([!#$%&'*+\-.^`|~\w]+)(?: |$)/
// A second Authorization field, joined to the first.
const joinedBearer = /, *bearer(?: |,|$)/i

/**
 * The token of a request, by RFC 6750 §2.1.
 *
 * @param query the request's query component, with or without `?`
 * @throws JotgateTokenMissing there is no token, or its scheme is another one
 * @throws JotgateInvalidRequest there is one in the wrong form or place, or more than one
 */
export function bearerToken(headers: HeaderFields, query: string): string {
  // RFC 6750 §2.3: such a token is in logs and histories already.
  if (query.length >= 12 && new URLSearchParams(query).has('access_token')) {
    throw new JotgateInvalidRequest('a token in the query is not accepted: send it in the Authorization header', {
      rfc: 'RFC 6750 §2.3',
    })
  }
  const authorization = headers.get('authorization')
  // An empty field is as good as none; some platforms drop it before anybody sees it.
  if (!authorization) throw new JotgateTokenMissing()
  const token = bearerCredentials.exec(authorization)?.[1]
  if (token !== undefined) return token
  const scheme = authScheme.exec(authorization)?.[1]?.toLowerCase()
  if (scheme === undefined || scheme === 'bearer' || joinedBearer.test(authorization)) {
    throw new JotgateInvalidRequest()
  }
  throw new JotgateTokenMissing(
    scheme === 'dpop' ? 'the scheme DPoP is not supported yet' : 'the Authorization header has no Bearer token',
    { rfc: scheme === 'dpop' ? 'RFC 9449 §7.1' : 'RFC 6750 §3.1' },
  )
}
