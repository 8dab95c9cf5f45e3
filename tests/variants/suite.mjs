// Every row by every way, in whatever runtime this is: no built-in modules; modules and rows come in.

/** The names of the ways of a family; the others are pairs of tables, by their number. */
const OF_RSA = ['64-bit integers', 'simd128']
const SIMD = 1

/**
 * @param {{ variants: WebAssembly.Module, fma?: WebAssembly.Module }} modules `fma` where the runtime takes it
 * @param {object[]} groups of wycheproof.mjs
 * @returns {{ passed: number, failed: number, failures: object[], lacking: object, ways: Record<string, number> }}
 */
export function run({ variants, fma }, groups) {
  const failures = []
  const ways = {}
  let passed = 0
  const judge = prepared(variants)
  const fused = fma && relaxed(fma)
  const check = (group, id, way, expected, actual) => {
    ways[`${group.alg}, ${way}`] = (ways[`${group.alg}, ${way}`] ?? 0) + 1
    if (actual === expected) passed += 1
    else failures.push({ name: `${group.file} ${id}, ${way}`, problem: `${actual} for ${expected}` })
  }
  for (const group of groups) {
    const isRsa = group.jwk.kty === 'RSA'
    const count = judge.prepare(group)
    const key = isRsa && fused?.addKey(group.octets)
    for (const [id, ...texts] of group.rows) {
      const expected = texts.pop()
      const [message, signature] = texts.map(octetsOf)
      check(group, id, 'crate', expected, count >= 0 && judge.verify(-1, message, signature))
      for (let way = 0; way < count; way += 1) {
        const name = isRsa ? OF_RSA[way] : `pair ${way} of tables`
        check(group, id, name, expected, judge.verify(way, message, signature))
      }
      if (!isRsa) continue
      // Without fused multiply-adds the package takes simd128 instead.
      const em = fused?.apply(key, signature)
      const actual = fused ? em !== undefined && judge.encodes(message, em) : judge.verify(SIMD, message, signature)
      check(group, id, fused ? 'fused multiply-adds' : 'simd128 in place of fused multiply-adds', expected, actual)
    }
    if (isRsa) fused?.removeKey(key)
  }
  return { passed, failed: failures.length, failures: failures.slice(0, 100), lacking: {}, ways }
}

/** The test module: a key prepared in every way, and the verdicts. */
export function prepared(module) {
  const { buffer, memory, prepare, verify, encodes } = new WebAssembly.Instance(module).exports
  const lengthsOf = (...parts) => {
    let at = buffer()
    for (const part of parts) {
      // Anew each time: memory that grows leaves no view behind.
      new Uint8Array(memory.buffer).set(part, at)
      at += part.length
    }
    return parts.map(({ length }) => length)
  }
  const text = (value) => new TextEncoder().encode(value)
  return {
    prepare: ({ alg, jwk, octets }) => prepare(...lengthsOf(text(alg), text(JSON.stringify(jwk)), octetsOf(octets))),
    verify: (way, message, signature) => verify(way, ...lengthsOf(message, signature)) === 1,
    encodes: (message, em) => encodes(...lengthsOf(message, em)) === 1,
  }
}

/** RSA's public operation in the module for it; undefined where multiply-adds are not fused. */
export function relaxed(module) {
  const { buffer, memory, fused, add_key, remove_key, apply } = new WebAssembly.Instance(module).exports
  if (!fused()) return
  const write = (octets) => new Uint8Array(memory.buffer).set(octets, buffer())
  return {
    addKey(octets) {
      const all = octetsOf(octets)
      const n = all.subarray(4)
      write(n)
      const key = add_key(n.length, new DataView(all.buffer).getUint32(0))
      if (key < 0) throw new Error('the key was refused')
      return key
    },
    removeKey: (key) => remove_key(key),
    apply(key, signature) {
      // Longer than any key, and than the place for it.
      if (signature.length > 1024) return
      write(signature)
      if (apply(key, signature.length) === 0) return
      return new Uint8Array(memory.buffer).slice(buffer(), buffer() + signature.length)
    },
  }
}

function octetsOf(hex) {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16))
}
