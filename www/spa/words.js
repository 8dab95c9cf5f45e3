import { sentence } from '../verdict.js'

// Not broken between number and unit.
const whole = (seconds) => `${Math.max(0, Math.round(seconds))}\u00a0s`

const REASONS = {
  none: 'there was none',
  scheduled: 'its time had come',
  validity: 'a call needed it for longer',
  forced: 'it was asked for',
  rejected: 'the API refused the last one',
}

const ENDS = {
  signOut: 'the sign-out of a tab',
  invalid_grant: 'the provider, which takes the refresh token no more (invalid_grant)',
  login_required: 'the provider, which wants a new sign-in (login_required)',
}

/** What an event says, in words. The details are the manager's; they hold no token. */
export const inWords = {
  refreshed: ({ by, reason, issuedAt, expiresAt }) =>
    `${by === 'this' ? 'This tab' : 'Another tab'} has a new token${reason ? `, as ${REASONS[reason]}` : ''}: ${whole(expiresAt - issuedAt)} long.`,
  expiring: ({ expiresIn }) => `The planned refresh has come, ${whole(expiresIn)} ahead of the expiry.`,
  expired: () => 'The token has expired, and there is no other.',
  refreshfailed: ({ error, failures, retryIn }) =>
    `${sentence(error.message)} ${error.code}, ${failures === 1 ? 'the first time' : `${failures} in a row`}; not again for ${retryIn.toFixed(1)} s.`,
  signedout: ({ by, reason }) => `Ended by ${ENDS[reason]}${by === 'other' ? ', as another tab told' : ''}.`,
}

/**
 * The state in words.
 *
 * @param {object} known times in seconds of the server's clock
 * @param {import('../dist/default/spa.js').TokenState} known.state
 * @param {number} known.now
 * @param {number} [known.nextTry] ahead of which no refresh is tried
 * @param {Error} [known.problem] why the last one failed in this tab
 * @param {string} [known.loginProblem]
 * @param {string} [known.reason] why the session ended
 * @param {string} [known.account] whose it is
 * @param {boolean} known.asleep
 * @returns {{ state: string, title: string, text: string, left?: number }}
 */
export function verdictOf({ state, now, nextTry, problem, loginProblem, reason, account, asleep }) {
  const { status, refreshing, expiresAt, refreshAt, failures } = state
  const left = expiresAt === undefined ? undefined : Math.max(0, expiresAt - now)
  if (asleep)
    return { state: 'warn', title: 'Asleep', text: 'No timer runs in this tab, and no message is read.', left }
  if (status === 'none' && loginProblem) return { state: 'bad', title: 'The login did not succeed', text: loginProblem }
  if (status === 'none')
    return {
      state: 'empty',
      title: 'Not signed in',
      text: 'Sign in at the provider of this machine, in this tab or another one.',
    }
  if (status === 'signedout')
    return { state: 'bad', title: 'Signed out', text: `Ended by ${ENDS[reason] ?? 'another tab'}.` }
  const why = sentence(problem?.message ?? 'a refresh of another tab has failed')
  const failing = failures > 0 ? `${why} ${nextTryIn(nextTry, now)}` : undefined
  if (status === 'expired')
    return { state: 'bad', title: 'Expired', text: failing ?? 'The next who asks for a token gets a new one.', left: 0 }
  if (refreshing === 'asking')
    return { state: 'warn', title: 'Refreshing', text: 'This tab holds the lock and asks for all the others.', left }
  if (refreshing === 'waiting')
    return { state: 'warn', title: 'Waiting', text: 'Another tab refreshes; this one will get the result.', left }
  if (failing) return { state: 'warn', title: 'Valid, but not refreshed', text: failing, left }
  if (status === 'expiring') return { state: 'warn', title: 'Due', text: 'The planned refresh has come.', left }
  const who = account === undefined ? '' : ` for ${account}`
  return { state: 'good', title: 'Valid', text: `A token${who}; to be refreshed in ${whole(refreshAt - now)}.`, left }
}

function nextTryIn(nextTry, now) {
  if (nextTry === undefined) return 'It will be tried again.'
  return nextTry > now ? `Not tried again for ${whole(nextTry - now)}.` : 'About to be tried again.'
}
