import * as Result from "effect/Result"
import { ConfigRejected } from "./ConfigRejected.ts"

const encodingOf = (bytes: Uint8Array): string => {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return "utf-16le"
  if (first === 0xfe && second === 0xff) return "utf-16be"
  return "utf-8"
}

const decoded = (bytes: Uint8Array, partial: boolean) =>
  Result.try(() => new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes, { stream: partial }))

/** How many bytes from the start are good: bytes that go wrong at n are wrong in every longer piece too. */
const goodLength = (bytes: Uint8Array): number => {
  let good = 0
  let bad = bytes.length
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (Result.isSuccess(decoded(bytes.subarray(0, middle), true))) good = middle
    else bad = middle
  }
  return good
}

/** The text of a configuration file: UTF-8, or UTF-16 if it begins with that mark. */
export const decodeText = (bytes: Uint8Array): Result.Result<string, ConfigRejected> =>
  Result.mapError(decoded(bytes, false), () =>
    new ConfigRejected({
      message: `failed to decode configuration JSON at offset ${goodLength(bytes)}`,
      keys: []
    }))
