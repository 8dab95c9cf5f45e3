// One suite for every runtime: no built-in modules, no network, no clock but the ones it makes; the data comes in as texts.
import { everyAlgorithm } from './algorithms.mjs'
import { attacks } from './attacks.mjs'
import { backends } from './backends.mjs'
import { claimRules } from './claims.mjs'
import { decode } from './decode.mjs'
import { fetched } from './fetched.mjs'
import { hostile } from './hostile.mjs'
import { issuerTemplates } from './issuer-templates.mjs'
import { issuers } from './issuers.mjs'
import { joseShaped } from './jose-shaped.mjs'
import { keys } from './keys.mjs'
import { options } from './options.mjs'
import { lackedAlgorithms } from './platform.mjs'
import { results } from './results.mjs'
import { rfcExamples } from './rfc-examples.mjs'
import { rsaFma, watchRsaFma } from './rsa-fma.mjs'
import { Tally } from './tally.mjs'

const PARTS = [
  backends,
  attacks,
  everyAlgorithm,
  rfcExamples,
  claimRules,
  options,
  keys,
  rsaFma,
  issuers,
  issuerTemplates,
  fetched,
  joseShaped,
  results,
  decode,
  hostile,
]

/** @param {Record<string, string>} texts the JSON texts of tests/vectors, by file */
export async function run(texts) {
  watchRsaFma()
  // Parsed here: a JSON import may turn `__proto__` into a prototype.
  const vectors = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, JSON.parse(text)]))
  const data = { ...vectors, lacked: await lackedAlgorithms(vectors) }
  const tally = new Tally()
  for (const part of PARTS) await part(tally, data)
  return { passed: tally.passed, failed: tally.failures.length, failures: tally.failures, lacking: tally.lacking }
}
