// A worker that holds a manager of the page's session, and calls the API for it.
import { createTokenManager } from '/www/dist/default/spa.js'

async function started() {
  const { provider, api, manager: options } = await (await fetch('/stage.json')).json()
  const manager = createTokenManager({
    ...options,
    origins: [new URL(api).origin],
    refresh: ({ signal, current }) =>
      fetch(`${provider.issuer}/token`, {
        method: 'POST',
        signal,
        body: new URLSearchParams({
          grant_type: 'refresh_token',
          client_id: provider.clientId,
          refresh_token: current?.refresh_token ?? '',
        }),
      }),
  })
  manager.addEventListener('signedout', () => postMessage('signedout'))
  return { manager, api }
}

const start = started()

// Ahead of anything that takes time: what is posted until then would be lost.
addEventListener('message', async ({ data }) => {
  const { manager, api } = await start
  if (data === 'refresh') await manager.getToken({ forceRefresh: true })
  postMessage((await manager.fetch(api)).status)
})
