// The browsers' own protocols, for what Playwright keeps from happening (it tells every page that it is seen and in focus) and for the Firefox
// that it does not drive.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { flags, program } from '../../scripts/chromium.mjs'

/** Commands as JSON over a WebSocket, answered by their `id`: CDP and WebDriver BiDi alike. */
class Connection {
  #socket
  #last = 0
  #waiting = new Map()

  static async to(url) {
    const socket = new WebSocket(url)
    await once(socket, 'open')
    return new Connection(socket)
  }

  constructor(socket) {
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => {
      const { id, result, error, message } = JSON.parse(data)
      const waiting = this.#waiting.get(id)
      if (!waiting) return
      this.#waiting.delete(id)
      if (error) waiting.reject(new Error(message ?? error.message ?? String(error)))
      else waiting.resolve(result)
    })
  }

  send(method, params = {}, more = {}) {
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#socket.send(JSON.stringify({ id, method, params, ...more }))
    })
  }

  close() {
    this.#socket.close()
  }
}

/** Starts a program with a fresh profile, and waits for the line in which it says where it listens. */
async function started(program, args, says) {
  const profile = await mkdtemp(join(tmpdir(), 'jotgate-'))
  const child = spawn(program, args(profile), { stdio: ['ignore', 'ignore', 'pipe'] })
  const [, address] = await new Promise((resolve, reject) => {
    let text = ''
    child.on('error', reject)
    child.on('exit', () => reject(new Error(`${program} ended: ${text.slice(-500)}`)))
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      text += chunk
      const match = says.exec(text)
      if (match) resolve(match)
    })
  })
  return {
    address,
    async end() {
      child.kill('SIGKILL')
      await once(child, 'close')
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
}

/** Chromium whose pages may be hidden and frozen. */
export async function startChromium() {
  const args = (profile) => [...flags, '--remote-debugging-port=0', `--user-data-dir=${profile}`]
  const { address, end } = await started(program, args, /DevTools listening on (ws:\S+)/)
  const connection = await Connection.to(address)
  return {
    /** @param {string} [ahead] a script that runs before the page's own */
    async open(url, ahead) {
      const { targetId } = await connection.send('Target.createTarget', { url: 'about:blank', newWindow: true })
      const { sessionId } = await connection.send('Target.attachToTarget', { targetId, flatten: true })
      const send = (method, params) => connection.send(method, params, { sessionId })
      const window = async (windowState) => {
        const { windowId } = await connection.send('Browser.getWindowForTarget', { targetId })
        await connection.send('Browser.setWindowBounds', { windowId, bounds: { windowState } })
      }
      await send('Page.enable')
      if (ahead) await send('Page.addScriptToEvaluateOnNewDocument', { source: ahead })
      await send('Page.navigate', { url })
      return {
        send,
        async evaluate(expression) {
          const options = { awaitPromise: true, returnByValue: true }
          const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, ...options })
          if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
          return result.value
        },
        hide: () => window('minimized'),
        show: () => window('normal'),
        freeze: () => send('Page.setWebLifecycleState', { state: 'frozen' }),
        thaw: () => send('Page.setWebLifecycleState', { state: 'active' }),
        crash: () => void send('Page.crash').catch(() => {}),
        close: () => connection.send('Target.closeTarget', { targetId }),
      }
    },
    async close() {
      connection.close()
      await end()
    },
  }
}

/** Firefox, by WebDriver BiDi: a stock one is asked for no patch and no driver. */
export async function startFirefox(program) {
  const args = (profile) => ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0']
  const { address, end } = await started(program, args, /WebDriver BiDi listening on (ws:\S+)/)
  const connection = await Connection.to(`${address}/session`)
  await connection.send('session.new', { capabilities: {} })
  return {
    async open(url) {
      const { context } = await connection.send('browsingContext.create', { type: 'tab' })
      await connection.send('browsingContext.navigate', { context, url, wait: 'complete' })
      return {
        async evaluate(expression) {
          const { type, result, exceptionDetails } = await connection.send('script.evaluate', {
            expression: `Promise.resolve(${expression}).then(JSON.stringify)`,
            awaitPromise: true,
            target: { context },
          })
          if (type === 'exception') throw new Error(exceptionDetails.text)
          return result.value === undefined ? undefined : JSON.parse(result.value)
        },
        close: () => connection.send('browsingContext.close', { context }),
      }
    },
    async close() {
      connection.close()
      await end()
    },
  }
}

/** Waits until an expression is true in a page, also across its navigations. */
export async function until(page, expression, seconds = 15) {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const is = await page.evaluate(expression).catch(() => false)
    if (is) return is
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${expression}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Signs in from a page of the stage, through the provider's form. */
export async function signInRemotely(page) {
  await until(page, 'globalThis.app?.started.then(() => true)')
  await page.evaluate('void app.signIn()')
  await until(page, "Boolean(document.querySelector('form[method=post] button'))")
  await page.evaluate("void document.querySelector('form button').click()")
  await until(page, 'globalThis.app?.started.then(() => true)')
}
