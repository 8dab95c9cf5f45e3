// How many tests a transcript reports, read off the closing lines of the runners.
const CLOSING = [
  // A runner that itself ran other test runs, one line each: these lines count, not the runner's own.
  { passed: /^(?:[\w.-]+: )?(\d+) passed, \d+ failed/gm, failed: /^(?:[\w.-]+: )?\d+ passed, (\d+) failed/gm },
  {
    passed: /^test result: \w+\. (\d+) passed; \d+ failed/gm,
    failed: /^test result: \w+\. \d+ passed; (\d+) failed/gm,
  },
  { passed: /^(?:ℹ|#) pass (\d+)$/gm, failed: /^(?:ℹ|#) fail (\d+)$/gm },
]

export function countsOf(transcript) {
  const text = transcript.replaceAll(ESCAPES, '')
  for (const { passed, failed } of CLOSING) {
    const counts = { passed: sumOf(text, passed), failed: sumOf(text, failed) }
    if (counts.passed + counts.failed > 0) {
      // A failure outside of the lines that count must not be lost.
      counts.failed ||= Math.max(...CLOSING.map((other) => sumOf(text, other.failed)))
      return counts
    }
  }
  return { passed: 0, failed: 0 }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours begin with one
const ESCAPES = /\u001b\[[\d;]*m/g

function sumOf(text, pattern) {
  return [...text.matchAll(pattern)].reduce((total, [, count]) => total + Number(count), 0)
}
