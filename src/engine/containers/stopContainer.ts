import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { CurrentConfig } from "../../config/EngineConfig.ts"
import { SIGKILL } from "../../model/Signal.ts"
import { type ContainerEntry, isRunning, now } from "./ContainerEntry.ts"
import { publishContainerEvent } from "./containerEvents.ts"
import { OperationFailed } from "./ContainerFailures.ts"
import { ContainerIndex } from "./ContainerIndex.ts"
import type { StopOptions } from "./Containers.ts"
import { awaitExit, requireSignal, sendSignal, stopSignalOf } from "./signalContainer.ts"

const killTimeout = Duration.seconds(10)

/** Ends a container gently, then by force. Goes on when the client is gone. RPC: 1, and 1 if SIGKILL is needed. */
export const stopContainer = Effect.fn("Containers.stop")(function*(reference: string, options: StopOptions) {
  const entry = yield* (yield* ContainerIndex).find(reference)
  return yield* stopEntry(entry, options)
})

export const stopEntry = Effect.fnUntraced(function*(entry: ContainerEntry, options: StopOptions) {
  const config = yield* CurrentConfig
  const view = now(entry)
  const signal = options.signal === undefined || options.signal === ""
    ? stopSignalOf(view)
    : yield* requireSignal(options.signal)
  const run = entry.run
  if (!isRunning(view) || run === undefined) return "not-running" as const
  const seconds = options.timeoutSeconds ?? view.record.config.StopTimeout ?? config.user.defaultStopTimeoutSeconds
  yield* Effect.uninterruptible(Effect.gen(function*() {
    yield* sendSignal(entry, run, signal)
    if (yield* exitsWithin(entry, seconds < 0 ? Duration.infinity : Duration.seconds(seconds))) return
    yield* sendSignal(entry, run, SIGKILL)
    if (yield* exitsWithin(entry, killTimeout)) return
    return yield* new OperationFailed({
      operation: "stop",
      message: `cannot stop container: ${entry.id}: tried to kill container, but did not receive an exit event`
    })
  }))
  yield* publishContainerEvent(now(entry), "stop")
  return "stopped" as const
})

const exitsWithin = (entry: ContainerEntry, limit: Duration.Duration) =>
  Duration.isFinite(limit)
    ? Effect.map(Effect.timeoutOption(awaitExit(entry), limit), Option.isSome)
    : Effect.as(awaitExit(entry), true)
