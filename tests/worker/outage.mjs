// What happens while the identity provider is down, run through the state machine in simulated time with the default options. Run as a script, it
// writes the tables into docs/when-the-provider-is-down.md, with which the test compares them.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../scripts/command.mjs'
import { World } from '../key-sets/simulation.mjs'

export const GUIDE = join(root, 'docs', 'when-the-provider-is-down.md')

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const NOON = 12 * HOUR

// The first look at what a store has answered.
const AT_ONCE = 10

const up = () => ({ after: 50, status: 200, text: 'keys' })
const answersWrongly = () => ({ after: 50, status: 500 })
const hangs = () => ({ after: Number.POSITIVE_INFINITY })

/** Keys from noon on, asked for at a steady pace. `chance`, from 0 to 1, is what the pauses between attempts are drawn with. */
class Story {
  world = new World()
  #requests = []

  constructor(chance, options) {
    this.world.chance = () => chance
    this.document = this.world.document(options)
  }

  get now() {
    return this.world.now
  }

  provider(endpoint) {
    this.world.endpoint = endpoint
  }

  async ask(until, every = SECOND) {
    while (this.now < until) {
      this.#requests.push(this.world.begin(() => this.document.ready()))
      await this.world.pass(Math.min(every, until - this.now))
    }
    return this.now
  }

  between(from, to) {
    return {
      tokens: this.#requests.filter(({ began, ended }) => began >= from && began < to && ended !== undefined),
      fetches: this.world.fetches.filter(({ began }) => began >= from && began < to),
    }
  }
}

const isRefused = ({ outcome }) => outcome.error !== undefined
const wait = ({ began, ended }) => ended - began
const seconds = (time) => `${Number((time / SECOND).toFixed(2))} s`
const range = (values, unit = (value) => value) =>
  Math.min(...values) === Math.max(...values)
    ? `${unit(values[0])}`
    : `${unit(Math.min(...values))} to ${unit(Math.max(...values))}`

function clock(time) {
  const [day, rest] = [Math.floor((NOON + time) / DAY), (NOON + time) % DAY]
  const text = new Date(rest).toISOString().slice(11, 16)
  return day === 0 ? text : `${text}, a day later`
}

/** What becomes of tokens, in words; for either way to be down, where that makes a difference. */
function fate(told, from, to) {
  const [wrong, hanging] = [answersWrongly, hangs].map((fault) => {
    const tokens = told.filter((each) => each.fault === fault).flatMap(({ story }) => story.between(from, to).tokens)
    const verdicts = new Set(tokens.map((token) => (isRefused(token) ? '**refused**' : 'accepted')))
    if (verdicts.size !== 1) throw new Error(`There are ${verdicts.size} verdicts, not one.`)
    const longest = Math.max(...tokens.map(wait))
    return { verdict: [...verdicts][0], soon: longest <= AT_ONCE ? 'at once' : `within ${seconds(longest)}` }
  })
  if (wrong.verdict !== hanging.verdict) throw new Error('The verdict depends on the way to be down.')
  const { verdict, soon } = wrong
  return soon === hanging.soon ? `${verdict} ${soon}` : `${verdict} ${soon}; if it hangs, ${hanging.soon}`
}

/** How many requests the provider sees: from the fewest to the most. */
const attempts = (told, from, to) => range(told.map(({ story }) => story.between(from, to).fetches.length))

const row = (cells) => `| ${cells.join(' | ')} |`
const table = (head, rows) => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')

/** For each of the ways to be down, with the pauses as short and as long as chance makes them. */
async function each(run) {
  const told = []
  for (const fault of [answersWrongly, hangs]) {
    for (const chance of [0, 1]) told.push({ fault, ...(await run(fault, chance)) })
  }
  return told
}

async function withKeys(noticed) {
  const DOWN = 4 * MINUTE
  const BACK = DAY + 30 * MINUTE
  const told = await each(async (fault, chance) => {
    const story = new Story(chance)
    story.provider(up)
    await story.ask(DOWN, 10 * SECOND)
    story.provider(fault)
    await story.ask(12 * MINUTE)
    await story.ask(DAY - 10 * MINUTE, 5 * MINUTE)
    await story.ask(DAY + 14 * MINUTE)
    const { tokens, fetches } = story.between(0, BACK)
    return { story, expired: fetches[1].began, gone: tokens.find(isRefused).began }
  })
  const [{ expired, gone }] = told
  if (told.some((other) => other.expired !== expired || other.gone !== gone))
    throw new Error('The times depend on chance.')
  const inFirstMinute = attempts(told, expired, expired + MINUTE)
  const inTenMinutes = attempts(told, DAY - 10 * MINUTE, DAY)
  return table(
    ['time', '', 'tokens are', 'requests that the provider sees'],
    [
      [clock(0), 'The first token comes, and the keys with it.', fate(told, 0, 1), attempts(told, 0, DOWN)],
      [clock(DOWN), '**The provider goes down.**', fate(told, DOWN, expired), attempts(told, DOWN, expired)],
      [
        clock(expired),
        'The keys are as old as they may be without asking again. `onStale` is told of each attempt that fails.',
        fate(told, expired, gone),
        `${inFirstMinute} in the first minute, then ${inTenMinutes} in ten minutes`,
      ],
      [
        clock(gone),
        'The keys are too old to be used.',
        fate(told, gone, gone + 3 * MINUTE),
        `${attempts(told, gone + MINUTE, gone + 2 * MINUTE)} a minute`,
      ],
      [clock(BACK), '**The provider is back.**', `accepted again after ${noticed}`, '1'],
    ],
  )
}

/** How long it takes at most until keys are there again, whenever the provider comes back. */
async function returnNoticed() {
  const times = { [answersWrongly.name]: 0, [hangs.name]: 0 }
  for (let offset = 0; offset <= 10 * SECOND; offset += SECOND / 2) {
    const told = await each(async (fault, chance) => {
      const back = 20 * SECOND + offset
      const story = new Story(chance)
      story.provider(fault)
      await story.ask(back, 250)
      story.provider(up)
      await story.ask(back + 20 * SECOND, 250)
      const { tokens, fetches } = story.between(back, story.now)
      if (fetches.length !== 1) throw new Error(`${fetches.length} requests were made where one was enough.`)
      return { again: tokens.find((token) => !isRefused(token)).ended - back }
    })
    for (const { fault, again } of told) times[fault.name] = Math.max(times[fault.name], again)
  }
  const upTo = (time) => `${Math.round(time / SECOND)} s at most`
  return `${upTo(times[answersWrongly.name])}; if it hung, ${upTo(times[hangs.name])}`
}

/** The pauses after each failed attempt. */
async function pauses() {
  const gaps = async (prepare, count) => {
    const ends = []
    for (const chance of [0, 1]) {
      const story = new Story(chance)
      await prepare(story)
      story.provider(answersWrongly)
      const from = story.now
      await story.ask(from + 4 * MINUTE, 20)
      const { fetches } = story.between(from, story.now)
      ends.push(fetches.slice(1, count + 1).map(({ began }, index) => began - fetches[index].ended))
    }
    return ends[0].map((shortest, index) =>
      range(
        [shortest, ends[1][index]].map((gap) => Math.round(gap / 100) * 100),
        (gap) => seconds(gap),
      ),
    )
  }
  const COUNT = 7
  const keys = await gaps(async (story) => {
    story.provider(up)
    await story.ask(10 * MINUTE, 10 * SECOND)
  }, COUNT)
  const none = await gaps(() => {}, COUNT)
  return table(
    ['failed attempts in a row', 'pause with keys to use', 'pause without'],
    keys.map((pause, index) => [`${index + 1}${index + 1 === COUNT ? ' and more' : ''}`, pause, none[index]]),
  )
}

async function withoutKeys(noticed) {
  const BACK = 2 * MINUTE
  const told = await each(async (fault, chance) => {
    const story = new Story(chance)
    story.provider(fault)
    await story.ask(BACK, 100)
    return { story }
  })
  return table(
    ['time', '', 'tokens are', 'requests that the provider sees'],
    [
      [clock(0), 'The first token comes.', fate(told, 0, 1), '1'],
      [
        '',
        'More come, ten a second.',
        fate(told, 100, BACK - 5 * SECOND),
        `${attempts(told, 0, MINUTE)} in the first minute, ${attempts(told, MINUTE, BACK)} in the second`,
      ],
      [clock(BACK), '**The provider is back.**', `accepted after ${noticed}`, '1'],
    ],
  )
}

/** With what an isolate kept at noon, another one starts later; what the first token and the others come to. */
async function fromStore() {
  const starts = [
    [5 * MINUTE, 'fresh'],
    [15 * MINUTE, 'stale, and short enough to be used at once'],
    [HOUR, 'stale, and used once an attempt has failed'],
    [DAY + HOUR, 'too old'],
  ]
  const rows = []
  for (const [age, state] of starts) {
    const told = await each(async (fault, chance) => {
      const texts = new Map()
      const store = {
        get: async (name) => texts.get(name),
        put: async (name, text) => void texts.set(name, text),
      }
      const story = new Story(chance, { store })
      story.provider(up)
      await story.ask(SECOND)
      await story.world.until(age)
      story.provider(fault)
      story.document = story.world.document({ store })
      await story.ask(age + 30 * SECOND, 100)
      return { story }
    })
    rows.push([clock(age), state, fate(told, age, age + 1), fate(told, age + 6 * SECOND, age + 24 * SECOND)])
  }
  return table(['a new isolate starts at', 'what the store has is', 'its first token is', 'the next ones are'], rows)
}

/** The tables by the headings of the page that they stand under. */
export async function tables() {
  const noticed = await returnNoticed()
  return {
    'Where there are keys': await withKeys(noticed),
    'How often it is tried': await pauses(),
    'Where there are none': await withoutKeys(noticed),
    'Where there is a store': await fromStore(),
  }
}

const TABLE = /^\|.*\n(?:\|.*\n)*/m

/** The table that stands under a heading of the page. */
export function tableIn(guide, heading) {
  return TABLE.exec(guide.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '')?.[0].trimEnd()
}

if (process.argv[1] === import.meta.filename) {
  let guide = readFileSync(GUIDE, 'utf8')
  for (const [heading, text] of Object.entries(await tables())) {
    guide = guide.replace(`\n${tableIn(guide, heading)}\n`, () => `\n${text}\n`)
    console.log(`\n${heading}\n${text}`)
  }
  writeFileSync(GUIDE, guide)
}
