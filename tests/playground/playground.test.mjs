// The playground in a real browser, against the real provider: what a person does there, and what the page must not do.
import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { openChromium } from '../../scripts/chromium.mjs'
import { servePage } from '../../scripts/serve.mjs'
import { startProvider } from '../../www/provider.mjs'

const www = fileURLToPath(new URL('../../www', import.meta.url))
const screenshots = fileURLToPath(new URL('../../target/playground/', import.meta.url))

const DESKTOP = { width: 1280, height: 900 }
const PHONE = { width: 390, height: 844 }
const ISSUER = 'https://issuer.example'
const AUDIENCE = 'https://api.example'
const NOON = Date.UTC(2030, 5, 1, 12) / 1000

let browser
let provider
let site
let signer

before(async () => {
  await mkdir(screenshots, { recursive: true })
  const documents = {}
  site = await servePage({ folder: www, documents })
  provider = await startProvider({ redirectUris: [site.url] })
  const { issuer, clientId, resource, scope } = provider
  documents['provider.json'] = { issuer, clientId, resource, scope }
  signer = await newSigner()
  browser = await openChromium()
})

after(async () => {
  await browser?.close()
  await provider?.close()
  await site?.close()
})

async function newSigner() {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }
  return {
    keys: JSON.stringify({ keys: [jwk] }),
    sign: (claims = {}) =>
      new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: 'mara', iat: NOON, exp: NOON + 300, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'JWT' })
        .sign(privateKey),
  }
}

/**
 * A visit of the page in a fresh profile. When `steps` is done, nothing may have been logged as an error, and nobody but the page's own
 * server and the provider may have been asked for anything.
 */
async function visit(steps, { at, ...options } = {}) {
  const context = await browser.newContext({ viewport: DESKTOP, colorScheme: 'light', ...options })
  const complaints = []
  const requests = []
  context.on('request', (request) => requests.push(request))
  context.on('weberror', (error) => complaints.push(error.error().stack))
  context.on('console', (message) => {
    const ofProvider = message.location().url.startsWith(provider.issuer)
    if (!ofProvider && ['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  try {
    context.setDefaultTimeout(20_000)
    const page = await context.newPage()
    if (at !== undefined) await page.clock.install({ time: at * 1000 })
    await page.goto(site.url)
    await steps(page, requests)
    assert.deepEqual(complaints, [])
    const origins = new Set(requests.map((request) => new URL(request.url()).origin))
    origins.delete(new URL(site.url).origin)
    origins.delete(provider.issuer)
    assert.deepEqual([...origins], [])
  } finally {
    await context.close()
  }
}

const trust = async (page, { issuer = ISSUER, audience = AUDIENCE, keys = signer.keys } = {}) => {
  await page.getByRole('textbox', { name: 'Issuer' }).fill(issuer)
  await page.getByRole('textbox', { name: 'Audience' }).fill(audience)
  await page.getByLabel('Keys', { exact: true }).fill(keys)
}

const tokenField = (page) => page.getByRole('textbox', { name: 'Token' })
const verdictIs = (page, title) => page.getByRole('heading', { name: title, exact: true }).waitFor()
const outcomeOf = (page, check) => page.locator(`.check[data-check="${check}"]`).getAttribute('class')
const outcomes = (page) =>
  page.locator('.check').evaluateAll((checks) => checks.map((check) => `${check.dataset.check} ${check.classList[1]}`))

async function signIn(page) {
  await page.getByRole('button', { name: 'Get a real token' }).click()
  await page.getByLabel('Name').fill('grace')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await verdictIs(page, 'Accepted')
}

describe('playground', () => {
  test('reads a pasted token as it is pasted, and leaves away what stands around it', () =>
    visit(
      async (page) => {
        const token = await signer.sign()
        await page.evaluate((text) => navigator.clipboard.writeText(text), `Authorization: Bearer ${token}\n`)
        await tokenField(page).focus()
        await page.keyboard.press('Control+V')
        await verdictIs(page, 'Read, not verified')
        assert.equal(await tokenField(page).inputValue(), token)
        assert.match(await page.locator('#header').textContent(), /alg\s*"ES256"/)
        assert.match(await page.locator('#claims').textContent(), /sub\s*"mara"/)
        assert.match(await page.locator('#claims').textContent(), /RFC 7519 §4\.1\.2/)
        assert.match(await page.locator('#times').textContent(), /2030-06-01 12:05:00 UTC/)
        assert.deepEqual(
          await page.locator('#colours .s0, #colours .s1, #colours .s2').allTextContents(),
          token.split('.'),
        )
      },
      { at: NOON, permissions: ['clipboard-read', 'clipboard-write'] },
    ))

  test('takes a pasted token wherever the focus is', () =>
    visit(
      async (page) => {
        // Headless Chromium ignores the keys of pasting outside of a field.
        await page.evaluate(
          (text) => {
            const clipboardData = new DataTransfer()
            clipboardData.setData('text/plain', text)
            document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))
          },
          await signer.sign(),
        )
        await verdictIs(page, 'Read, not verified')
        assert.equal(await tokenField(page).evaluate((field) => field === document.activeElement), true)
      },
      { at: NOON },
    ))

  test('shows header and claims as JSON, and copies them', () =>
    visit(
      async (page) => {
        await tokenField(page).fill(await signer.sign({ nested: { deep: [1, 2] } }))
        const claims = page.getByRole('region', { name: 'Claims' })
        await claims.getByRole('button', { name: 'JSON' }).click()
        assert.deepEqual(JSON.parse(await page.locator('#claims').textContent()).nested, { deep: [1, 2] })
        await claims.getByRole('button', { name: 'Copy' }).click()
        await claims.getByRole('button', { name: 'Copied' }).waitFor()
        const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))
        assert.equal(copied.sub, 'mara')
      },
      { at: NOON, permissions: ['clipboard-read', 'clipboard-write'] },
    ))

  test('counts down to the expiry, moves along the timeline, and changes the verdict there', () =>
    visit(
      async (page) => {
        const countdown = page.locator('.countdown .clock')
        const left = () => page.locator('.now').evaluate((now) => Number.parseFloat(now.style.left))
        await trust(page)
        await tokenField(page).fill(await signer.sign())
        await verdictIs(page, 'Accepted')
        const flags = await page.locator('#timeline .flag b').allTextContents()
        assert.deepEqual(flags, ['issued', 'refresh', 'expires'])
        await page.clock.pauseAt((NOON + 100) * 1000)
        assert.equal(await countdown.textContent(), '00:03:20')
        const earlier = await left()
        await page.clock.runFor(1000)
        assert.equal(await countdown.textContent(), '00:03:19')
        assert.ok((await left()) > earlier)
        await page.clock.runFor(198_000)
        assert.equal(await page.locator('#verdict-title').textContent(), 'Accepted')
        await page.clock.runFor(1000)
        assert.equal(await page.locator('#verdict-title').textContent(), 'Refused: expired')
        assert.equal(await outcomeOf(page, 'exp'), 'check fail')
        assert.match(await page.locator('#verdict-code').textContent(), /ERR_JWT_EXPIRED/)
      },
      { at: NOON },
    ))

  test('says a verdict once to screen readers, and nothing while only the clock moves', () =>
    visit(
      async (page) => {
        await page.evaluate(() => {
          globalThis.said = []
          const region = document.querySelector('[role="status"]')
          new MutationObserver(() => globalThis.said.push(region.textContent)).observe(region, { childList: true })
        })
        await trust(page)
        await tokenField(page).fill(await signer.sign())
        await verdictIs(page, 'Accepted')
        await page.clock.runFor(20_000)
        assert.deepEqual(await page.evaluate(() => globalThis.said), ['Accepted.'])
      },
      { at: NOON },
    ))

  test('verifies a token of a real login, and shows a wrong audience as such', () =>
    visit(async (page) => {
      await signIn(page)
      assert.equal(await page.getByRole('textbox', { name: 'Issuer' }).inputValue(), provider.issuer)
      assert.equal(await page.getByRole('textbox', { name: 'Audience' }).inputValue(), provider.resource)
      assert.match(await page.locator('#claims').textContent(), /sub\s*"grace"/)
      assert.match(await page.locator('#verdict-text').textContent(), /ES256/)
      assert.ok((await outcomes(page)).every((outcome) => /pass|unasked/.test(outcome)))

      await page.getByRole('textbox', { name: 'Audience' }).fill('https://billing.example')
      await verdictIs(page, 'Refused: wrong audience')
      assert.equal(await outcomeOf(page, 'aud'), 'check fail')
      assert.equal(await outcomeOf(page, 'signature'), 'check pass')
      assert.equal(await outcomeOf(page, 'scope'), 'check unasked')
      assert.equal(await outcomeOf(page, 'typ'), 'check not-reached')
      assert.match(
        await page.locator('#verdict-text').textContent(),
        new RegExp(`${provider.resource}.*billing\\.example`),
      )
      const code = await page.locator('#verdict-code').textContent()
      assert.match(code, /ERR_JWT_CLAIM_VALIDATION_FAILED/)
      assert.match(code, /401 invalid_token, aud check_failed/)
      const section = page.locator('.check[data-check="aud"]').getByRole('link', { name: 'RFC 7519 §4.1.3' })
      assert.equal(await section.getAttribute('href'), 'https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3')

      await page.getByRole('radio', { name: 'ID token' }).check()
      await verdictIs(page, 'Accepted')
      assert.equal(await page.getByRole('textbox', { name: 'Audience' }).inputValue(), provider.clientId)
    }))

  test('says in words what went wrong with a login', () =>
    visit(async (page) => {
      const said = (text) => page.locator('#token-note', { hasText: text }).waitFor()
      await page.goto(`${site.url}?code=stolen&state=none`)
      await said('This tab did not start that login')
      assert.equal(page.url(), site.url)

      await page.getByRole('button', { name: 'Get a real token' }).click()
      await page.getByLabel('Name').waitFor()
      await page.goto(`${site.url}?code=stolen&state=of-another-login&iss=${provider.issuer}`)
      await said('The login did not succeed')
      assert.equal(page.url(), site.url)
      assert.equal(await tokenField(page).inputValue(), '')
      assert.equal(await page.evaluate(() => sessionStorage.length), 0)
    }))

  test('says so when it was not built', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.route('**/dist/default/**', (route) => route.fulfill({ status: 404 }))
    await page.goto(site.url)
    await verdictIs(page, 'The page is not complete')
    await context.close()
  })

  test('keeps tokens out of storage, addresses and requests', () =>
    visit(async (page, requests) => {
      await signIn(page)
      const token = await tokenField(page).inputValue()
      assert.equal(page.url(), site.url)
      await page.getByRole('radio', { name: 'ID token' }).check()
      const idToken = await tokenField(page).inputValue()
      await page.getByRole('radio', { name: 'Access token' }).check()
      await page.getByRole('button', { name: 'Fetch keys' }).click()
      await verdictIs(page, 'Accepted')

      const stored = await page.evaluate(() =>
        JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
      )
      assert.equal(stored, '[{},{},""]')
      const databases = await page.evaluate(() => indexedDB.databases())
      assert.deepEqual(databases, [])
      const sent = requests.map((request) =>
        [request.url(), request.postData(), JSON.stringify(request.headers())].join('\n'),
      )
      assert.ok(sent.length > 10)
      for (const secret of [token, idToken]) {
        const [, claims, signature] = secret.split('.')
        for (const text of sent) assert.ok(!text.includes(claims) && !text.includes(signature))
      }
      await page.reload()
      assert.equal(await tokenField(page).inputValue(), '')
    }))

  test('may talk to nobody but its own server and this machine', { timeout: 30_000 }, async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(site.url)
    const refused = (how, address) =>
      page.evaluate(
        ([how, address]) =>
          new Promise((resolve) => {
            document.addEventListener(
              'securitypolicyviolation',
              ({ effectiveDirective }) => resolve(effectiveDirective),
              {
                once: true,
              },
            )
            const attempt = { fetch: () => fetch(address), import: () => import(address) }[how]
            attempt().then(
              () => resolve('let through'),
              () => {},
            )
          }),
        [how, address],
      )
    assert.equal(await refused('fetch', 'https://elsewhere.example/'), 'connect-src')
    assert.equal(await refused('fetch', 'http://192.0.2.1/'), 'connect-src')
    assert.equal(await refused('import', 'https://elsewhere.example/script.js'), 'script-src-elem')
    await assert.rejects(
      page.evaluate(() => {
        document.body.innerHTML = '<p>'
      }),
      /TrustedHTML/,
    )
    await context.close()
  })

  test('refuses a token that was changed anywhere', () =>
    visit(
      async (page) => {
        const token = await signer.sign()
        await trust(page)
        await tokenField(page).fill(token)
        await verdictIs(page, 'Accepted')
        const [header, claims, signature] = token.split('.')
        const raised = Buffer.from(
          JSON.stringify({ ...JSON.parse(Buffer.from(claims, 'base64url')), sub: 'root' }),
        ).toString('base64url')
        await tokenField(page).fill(`${header}.${raised}.${signature}`)
        await verdictIs(page, 'Refused: the signature does not verify')
        assert.equal(await outcomeOf(page, 'signature'), 'check fail')
        assert.equal(await outcomeOf(page, 'exp'), 'check not-reached')
        assert.match(await page.locator('#claims-trust').textContent(), /not to be believed/)

        const other = signature.startsWith('A') ? 'B' : 'A'
        await tokenField(page).fill(`${header}.${claims}.${other}${signature.slice(1)}`)
        await verdictIs(page, 'Refused: the signature does not verify')

        await tokenField(page).fill(`${token}\n`)
        await page.locator('#verdict[data-state="bad"]').waitFor()
        assert.equal(await outcomeOf(page, 'encoding'), 'check fail')
      },
      { at: NOON },
    ))

  test('says which check was not asked for', () =>
    visit(
      async (page) => {
        await trust(page, { audience: '' })
        await tokenField(page).fill(await signer.sign())
        await verdictIs(page, 'Signature good, audience not checked')
        assert.equal(await outcomeOf(page, 'aud'), 'check unasked')
      },
      { at: NOON },
    ))

  test('gives each sample the verdict it was made for', () =>
    visit(async (page) => {
      for (const [sample, title, code, failed] of [
        ['Good', 'Accepted'],
        ['Expired', 'Refused: expired', 'ERR_JWT_EXPIRED', 'exp'],
        ['Not yet valid', 'Refused: not valid yet', 'ERR_JWT_CLAIM_VALIDATION_FAILED', 'nbf'],
        ['Wrong audience', 'Refused: wrong audience', 'ERR_JWT_CLAIM_VALIDATION_FAILED', 'aud'],
        ['Changed', 'Refused: the signature does not verify', 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED', 'signature'],
        ['Forged', 'Refused: the signature does not verify', 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED', 'signature'],
        ['Unsigned', "Refused: the header's alg is not allowed", 'ERR_JOSE_ALG_NOT_ALLOWED', 'alg'],
        ['Key confusion', "Refused: the header's alg is not allowed", 'ERR_JOSE_ALG_NOT_ALLOWED', 'alg'],
        ['Claim twice', 'Refused: the claims set names a member twice', 'ERR_JWT_INVALID', 'payload'],
      ]) {
        await tokenField(page).fill('')
        await page.getByRole('button', { name: sample, exact: true }).click()
        await verdictIs(page, title)
        if (!code) continue
        assert.match(await page.locator('#verdict-code').textContent(), new RegExp(code))
        assert.deepEqual(
          (await outcomes(page)).filter((outcome) => outcome.endsWith(' fail')),
          [`${failed} fail`],
        )
      }
    }))

  test('takes a PEM key, and an HMAC secret only when its algorithm is named', () =>
    visit(
      async (page) => {
        const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
        const der = Buffer.from(await crypto.subtle.exportKey('spki', publicKey)).toString('base64')
        const pem = `-----BEGIN PUBLIC KEY-----\n${der.match(/.{1,64}/g).join('\n')}\n-----END PUBLIC KEY-----\n`
        const claims = { iss: ISSUER, aud: AUDIENCE, iat: NOON, exp: NOON + 300 }
        await trust(page, { keys: pem })
        await tokenField(page).fill(await new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(privateKey))
        await verdictIs(page, 'Accepted')

        const secret = new Uint8Array(32).fill(7)
        const jwk = { kty: 'oct', k: Buffer.from(secret).toString('base64url') }
        await trust(page, { keys: JSON.stringify(jwk) })
        await tokenField(page).fill(await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secret))
        await verdictIs(page, 'Not verified: the policy cannot be used')
        await page.getByText('More policy').click()
        await page.getByLabel('Algorithms').fill('HS256')
        await verdictIs(page, 'Accepted')
        await page.getByLabel('Required scopes').fill('admin')
        await verdictIs(page, 'Refused: the token lacks a required scope')
        assert.match(await page.locator('#verdict-code').textContent(), /403 insufficient_scope/)
      },
      { at: NOON },
    ))

  test('answers unusable input in words, and goes on', () =>
    visit(
      async (page) => {
        const good = await signer.sign()
        await tokenField(page).fill('two.segments')
        await verdictIs(page, 'This cannot be read as a token')
        await trust(page)
        for (const [token, code] of [
          ['x', 'ERR_JWS_INVALID'],
          ['a.b.c.d.e', 'ERR_JOSE_NOT_SUPPORTED'],
          [`${good}${'A'.repeat(200_000)}`, 'ERR_JOTGATE_TOKEN_TOO_LARGE'],
          [`\ud800.${good.split('.').slice(1).join('.')}`, 'ERR_JWS_INVALID'],
          ['<img src=x onerror=alert(1)>', 'ERR_JWS_INVALID'],
        ]) {
          await tokenField(page).fill(token)
          await page.locator('#verdict-code', { hasText: code }).waitFor()
          await tokenField(page).fill(good)
          await verdictIs(page, 'Accepted')
        }
        const keys = page.getByLabel('Keys', { exact: true })
        for (const bad of [
          '{',
          '{"keys":1}',
          '[]',
          '{"kty":"EC"}',
          '-----BEGIN PUBLIC KEY-----\nAA\n-----END PUBLIC KEY-----',
        ]) {
          await keys.fill(bad)
          await page.locator('#verdict:not([data-state="good"])').waitFor()
          await keys.fill(signer.keys)
          await verdictIs(page, 'Accepted')
        }
        await page.getByRole('textbox', { name: 'Issuer' }).fill('no address')
        await page.getByRole('button', { name: 'Fetch keys' }).click()
        await page.getByText('An issuer is an address').waitFor()
        await page.getByRole('textbox', { name: 'Issuer' }).fill(`${provider.issuer}/`)
        await page.getByRole('button', { name: 'Fetch keys' }).click()
        await page.getByText('belongs to another issuer').waitFor()
      },
      { at: NOON },
    ))

  test('shows markup in claims as text', () =>
    visit(
      async (page) => {
        await tokenField(page).fill(
          await signer.sign({ sub: '<img src="https://elsewhere.example/x">', '<b>name</b>': 1 }),
        )
        assert.match(await page.locator('#claims').textContent(), /<img src=/)
        assert.equal(await page.locator('main img, #claims b').count(), 0)
      },
      { at: NOON },
    ))

  test('can be used with the keyboard alone', () =>
    visit(async (page) => {
      const focused = () =>
        page.evaluate(() => {
          const { activeElement: node } = document
          const ringed = [node, node.nextElementSibling, node.closest('.editor')].filter(Boolean)
          return {
            name: node.labels?.[0]?.textContent || node.textContent.trim() || node.id,
            visible: ringed.some(
              (each) =>
                getComputedStyle(each).outlineStyle === 'solid' && getComputedStyle(each).outlineWidth !== '0px',
            ),
          }
        })
      const seen = []
      const tabTo = async (wanted) => {
        do {
          await page.keyboard.press('Tab')
          const { name, visible } = await focused()
          seen.push(name)
          assert.ok(visible, `"${name}" shows that it has the focus`)
          assert.ok(seen.length < 60, `never came to "${wanted}", only to ${seen}`)
        } while (seen.at(-1) !== wanted)
      }
      await tabTo('Skip to the token')
      await page.keyboard.press('Enter')
      assert.equal((await focused()).name, 'Token')
      await tabTo('Wrong audience')
      await page.keyboard.press('Enter')
      await verdictIs(page, 'Refused: wrong audience')
      await tabTo('Take from token')
      await page.keyboard.press('Space')
      await verdictIs(page, 'Accepted')
      assert.equal((await focused()).name, 'Audience')
      await tabTo('More policy')
      await page.keyboard.press('Enter')
      await tabTo('Required scopes')
      await page.keyboard.type('admin')
      await verdictIs(page, 'Refused: the token lacks a required scope')
    }))

  test('keeps the chosen colour scheme, and nothing else', () =>
    visit(async (page) => {
      const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
      const light = await background()
      await page.getByRole('radio', { name: 'Auto' }).focus()
      await page.keyboard.press('ArrowRight')
      await page.keyboard.press('ArrowRight')
      assert.equal(await page.getByRole('radio', { name: 'Dark' }).isChecked(), true)
      const dark = await background()
      assert.notEqual(dark, light)
      await tokenField(page).fill('a.b.c')
      await page.reload()
      assert.equal(await background(), dark)
      assert.equal(await page.getByRole('radio', { name: 'Dark' }).isChecked(), true)
      assert.deepEqual(await page.evaluate(() => ({ ...localStorage })), { 'jotgate.theme': 'dark' })
    }))

  for (const colorScheme of ['light', 'dark']) {
    for (const [device, viewport] of [
      ['desktop', DESKTOP],
      ['phone', PHONE],
    ]) {
      test(`fits a ${device} in the ${colorScheme} scheme`, () =>
        visit(
          async (page) => {
            const background = await page.evaluate(() =>
              getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number),
            )
            assert.equal(background[0] > 128, colorScheme === 'light')
            const fits = async (name) => {
              const [content, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth])
              assert.ok(content <= room, `${name}: ${content} px of content in ${room} px`)
              await page.screenshot({ path: `${screenshots}${name}-${device}-${colorScheme}.png`, fullPage: true })
            }
            await fits('empty')
            await trust(page)
            await tokenField(page).fill(await signer.sign())
            await verdictIs(page, 'Accepted')
            await fits('accepted')
            await page.getByRole('textbox', { name: 'Audience' }).fill('https://billing.example')
            await verdictIs(page, 'Refused: wrong audience')
            await page.getByRole('button', { name: 'Take from token' }).waitFor()
            await fits('wrong-audience')
            const top = (selector) => page.locator(selector).evaluate((node) => node.getBoundingClientRect().top)
            assert.equal((await top('#verdict')) < (await top('.policy')), device === 'phone')
            await tokenField(page).fill(
              await signer.sign({ sub: 'x'.repeat(400), [`https://${'y'.repeat(120)}`]: ['z'.repeat(300)] }),
            )
            await page.getByText('More policy').click()
            await fits('long-words')
          },
          { at: NOON, viewport, colorScheme },
        ))
    }
  }
})
