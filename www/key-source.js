import { element } from './dom.js'

/** @type {Promise<Window> | undefined} */
let frame

/** The frame that fetches, loaded with the first use. */
function keysFrame() {
  frame ??= new Promise((resolve) => {
    const node = element('iframe', { src: 'keys.html', title: 'Fetches keys', hidden: '', tabindex: '-1' })
    addEventListener('message', function ready({ source, origin, data }) {
      if (source !== node.contentWindow || origin !== location.origin || data !== 'ready') return
      removeEventListener('message', ready)
      resolve(node.contentWindow)
    })
    document.body.append(node)
  })
  return frame
}

/**
 * The issuer's key set as JSON text, found through its discovery document.
 * @param {string} issuer
 * @returns {Promise<string>} rejects with an error whose message is a sentence for people
 */
export async function fetchKeys(issuer) {
  const target = await keysFrame()
  const { port1, port2 } = new MessageChannel()
  const answer = new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data)
  })
  target.postMessage({ issuer }, location.origin, [port2])
  const { jwks, problem } = await answer
  port1.close()
  if (problem) throw new Error(problem)
  return jwks
}
