// A closed loop of HTTP requests from outside, each answer compared with the one it has to be.
import { Agent, request } from 'node:http'

/**
 * @typedef {object} Tally
 * @property {number} answers
 * @property {number} seconds of sending
 * @property {number[]} milliseconds of each answer, but for those that had to wait for the provider
 * @property {Map<string, number>} wrong how often each answer came that was not the one it had to be
 * @property {number} failures answers with a 5xx, or none at all
 */

/**
 * @param {object} options
 * @param {URL} options.url the resource that is asked
 * @param {number} [options.connections] requests under way at any time
 */
export function newGenerator({ url, connections = 48 }) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  /** @type {Tally} */
  let tally

  function send({ method, token }) {
    return new Promise((resolve, reject) => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
      const sent = request(url, { method, headers, agent }, (response) => {
        response.on('error', reject)
        response.resume().on('end', () => {
          const error = /error="([^"]*)"/.exec(response.headers['www-authenticate'] ?? '')?.[1]
          resolve({ status: response.statusCode, error })
        })
      })
      sent.on('error', reject)
      sent.end()
    })
  }

  async function ask(wanted) {
    const began = performance.now()
    const { status, error } = await send(wanted).catch(({ code }) => ({ status: 599, error: code }))
    tally.answers += 1
    if (!wanted.waits) tally.milliseconds.push(performance.now() - began)
    if (status >= 500) tally.failures += 1
    if (status === wanted.status && error === wanted.error) return
    const answer = [`${wanted.sort}:`, status, error].filter(Boolean).join(' ')
    tally.wrong.set(answer, (tally.wrong.get(answer) ?? 0) + 1)
  }

  return {
    begin() {
      tally = { answers: 0, seconds: 0, milliseconds: [], wrong: new Map(), failures: 0 }
    },
    end: () => tally,
    /** Sends what `next` names for so long, and waits for the last answer. */
    async run(milliseconds, next) {
      const began = performance.now()
      const end = began + milliseconds
      const lane = async () => {
        while (performance.now() < end) await ask(next())
      }
      await Promise.all(Array.from({ length: connections }, lane))
      tally.seconds += (performance.now() - began) / 1000
    },
    close: () => agent.destroy(),
  }
}

/** @param {number[]} values */
export function quantile(values, share) {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
}
