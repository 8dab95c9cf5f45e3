/** What a page is told by the test: the provider's name, and the API to call. */
export const stage = async () => (await fetch('/stage.json')).json()

/** Whether this load is the provider's answer to a sign-in. */
export const returning = () => /[?&]state=/.test(location.search)

/**
 * Calls the API again and again, as an application would, and counts what came of it.
 *
 * @param {object} client
 * @param {() => Promise<unknown>} client.signIn leaves the page for the provider
 * @param {() => Promise<unknown>} client.start also takes the provider's answer
 * @param {() => Promise<Response | undefined>} client.call undefined: there is no token
 * @param {() => Promise<unknown>} client.signOut
 */
export function drive(client) {
  const seen = { calls: 0, accepted: 0, refused: 0, without: 0, problems: {} }
  const started = client.start()
  let timer
  async function call() {
    seen.calls++
    let problem
    try {
      const response = await client.call()
      if (!response) problem = 'no token'
      else if (!response.ok) problem = `${response.status}`
    } catch (error) {
      problem = `${error.name}: ${error.message}`.slice(0, 100)
    }
    if (!problem) seen.accepted++
    else {
      if (/^4/.test(problem)) seen.refused++
      else seen.without++
      seen.problems[problem] = (seen.problems[problem] ?? 0) + 1
    }
    return problem
  }
  globalThis.app = {
    seen,
    started,
    signIn: () => started.then(client.signIn),
    signOut: client.signOut,
    call,
    /** @param {number} period milliseconds from one call to the next */
    begin(period) {
      clearInterval(timer)
      timer = setInterval(call, period)
    },
    end: () => clearInterval(timer),
  }
}
