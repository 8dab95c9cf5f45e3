// The Chromium of the tests and benches: headless, and asking nobody on the network for anything of its own.
import { chromium } from 'playwright-core'
import { environment } from './command.mjs'

export const program = environment.CHROMIUM ?? '/usr/bin/chromium'

export const flags = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

export const openChromium = () => chromium.launch({ executablePath: program, args: flags })
