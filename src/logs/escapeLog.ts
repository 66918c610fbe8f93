import { isUtf8 } from "node:buffer"

// What needs no escape in Docker's form. A newline is let through, because it parts the records.
const special = /[^\n !#-%'-;=?-[\]-\u2027\u202a-\uffff]/
const quoteOrBackslash = /["\\]/g
const rare = /[^\n -%'-;=?-\u2027\u202a-\uffff]/
const rareAll = new RegExp(rare, "g")

/**
 * Log bytes as the inside of a JSON string, with Docker's escapes. Newlines are kept as they are. A byte that is not
 * UTF-8 becomes the six characters `\ufffd`, one for each byte.
 */
export const escapeLog = (bytes: Buffer): string =>
  isUtf8(bytes) ? escapeText(bytes.toString("utf8")) : escapeBroken(bytes)

/** The same for text. */
export const escapeText = (text: string): string => {
  if (!special.test(text)) return text
  const quoted = text.replace(quoteOrBackslash, "\\$&")
  return rare.test(quoted) ? quoted.replace(rareAll, escapeCharacter) : quoted
}

const escapeCharacter = (character: string): string =>
  character === "\r" ? "\\r" : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`

const escapeBroken = (bytes: Buffer): string => {
  let text = ""
  let from = 0
  for (let at = 0; at < bytes.length;) {
    const length = characterLength(bytes, at)
    if (length > 0) {
      at += length
    } else {
      text += `${escapeText(bytes.toString("utf8", from, at))}\\ufffd`
      from = ++at
    }
  }
  return text + escapeText(bytes.toString("utf8", from))
}

/** How many bytes a character takes that begins with this one; 0 if none does. */
const lengthFrom = (first: number): number =>
  first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0

/** How many bytes the character at a place takes; 0 if there is none. */
const characterLength = (bytes: Buffer, at: number): number => {
  const length = lengthFrom(bytes[at] ?? 0)
  return length > 0 && at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0
}

/**
 * Where to cut at or before `at` so that no character is torn: `at` itself when what stands there is not UTF-8.
 */
export const characterBoundary = (bytes: Buffer, at: number): number => {
  for (let start = at - 1; start > at - 4 && start >= 0; start--) {
    const byte = bytes[start] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    const end = start + lengthFrom(byte)
    // What would end past the bytes that have come is taken for a character whose rest will come.
    return end > at && (end > bytes.length || characterLength(bytes, start) > 0) ? start : at
  }
  return at
}
