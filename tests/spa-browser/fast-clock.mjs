// A clock for a process in which time passes faster: loaded with --import, before anything asks for the time. `CLOCK_BASE` is the moment, in
// milliseconds, from which `CLOCK_RATE` counts.
import { ServerResponse } from 'node:http'

const base = Number(process.env.CLOCK_BASE)
const rate = Number(process.env.CLOCK_RATE)
const honest = Date.now

Date.now = () => base + (honest() - base) * rate
globalThis.Date = new Proxy(Date, {
  construct: (target, values, as) => Reflect.construct(target, values.length ? values : [Date.now()], as),
})

// Node keeps the constructor it started with, for the header.
const { writeHead } = ServerResponse.prototype
ServerResponse.prototype.writeHead = function (...given) {
  this.setHeader('Date', new Date().toUTCString())
  return writeHead.apply(this, given)
}
