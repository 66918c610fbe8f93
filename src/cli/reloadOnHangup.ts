import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import { ConfigSource, type LoadedConfig } from "../config/ConfigSource.ts"
import { LiveConfig } from "../config/LiveConfig.ts"

/** SIGHUPs from now on: at most one waits, however many come. */
export const hangups = Effect.gen(function*() {
  const signals = yield* Queue.sliding<void>(1)
  yield* Effect.acquireRelease(
    Effect.sync(() => {
      const listener = () => void Queue.offerUnsafe(signals, undefined)
      process.on("SIGHUP", listener)
      return listener
    }),
    (listener) => Effect.sync(() => process.removeListener("SIGHUP", listener))
  )
  return signals
})

/** Puts in force what flags and file say now, or keeps what is in force and says in one line why. */
export const reloadConfig = Effect.gen(function*() {
  const [live, source] = yield* Effect.all([LiveConfig, ConfigSource])
  const next = yield* live.reload((from) => Effect.tap(source.load(from.user), announce))
  yield* Effect.logInfo(`configuration reloaded: revision ${next.revision}`)
}).pipe(
  Effect.catchTag("ConfigRejected", ({ message }) =>
    Effect.logError(`configuration not reloaded, the one in force is kept: ${message}`))
)

/** What a person should know before the new configuration is in force. */
const announce = ({ changes, warnings }: LoadedConfig) =>
  Effect.gen(function*() {
    yield* Effect.forEach(warnings, (warning) => Effect.logWarning(warning), { discard: true })
    const restart = changes.filter(({ verdict }) => verdict === "needs-restart").map(({ key }) => key)
    if (restart.length > 0) yield* Effect.logWarning(`needs restart, not applied: ${restart.join(", ")}`)
  })

/** Reloads once for each signal, one after another, for ever. */
export const reloadOnHangup = Effect.fnUntraced(function*(signals: Queue.Dequeue<void>) {
  return yield* Effect.forever(Effect.andThen(Queue.take(signals), reloadConfig))
})
