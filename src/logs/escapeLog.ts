import { isUtf8 } from "node:buffer"

// What needs no escape in Docker's form. A newline is let through, because it parts the records.
const special = /[^\n !#-%'-;=?-[\]-\u2027\u202a-\uffff]/
const quoteOrBackslash = /["\\]/g
const rare = /[^\n -%'-;=?-\u2027\u202a-\uffff]/

/**
 * Log bytes as the inside of a JSON string, with Docker's escapes. Newlines are kept as they are. A byte that is not
 * UTF-8 becomes the six characters `\ufffd`, one for each byte.
 */
export const escapeLog = (bytes: Buffer): string => {
  if (!isUtf8(bytes)) return escapeBytes(bytes)
  const text = bytes.toString("utf8")
  if (!special.test(text)) return text
  return rare.test(text) ? escapeBytes(bytes) : text.replace(quoteOrBackslash, "\\$&")
}

/** The same for text. */
export const escapeText = (text: string): string => escapeLog(Buffer.from(text))

const escapeOf = (code: number): Buffer =>
  Buffer.from(code === 13 ? "\\r" : code === 34 || code === 92
    ? `\\${String.fromCharCode(code)}`
    : `\\u${code.toString(16).padStart(4, "0")}`)

/** By byte: undefined where a byte stands for itself. */
const escapes = Array.from({ length: 128 }, (_, code) =>
  code !== 10 && special.test(String.fromCharCode(code)) ? escapeOf(code) : undefined)
const broken = escapeOf(0xfffd)
const lineSeparators = [escapeOf(0x2028), escapeOf(0x2029)]

/** Byte by byte into a buffer: what is binary has an escape in most places, and text operations cost per escape. */
const escapeBytes = (bytes: Buffer): string => {
  const escaped = Buffer.allocUnsafe(bytes.length * 6)
  let to = 0
  for (let at = 0; at < bytes.length;) {
    const length = characterLength(bytes, at)
    const escape = escapeAt(bytes, at, length)
    if (escape === undefined) {
      for (const end = at + length; at < end; at++) escaped[to++] = bytes[at] ?? 0
    } else {
      for (let i = 0; i < escape.length; i++) escaped[to++] = escape[i] ?? 0
      at += Math.max(length, 1)
    }
  }
  return escaped.toString("utf8", 0, to)
}

const escapeAt = (bytes: Buffer, at: number, length: number): Buffer | undefined => {
  if (length === 0) return broken
  if (length === 1) return escapes[bytes[at] ?? 0]
  const separator = length === 3 && bytes[at] === 0xe2 && bytes[at + 1] === 0x80 ? (bytes[at + 2] ?? 0) - 0xa8 : -1
  return lineSeparators[separator]
}

/** How many bytes a character takes that begins with this one; 0 if none does. */
const lengthFrom = (first: number): number =>
  first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0

/** How many bytes the character at a place takes; 0 if there is none. */
const characterLength = (bytes: Buffer, at: number): number => {
  const length = lengthFrom(bytes[at] ?? 0)
  if (length < 2) return length
  // Spares most broken bytes the call.
  if (((bytes[at + 1] ?? 0) & 0xc0) !== 0x80) return 0
  return at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0
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
