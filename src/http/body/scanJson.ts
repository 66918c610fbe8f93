export const depthMax = 64
const tokensMax = 100_000

/**
 * Looks a JSON text over before it is parsed, and tells what `JSON.parse` would let pass: nesting without limit,
 * and keys that come twice, of which it keeps the last in silence. Faults of syntax are left to the parser.
 */
export const scanJson = (text: string): string | undefined => {
  const open: Array<Set<string> | undefined> = []
  let tokens = 0
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      const end = endOfString(text, at)
      if (text.charCodeAt(skipBlanks(text, end)) === colon) {
        const key = text.slice(at + 1, end - 1)
        const keys = open.at(-1)
        if (keys?.has(key)) return `duplicate key "${key}"`
        keys?.add(key)
      }
      at = end
      tokens++
      continue
    }
    if (code === brace || code === bracket) {
      if (open.push(code === brace ? new Set() : undefined) > depthMax) return "exceeded max depth"
      tokens++
    } else if (code === braceEnd || code === bracketEnd) open.pop()
    else if (code === comma) tokens++
    at++
  }
  return tokens > tokensMax ? "too many values" : undefined
}

const [quote, backslash, colon, comma] = [0x22, 0x5c, 0x3a, 0x2c]
const [brace, braceEnd, bracket, bracketEnd] = [0x7b, 0x7d, 0x5b, 0x5d]

/** The index behind the closing quote, or the end of the text. */
const endOfString = (text: string, start: number): number => {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === backslash) at++
    else if (code === quote) return at + 1
  }
  return text.length
}

const skipBlanks = (text: string, start: number): number => {
  let at = start
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++
  return at
}
