import * as Effect from "effect/Effect"
import { now } from "./ContainerEntry.ts"
import { publishContainerEvent } from "./containerEvents.ts"
import { OperationFailed, WrongState } from "./ContainerFailures.ts"
import { ContainerIndex } from "./ContainerIndex.ts"
import { changeStatus } from "./containerState.ts"

/** RPC: 1. */
export const pauseContainer = Effect.fn("Containers.pause")(function*(reference: string) {
  const entry = yield* (yield* ContainerIndex).find(reference)
  yield* Effect.gen(function*() {
    const { status } = now(entry).state
    const run = entry.run
    if (status === "paused") return yield* wrongState(entry.id, `container ${entry.id} is already paused`)
    if (status !== "running" || run === undefined) return yield* wrongState(entry.id, `container ${entry.id} is not running`)
    yield* run.task.pause.pipe(Effect.mapError((error) =>
      new OperationFailed({ operation: "pause", message: `cannot pause container ${entry.id}: ${error.message}` })))
    yield* changeStatus(entry, "running", "paused")
    yield* publishContainerEvent(now(entry), "pause")
  }).pipe(entry.writer.withPermits(1))
})

/** RPC: 1. */
export const unpauseContainer = Effect.fn("Containers.unpause")(function*(reference: string) {
  const entry = yield* (yield* ContainerIndex).find(reference)
  yield* Effect.gen(function*() {
    const run = entry.run
    if (now(entry).state.status !== "paused" || run === undefined) {
      return yield* new OperationFailed({ operation: "unpause", message: `Container ${entry.id} is not paused` })
    }
    yield* run.task.resume.pipe(Effect.mapError((error) =>
      new OperationFailed({ operation: "unpause", message: `cannot unpause container ${entry.id}: ${error.message}` })))
    yield* changeStatus(entry, "paused", "running")
    yield* publishContainerEvent(now(entry), "unpause")
  }).pipe(entry.writer.withPermits(1))
})

const wrongState = (containerId: string, message: string) => Effect.fail(new WrongState({ containerId, message }))
