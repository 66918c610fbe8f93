import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import { ConfigRejected } from "../config/ConfigRejected.ts"

const triesMax = 5
const fileBytesMax = 4 * 1024 * 1024

const stampOf = ({ ino, mtime, size }: FileSystem.File.Info) =>
  `${Option.getOrUndefined(ino)} ${Option.getOrUndefined(mtime)?.getTime()} ${size}`

/**
 * The file's bytes, while nobody writes it: the same size and time before, and 20 ms after. Nothing if there is no file.
 */
export const readConfigFile = Effect.fn("Config.readFile")(function*(path: string) {
  const fs = yield* FileSystem.FileSystem
  const attempt = Effect.gen(function*() {
    const before = yield* fs.stat(path)
    if (before.size > fileBytesMax) return yield* new ConfigRejected({ message: "the file is larger than 4 MiB", keys: [] })
    const bytes = yield* fs.readFile(path)
    yield* Effect.sleep("20 millis")
    const after = yield* fs.stat(path)
    if (stampOf(before) === stampOf(after) && BigInt(bytes.length) === BigInt(after.size)) return bytes
    return yield* new ConfigRejected({ message: "the file is being written", keys: [] })
  })
  return yield* attempt.pipe(
    Effect.retry({ times: triesMax - 1, while: (error) => error._tag === "ConfigRejected" }),
    Effect.map(Option.some),
    Effect.catchReason("PlatformError", "NotFound", () => Effect.succeedNone),
    Effect.catchTag("PlatformError", ({ message }) => Effect.fail(new ConfigRejected({ message, keys: [] })))
  )
})
