import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"

/** Docker's words. */
export class PidFileRefused extends Schema.TaggedError<PidFileRefused>()("PidFileRefused", {
  message: Schema.String
}) {}

/** Holds the process id in `file` for as long as the scope; refuses while another process that lives holds it. */
export const pidFile = Effect.fn("pidFile")(function*(file: string) {
  const [fs, path] = yield* Effect.all([FileSystem.FileSystem, Path.Path])
  const own = `${process.pid}`
  const held = (yield* Effect.orElseSucceed(fs.readFileString(file), () => "")).trim()
  const lives = /^\d+$/.test(held) && held !== own && (yield* Effect.orElseSucceed(fs.exists(`/proc/${held}`), () => false))
  if (lives) {
    return yield* new PidFileRefused({
      message: `failed to start daemon, ensure docker is not running or delete ${file}: process with PID ${held} is still running`
    })
  }
  const write = fs.makeDirectory(path.dirname(file), { recursive: true }).pipe(
    Effect.andThen(fs.writeFileString(file, own, { mode: 0o644 })),
    Effect.mapError(({ message }) => new PidFileRefused({ message: `failed to write the pid file ${file}: ${message}` }))
  )
  yield* Effect.acquireRelease(write, () => Effect.ignore(fs.remove(file)))
})
