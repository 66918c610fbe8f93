import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"

/** The profile's file could not be read. */
export class SeccompProfileUnreadable extends Schema.TaggedError<SeccompProfileUnreadable>()("SeccompProfileUnreadable", {
  path: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `opening seccomp profile (${this.path}) failed: ${this.reason}`
  }
}

const profileBytesMax = 1024 * 1024

/**
 * The JSON of a seccomp profile on the host: the built-in one's base, or that of the daemon's `seccomp-profile`. Its
 * meaning is the engine's to read (`decodeSeccompProfile`).
 */
export const loadSeccompProfile = Effect.fn("loadSeccompProfile")(function*(path: string) {
  const fs = yield* FileSystem.FileSystem
  const unreadable = (reason: string) => new SeccompProfileUnreadable({ path, reason })
  const { size } = yield* Effect.mapError(fs.stat(path), ({ message }) => unreadable(message))
  if (size > profileBytesMax) return yield* unreadable("file is too large")
  return yield* Effect.mapError(fs.readFileString(path), ({ message }) => unreadable(message))
})
