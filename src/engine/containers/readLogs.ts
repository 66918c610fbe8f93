import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type ContainerEntry, isRunning, now } from "./ContainerEntry.ts"
import { InvalidRequest, NotBuilt, OperationFailed, WrongState } from "./ContainerFailures.ts"
import { ContainerIndex } from "./ContainerIndex.ts"
import type { LogQuery } from "./Containers.ts"

/** RPC: 0. Following ends when the container does. */
export const readLogs = Effect.fn("Containers.logs")(function*(reference: string, query: LogQuery) {
  const entry = yield* (yield* ContainerIndex).find(reference)
  if (!query.stdout && !query.stderr) {
    return yield* new InvalidRequest({ message: "must specify at least one of 'stdout' or 'stderr'" })
  }
  const { record, state } = now(entry)
  if (state.status === "dead" || state.status === "removing") {
    return yield* new WrongState({
      containerId: entry.id,
      message: "can not get logs from container which is dead or marked for removal"
    })
  }
  if (entry.log.path === "") {
    return yield* new NotBuilt({ message: "configured logging driver does not support reading" })
  }
  return {
    tty: record.config.Tty,
    entries: Stream.mapError(entry.log.read(query, untilExit(entry)), (error) =>
      new OperationFailed({ operation: "logs", message: error.message }))
  }
})

/** Done when the run that is read from has ended. */
const untilExit = (entry: ContainerEntry) =>
  isRunning(now(entry)) ? Effect.asVoid(Deferred.await(entry.nextExit)) : Effect.void
