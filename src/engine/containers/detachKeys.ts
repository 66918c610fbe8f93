import * as Effect from "effect/Effect"
import { InvalidRequest } from "./ContainerFailures.ts"

const defaultKeys = "ctrl-p,ctrl-q"
const controls: Readonly<Record<string, number>> = { "@": 0, "[": 27, "\\": 28, "]": 29, "^": 30, "_": 31 }

/** The bytes of a key sequence such as `ctrl-p,ctrl-q` or `a,ctrl-@`. Empty: Docker's own. */
export const parseDetachKeys = (text: string | undefined): Effect.Effect<ReadonlyArray<number>, InvalidRequest> => {
  const keys = (text === undefined || text === "" ? defaultKeys : text).split(",").map(keyCode)
  const codes = keys.flatMap((code) => code === undefined ? [] : [code])
  return codes.length === keys.length
    ? Effect.succeed(codes)
    : Effect.fail(new InvalidRequest({ message: `Invalid detach keys (${text ?? ""}) provided` }))
}

const keyCode = (key: string): number | undefined => {
  if (/^[\x20-\x7e]$/.test(key)) return key.charCodeAt(0)
  const control = /^ctrl-([a-z@[\\\]^_])$/.exec(key)?.[1]
  return control === undefined ? undefined : controls[control] ?? control.charCodeAt(0) - 96
}

/** What of a client's input goes to the process, and whether the client detaches now. */
export interface Screened {
  readonly forward: Uint8Array
  readonly detached: boolean
}

/**
 * Looks for the key sequence in a client's input. Keys that may begin it are held back until it is clear that they do
 * not; the sequence itself never reaches the process.
 */
export const screenInput = (keys: ReadonlyArray<number>): (bytes: Uint8Array) => Screened => {
  let matched = 0
  return (bytes) => {
    // The usual case, a large paste or a pipe, without a copy.
    if (matched === 0 && !bytes.includes(keys[0] ?? -1)) return { forward: bytes, detached: false }
    const forward: Array<number> = []
    for (const byte of bytes) {
      if (byte === keys[matched]) {
        matched++
        if (matched === keys.length) return { forward: Uint8Array.from(forward), detached: true }
        continue
      }
      forward.push(...keys.slice(0, matched))
      matched = byte === keys[0] ? 1 : 0
      if (matched === 0) forward.push(byte)
    }
    return { forward: Uint8Array.from(forward), detached: false }
  }
}
