/**
 * The checks of `explain`, in their order, in words. `passed` says what is then known; `failed` what it means for whoever stands before a
 * refused token; `unasked` stands where the policy does not ask for the check, with its section.
 * @type {Record<string, { passed: string, failed: string, unasked?: string, rfc?: string }>}
 */
export const checkWords = {
  size: { passed: 'Not longer than allowed', failed: 'It was refused unread.' },
  segments: { passed: 'Three segments', failed: 'A signed token is header, claims and signature, joined by dots.' },
  encoding: {
    passed: 'Canonical base64url',
    failed: 'A character was lost, added or changed on the way: a line end, padding, or the last few characters.',
  },
  header: {
    passed: 'Header is one JSON object, no member twice',
    failed: 'The header has to be read the same way by everybody.',
  },
  alg: {
    passed: 'Algorithm is allowed',
    failed:
      'The policy decides on the algorithm, never the token. HS256 and its kin have to be named; “none” is never accepted.',
  },
  crit: {
    passed: 'No extension that is not understood',
    failed: 'The issuer asks that whoever does not know it refuses the token.',
  },
  key: {
    passed: 'A usable key fits',
    failed: 'None of your keys has the token’s kid and suits its algorithm. Are they this issuer’s keys, and fresh?',
  },
  signature: {
    passed: 'Signature verifies',
    failed: 'Something was changed after signing, or another key signed it. Nothing in it can be believed.',
  },
  payload: {
    passed: 'Claims are one JSON object, no claim twice',
    failed: 'The claims have to be read the same way by everybody.',
  },
  exp: { passed: 'Not expired', failed: 'A new one is needed: refresh, or log in again.' },
  nbf: { passed: 'Active already', failed: 'Wait, or check the clocks: one of them may be wrong.' },
  iat: { passed: 'Time of issue is a date', failed: 'The time of issue has to be a number of seconds.' },
  iss: {
    passed: 'Issuer is the one you trust',
    failed: 'Somebody else issued it.',
    unasked: 'Issuer: you named none',
    rfc: 'RFC 7519 §4.1.1',
  },
  aud: {
    passed: 'Meant for your audience',
    failed: 'It is good, but for somebody else.',
    unasked: 'Audience: you named none',
    rfc: 'RFC 7519 §4.1.3',
  },
  typ: {
    passed: 'Of the expected type',
    failed: 'A token of one kind must not pass as another.',
    unasked: 'Type: any will do',
    rfc: 'RFC 8725 §3.11',
  },
  sub: {
    passed: 'Subject is the expected one',
    failed: 'It is about somebody else.',
    unasked: 'Subject: none asked for',
    rfc: 'RFC 7519 §4.1.2',
  },
  types: {
    passed: 'Registered claims have their types',
    failed: 'A registered claim holds something else than the RFC allows.',
  },
  required: {
    passed: 'Required claims are there',
    failed: 'The profile asks for a claim that is not there.',
    unasked: 'Required claims: only the expiry',
    rfc: 'RFC 9068 §2.2',
  },
  age: {
    passed: 'Young enough',
    failed: 'It was issued too long ago.',
    unasked: 'Age: no limit set',
    rfc: 'RFC 7519 §4.1.6',
  },
  scope: {
    passed: 'Grants the required scopes',
    failed: 'It is good, but does not allow this.',
    unasked: 'Scopes: none asked for',
    rfc: 'RFC 6750 §3.1',
  },
}
