import { createReadStream, createWriteStream, rm } from "node:fs"
import { pipeline } from "node:stream"
import { createGzip } from "node:zlib"
import * as Effect from "effect/Effect"

/** Writes a gzip copy of a file and syncs it. Interrupted, it leaves no copy. */
export const compressFile = (from: string, to: string): Effect.Effect<void, Error> =>
  Effect.callback<void, Error>((resume) => {
    const input = createReadStream(from)
    const finished = pipeline(input, createGzip(), createWriteStream(to, { mode: 0o640, flush: true }), (error) => {
      resume(error ? Effect.fail(error) : Effect.void)
    })
    return Effect.callback<void>((resume) => {
      finished.once("close", () => rm(to, { force: true }, () => resume(Effect.void)))
      input.destroy(new Error("given up"))
    })
  })
