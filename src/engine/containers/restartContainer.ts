import * as Effect from "effect/Effect"
import { now } from "./ContainerEntry.ts"
import { publishContainerEvent } from "./containerEvents.ts"
import { ContainerIndex } from "./ContainerIndex.ts"
import type { StopOptions } from "./Containers.ts"
import { startEntry } from "./startContainer.ts"
import { stopEntry } from "./stopContainer.ts"

/** Stops a container that runs, and starts it in any case. */
export const restartContainer = Effect.fn("Containers.restart")(function*(reference: string, options: StopOptions) {
  const entry = yield* (yield* ContainerIndex).find(reference)
  yield* Effect.acquireUseRelease(
    Effect.sync(() => entry.restarting = true),
    () => Effect.andThen(stopEntry(entry, options), startEntry(entry)),
    () => Effect.sync(() => entry.restarting = false)
  )
  yield* publishContainerEvent(now(entry), "restart")
})
