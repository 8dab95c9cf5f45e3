import { errors } from 'jotgate'
import { assert } from './tally.mjs'

/**
 * What a call comes to, in one line: `accept`, an error code with the claim and reason if it has them, or `TypeError` and
 * the option that it names. Anything else that escapes is told as such. No answer may show the token.
 */
export async function answerOf(call, token) {
  try {
    await call()
    return 'accept'
  } catch (error) {
    return toldBy(error, token)
  }
}

/** The same for a call that must do its work before it returns. */
export function answerAtOnce(call, token) {
  try {
    const result = call()
    assert(typeof result?.then !== 'function', 'a synchronous call has answered a promise')
    return 'accept'
  } catch (error) {
    return toldBy(error, token)
  }
}

function toldBy(error, token) {
  assertSilent(error, token)
  if (error instanceof errors.JOSEError) {
    assertWellMade(error)
    return [error.code, ...(error.claim === undefined ? [] : [error.claim, error.reason])].join(' ')
  }
  if (error instanceof TypeError) {
    const option = /option "?([\w$]+)|the (key)\b/.exec(error.message)
    return `TypeError ${option?.[1] ?? option?.[2] ?? `of unknown cause: ${error.message}`}`
  }
  return `escaped: ${error?.name} ${error?.message}`
}

const STATUS = { invalid_request: 400, invalid_token: 401, insufficient_scope: 403 }

function assertWellMade(error) {
  assert(error instanceof Error, 'the error is no Error')
  assert(errors[error.name] && error instanceof errors[error.name], `"${error.name}" is not the error's class`)
  assert(error.code === error.constructor.code, 'the code is not that of the class')
  assert(STATUS[error.oauthError] === error.status, `${error.oauthError} does not go with status ${error.status}`)
  assert(error.message.length > 0, 'the message is empty')
  assert(error.code !== 'ERR_JOTGATE_INTERNAL', `jotgate itself has failed: ${error.message} ${error.cause}`)
}

/** Fails when any text that hangs on the error shows a piece of the token. */
export function assertSilent(error, token) {
  const told = textsOf(error).join('\n')
  for (const piece of piecesOf(token)) assert(!told.includes(piece), `the error shows "${piece}" of the token`)
}

function textsOf(error, depth = 0) {
  if (typeof error !== 'object' || error === null || depth > 3) return [String(error)]
  const own = Reflect.ownKeys(error).map((name) => error[name])
  const texts = own.map((value) => (typeof value === 'object' ? '' : String(value)))
  return [String(error), error.stack ?? '', JSON.stringify(error) ?? '', ...texts, ...textsOf(error.cause, depth + 1)]
}

// What is shorter may be part of any message.
const TELLING = 12

function piecesOf(token) {
  if (typeof token !== 'string') return []
  const segments = token.split('.', 6)
  const pieces = segments.flatMap((segment) => [segment.slice(0, TELLING), segment.slice(-TELLING), segment])
  return [...pieces, 'evil.example', 'user-1'].filter((piece) => piece.length >= TELLING || piece === 'user-1')
}
