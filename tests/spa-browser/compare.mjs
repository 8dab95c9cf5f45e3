// Measures jotgate/spa and its peers in one run of one browser, and writes docs/spa-compared.md: node tests/spa-browser/compare.mjs
import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as after } from 'node:timers/promises'
import { openChromium } from '../../scripts/chromium.mjs'
import { installClock } from './page-clock.mjs'
import { signInRemotely, startChromium } from './remote.mjs'
import { openStage, openTab, signIn } from './stage.mjs'

const RATE = 20
const LIFETIME = 300
const PERIOD = 10
const TABS = 5
const MINUTES = 30
const NAP_MINUTES = 10
const OUTAGE = 70
const TEN_MINUTES = 600

// What each is pointed at the provider with: auth0-spa-js knows one vendor's paths, a trailing slash in `iss`, and RS256.
const PEERS = {
  jotgate: {},
  'oidc-client-ts': {},
  'auth0-spa-js': {
    path: '/',
    routes: { authorization: '/authorize', token: '/oauth/token' },
    idTokenAlgorithm: 'RS256',
  },
}

const base = Date.now()
const wait = (seconds) => after((seconds * 1000) / RATE)
const browser = await openChromium()
const freezable = await startChromium()

/** One user's browser with the application in `tabs` tabs; `steps` gets them signed in, each calling the API every ten seconds. */
async function visit(stage, { tabs = 1, wrong = 0 }, steps) {
  const context = await browser.newContext()
  try {
    await context.addInitScript(installClock, { base, rate: RATE, wrong })
    const first = await context.newPage()
    try {
      await signIn(first, stage.url)
    } catch (error) {
      return { failed: sentence(error) }
    }
    const pages = [first]
    while (pages.length < tabs) pages.push(await openTab(context, stage.url))
    const before = await stage.seen()
    for (const page of pages) await page.evaluate((period) => globalThis.app.begin(period), PERIOD * 1000)
    const more = await steps(pages, context)
    for (const page of pages) await page.evaluate(() => globalThis.app.end())
    const seen = await Promise.all(pages.map((page) => page.evaluate(() => globalThis.app.seen)))
    const sum = (name) => seen.reduce((total, tab) => total + tab[name], 0)
    const now = await stage.seen()
    return {
      calls: sum('calls'),
      bad: sum('refused') + sum('without'),
      refreshes: now.refreshes - before.refreshes,
      reused: now.reused - before.reused,
      refused: now.refused - before.refused,
      problems: seen.flatMap(({ problems }) => Object.keys(problems)),
      ...more,
    }
  } finally {
    await context.close()
  }
}

const sentence = (error) => error.message.replace(/^page\.\w+: (Error: )?/, '').split('\n')[0]

async function manyTabs(stage) {
  return visit(stage, { tabs: TABS }, () => wait(MINUTES * 60))
}

// Playwright tells every page that it is seen, and a page that is seen is never frozen.
async function nap(stage) {
  const page = await freezable.open(stage.url, `(${installClock})(${JSON.stringify({ base, rate: RATE })})`)
  await signInRemotely(page)
  const before = await stage.seen()
  await page.evaluate(`app.begin(${PERIOD * 1000})`)
  await wait(60)
  await page.hide()
  await page.freeze()
  await wait(NAP_MINUTES * 60)
  await page.thaw()
  await page.show()
  const first = await page.evaluate('app.call()')
  await wait(120)
  const seen = await page.evaluate('app.seen')
  const { refreshes } = await stage.seen()
  await page.close()
  return {
    calls: seen.calls,
    bad: seen.refused + seen.without,
    refreshes: refreshes - before.refreshes,
    first: first ?? 'accepted',
  }
}

async function outage(stage) {
  return visit(stage, {}, async () => {
    // All three refresh in the minute and a half ahead of the expiry: meanwhile nobody is there.
    await wait(LIFETIME - 95)
    await stage.ask({ down: true })
    await wait(OUTAGE)
    await stage.ask({ down: false })
    await wait(LIFETIME)
  })
}

const wrongClock = (wrong) => (stage) => visit(stage, { wrong }, () => wait(TEN_MINUTES))

const jumps = (by) => (stage) =>
  visit(stage, {}, async ([page]) => {
    await wait(60)
    await page.evaluate((seconds) => Object.assign(globalThis.pageClock, { wrong: seconds }), by)
    await wait(TEN_MINUTES + LIFETIME)
  })

async function signOut(stage) {
  return visit(stage, { tabs: TABS }, async (pages) => {
    await wait(30)
    await pages[0].evaluate(() => globalThis.app.signOut())
    await wait(20)
    const outcomes = await Promise.all(pages.map((page) => page.evaluate(() => globalThis.app.call())))
    return { still: outcomes.filter((problem) => problem === undefined).length }
  })
}

const stages = {}
for (const [name, options] of Object.entries(PEERS)) {
  stages[name] = await openStage(name, { clock: { base, rate: RATE }, accessTokenLifetime: LIFETIME, ...options })
}

const results = {}
for (const [scenario, run] of Object.entries({
  manyTabs,
  nap,
  outage,
  ahead: wrongClock(TEN_MINUTES),
  behind: wrongClock(-TEN_MINUTES),
  jumpsAhead: jumps(TEN_MINUTES),
  jumpsBack: jumps(-TEN_MINUTES),
  signOut,
})) {
  const outcomes = await Promise.all(Object.entries(stages).map(async ([name, stage]) => [name, await run(stage)]))
  results[scenario] = Object.fromEntries(outcomes)
  console.log(scenario, results[scenario])
}
const chromium = browser.version()
await Promise.all([browser.close(), freezable.close()])
await Promise.all(Object.values(stages).map((stage) => stage.close()))

await writeFile(new URL('../../docs/spa-compared.md', import.meta.url), await page())

async function page() {
  const names = Object.keys(PEERS)
  const row = (title, scenario, cell) =>
    `| ${title} | ${names.map((name) => (results[scenario][name].failed ? 'no sign-in' : cell(results[scenario][name]))).join(' | ')} |`
  const lost = ({ bad, calls }) => `${bad} of ${calls}`
  return `# SPA token managers compared

What three libraries did in the same run, in Chromium ${chromium} against the same kind of provider (oidc-provider ${await version('oidc-provider')}, refresh tokens
rotate, a second use of one ends the session). Written by \`node tests/spa-browser/compare.mjs\`, not by hand; measured ${new Date().toISOString().slice(0, 10)}.

| | ${await Promise.all(names.map(async (name) => `${name} ${await version(name)}`.trim())).then((titles) => titles.join(' | '))} |
| --- |${' --- |'.repeat(names.length)}
${row(`**${TABS} tabs, ${MINUTES} minutes**: calls without a valid token`, 'manyTabs', lost)}
${row('refreshes granted', 'manyTabs', ({ refreshes }) => refreshes)}
${row('refresh tokens used twice', 'manyTabs', ({ reused }) => reused)}
${row('requests that the token endpoint refused', 'manyTabs', ({ refused }) => refused)}
${row(`**Frozen for ${NAP_MINUTES} minutes**: first call afterwards`, 'nap', ({ first }) => first)}
${row('calls without a valid token', 'nap', lost)}
${row('refreshes granted', 'nap', ({ refreshes }) => refreshes)}
${row(`**Provider down for ${OUTAGE} s** around the refresh: calls without a valid token`, 'outage', lost)}
${row('refreshes granted', 'outage', ({ refreshes }) => refreshes)}
${row('**Clock ten minutes ahead**, for ten minutes: calls without a valid token', 'ahead', lost)}
${row('refreshes granted', 'ahead', ({ refreshes }) => refreshes)}
${row('**Clock ten minutes behind**: calls without a valid token', 'behind', lost)}
${row('refreshes granted', 'behind', ({ refreshes }) => refreshes)}
${row('**Clock jumps ten minutes ahead** meanwhile: calls without a valid token', 'jumpsAhead', lost)}
${row('refreshes granted', 'jumpsAhead', ({ refreshes }) => refreshes)}
${row('**Clock jumps ten minutes back** meanwhile: calls without a valid token', 'jumpsBack', lost)}
${row('refreshes granted', 'jumpsBack', ({ refreshes }) => refreshes)}
${row(`**Sign-out in one tab**: of ${TABS} tabs, still calling 20 s later`, 'signOut', ({ still }) => still)}

## How it was measured

- Access tokens live ${LIFETIME} s. Each tab calls a guarded API every ${PERIOD} s; a call counts as *without a valid token* when there was no token, asking for one failed, or the
  API answered 401. Time passes ${RATE} times as fast, in the pages (clock, timers), at the provider and at the API alike; a delay of the machine counts ${RATE}-fold.
- Each library as its own documentation sets it up for refresh tokens and several tabs: \`jotgate/spa\` with its defaults, in memory; \`oidc-client-ts\` with
  \`automaticSilentRenew\` and its users in \`localStorage\`, the token taken from \`getUser()\`; \`auth0-spa-js\` with \`useRefreshTokens\` and \`cacheLocation: 'localstorage'\`, the
  token taken from \`getTokenSilently()\`. In memory, its tabs would each sign in for themselves.
- \`auth0-spa-js\` is made for one vendor: it got the provider with the paths \`/authorize\` and \`/oauth/token\`, a slash at the end of the issuer's name, and ID tokens signed with
  RS256. Nothing between it and the provider was changed.
- The nap is \`Page.setWebLifecycleState: frozen\` of the DevTools protocol, in a hidden page: none of its tasks run. One tab, as in the rows on the outage and on the clock, so that these do not
  show the tabs' trouble again.
- The provider has no grace period for refresh tokens. One that has (also called leeway or reuse interval) forgives tabs that refresh within it.
- The clock is wrong from before the sign-in on, or jumps a minute after it. Each row is a fresh profile and a fresh sign-in.
${failures()}`
}

function failures() {
  const failed = Object.entries(results).flatMap(([scenario, outcomes]) =>
    Object.entries(outcomes).map(([name, { failed }]) => ({ scenario, name, failed })),
  )
  return failed
    .filter(({ failed }) => failed)
    .map(({ name, failed }) => `- *No sign-in*: ${name} says “${failed.split(';')[0]}”.\n`)
    .join('')
}

async function version(name) {
  if (name === 'jotgate') return ''
  const folder = { 'auth0-spa-js': '@auth0/auth0-spa-js' }[name] ?? name
  const file = new URL(`../../node_modules/${folder}/package.json`, import.meta.url)
  return JSON.parse(await readFile(file, 'utf8')).version
}
