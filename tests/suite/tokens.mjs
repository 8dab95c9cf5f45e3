const encoder = new TextEncoder()
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

export function base64url(data) {
  const bytes = typeof data === 'string' ? encoder.encode(data) : data
  let binary = ''
  // `String.fromCharCode` takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

export function bytesOf(base64urlText) {
  const binary = atob(base64urlText.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}

export function textOf(segment) {
  return utf8.decode(bytesOf(segment))
}

/** A long token of its recipe, as tests/vectors/README.md tells. */
export function cooked({ text, header, payload, signature }) {
  if (text) return joined(text)
  return `${base64url(joined(header))}.${base64url(joined(payload))}.${joined(signature)}`
}

function joined(pieces) {
  return pieces
    .map((piece) => {
      if (typeof piece === 'string') return piece
      if (!piece.repeat.includes('#')) return piece.repeat.repeat(piece.times)
      return Array.from({ length: piece.times }, (_, index) => piece.repeat.replaceAll('#', index)).join('')
    })
    .join('')
}

export async function sha256(text) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text)))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
