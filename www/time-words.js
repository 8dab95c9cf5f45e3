// Times of tokens are NumericDate: seconds since 1970-01-01T00:00:00Z, fractions allowed (RFC 7519 §2).

/** ECMAScript dates end 100 000 000 days from 1970 in both directions. */
const CALENDAR_END = 8.64e12

const localFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
const localTimeFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })
const localDayFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })

const onCalendar = (seconds) => Math.abs(seconds) <= CALENDAR_END

/** In the reader's zone and manner. */
export function local(seconds) {
  return onCalendar(seconds) ? localFormat.format(seconds * 1000) : 'beyond the calendar'
}

/** Only the time when the day is the day of `now`, else the day as well. */
export function localShort(seconds, now) {
  if (!onCalendar(seconds)) return 'beyond the calendar'
  const sameDay = onCalendar(now) && localDayFormat.format(seconds * 1000) === localDayFormat.format(now * 1000)
  return sameDay ? localTimeFormat.format(seconds * 1000) : localFormat.format(seconds * 1000)
}

export function utc(seconds) {
  if (!onCalendar(seconds)) return `${seconds} seconds`
  return new Date(seconds * 1000)
    .toISOString()
    .replace('T', ' ')
    .replace(/(?:\.000)?Z$/, ' UTC')
}

/** The zone of `local`, such as "Europe/Berlin". */
export const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone

const UNITS = [
  ['year', 31_556_952],
  ['day', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
]

/** A length of time in its two largest units: "4 min 12 s", "3 days 2 h". */
export function span(seconds) {
  let rest = Math.floor(Math.abs(seconds))
  if (rest > CALENDAR_END) return 'ages'
  if (rest < 1) return '0 s'
  const words = []
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size)
    if (count === 0 && words.length === 0) continue
    rest -= count * size
    if (count > 0) words.push(`${count.toLocaleString()} ${unit}${size >= 86_400 && count > 1 ? 's' : ''}`)
    if (words.length === 2 || size === 1) break
    if (count === 0) break
  }
  return words.join(' ')
}

/** "in 4 min 12 s", "4 min 12 s ago", "now". */
export function relative(seconds, now) {
  const distance = seconds - now
  if (Math.abs(distance) < 1) return 'now'
  return distance > 0 ? `in ${span(distance)}` : `${span(distance)} ago`
}

/** Hours, minutes and seconds as on a clock, days in front where there are any: "2 d 03:14:09". */
export function clock(seconds) {
  const whole = Math.floor(Math.abs(seconds))
  if (whole >= 86_400 * 1000) return span(whole)
  const two = (number) => String(number).padStart(2, '0')
  const days = Math.floor(whole / 86_400)
  const time = `${two(Math.floor(whole / 3600) % 24)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
  return days > 0 ? `${days} d ${time}` : time
}
