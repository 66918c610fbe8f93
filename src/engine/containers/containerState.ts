import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as SubscriptionRef from "effect/SubscriptionRef"
import type { ContainerState } from "../../model/ContainerState.ts"
import type { ContainerRecord } from "../../model/ContainerRecord.ts"
import { ContainerTable } from "../../store/ContainerTable.ts"
import type { StoreFailed } from "../../store/Database.ts"
import type { ContainerEntry } from "./ContainerEntry.ts"
import { OperationFailed } from "./ContainerFailures.ts"
import type { WaitResult } from "./Containers.ts"

/** Go's zero time, which Docker shows for what has not happened. */
export const never = "0001-01-01T00:00:00Z"

export const initialState: ContainerState = {
  status: "created",
  pid: 0,
  exitCode: 0,
  error: "",
  oomKilled: false,
  startedAt: never,
  finishedAt: never,
  generation: 0,
  restartCount: 0,
  stoppedByHand: false,
  endpoints: {},
  registered: null
}

/** Changes what a container is, for readers at once and in the store. */
export const changeState = Effect.fnUntraced(function*(entry: ContainerEntry, changes: Partial<ContainerState>) {
  const table = yield* ContainerTable
  const view = yield* SubscriptionRef.updateAndGet(entry.view, (view) => ({ ...view, state: { ...view.state, ...changes } }))
  yield* Effect.mapError(table.putState(entry.id, view.state), notStored)
}, Effect.uninterruptible)

/** As `changeState`, unless the container left the status meanwhile: nobody can hold up an exit. */
export const changeStatus = Effect.fnUntraced(function*(
  entry: ContainerEntry,
  from: ContainerState["status"],
  to: ContainerState["status"]
) {
  if (SubscriptionRef.getUnsafe(entry.view).state.status === from) yield* changeState(entry, { status: to })
})

/** Replaces what was asked of a container. Readers see it once it is stored. */
export const changeRecord = Effect.fnUntraced(function*(entry: ContainerEntry, record: ContainerRecord) {
  const table = yield* ContainerTable
  yield* Effect.mapError(table.putRecord(record), notStored)
  yield* SubscriptionRef.update(entry.view, (view) => ({ ...view, record }))
}, Effect.uninterruptible)

export const notStored = (error: StoreFailed) => new OperationFailed({ operation: "store", message: error.message })

/** Tells everybody who waits for this container's exit, and makes ready for the next one. */
export const tellExit = Effect.fnUntraced(function*(entry: ContainerEntry, result: WaitResult) {
  const waited = entry.nextExit
  entry.nextExit = yield* Deferred.make<WaitResult>()
  yield* Deferred.succeed(waited, result)
})
