import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { EventFeed } from "../../containerd/EventFeed.ts"
import { isRunning, now } from "./ContainerEntry.ts"
import { publishContainerEvent } from "./containerEvents.ts"
import { ContainerIndex } from "./ContainerIndex.ts"
import { changeState } from "./containerState.ts"

/** What containerd tells of containers beside their exits, which each run follows itself: that memory ran out. */
export const followContainerd = Effect.gen(function*() {
  const index = yield* ContainerIndex
  const events = yield* (yield* EventFeed).subscribe
  yield* Stream.runForEach(events, (event) => {
    const entry = event._tag === "OutOfMemory" ? index.byId.get(event.containerId) : undefined
    if (entry === undefined || !isRunning(now(entry))) return Effect.void
    return Effect.andThen(
      Effect.ignore(changeState(entry, { oomKilled: true }), { log: "Warn" }),
      publishContainerEvent(now(entry), "oom")
    )
  })
})
