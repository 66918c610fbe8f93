import * as Effect from "effect/Effect"
import { isRunning, now } from "./ContainerEntry.ts"
import { publishContainerEvent } from "./containerEvents.ts"
import { OperationFailed, WrongState } from "./ContainerFailures.ts"
import { ContainerIndex } from "./ContainerIndex.ts"

/** RPC: 1. */
export const resizeContainer = Effect.fn("Containers.resize")(function*(
  reference: string,
  size: { readonly height: number; readonly width: number }
) {
  const entry = yield* (yield* ContainerIndex).find(reference)
  const run = entry.run
  if (!isRunning(now(entry)) || run === undefined) {
    return yield* new WrongState({ containerId: entry.id, message: `Container ${entry.id} is not running` })
  }
  yield* run.task.resize(size).pipe(
    Effect.mapError((error) => new OperationFailed({ operation: "resize", message: error.message }))
  )
  yield* publishContainerEvent(now(entry), "resize", { height: `${size.height}`, width: `${size.width}` })
})
