import * as Effect from "effect/Effect"
import * as LogOptions from "../../logs/LogOptions.ts"
import { ContainerTable, type StoredContainer } from "../../store/ContainerTable.ts"
import { make } from "./ContainerEntry.ts"
import { ContainerIndex } from "./ContainerIndex.ts"

/**
 * Reads every container from the store, so that they can be listed and inspected before containerd has said a word.
 * Gives the ids of those whose records cannot be read: what there is of them is not to be touched.
 */
export const loadContainers = Effect.fn("Containers.load")(function*() {
  const { containers, unreadable } = yield* (yield* ContainerTable).load
  yield* Effect.forEach(containers, loadContainer, { discard: true })
  yield* Effect.forEach(unreadable, (id) => Effect.logError(`the record of container ${id} cannot be read; it is left alone`))
  return new Set(unreadable)
})

const loadContainer = Effect.fnUntraced(function*(stored: StoredContainer) {
  const index = yield* ContainerIndex
  const { LogConfig } = stored.record.hostConfig
  // What was valid when the container was made stays so, or its log would be out of reach.
  const settings = yield* LogOptions.decode(LogConfig.Type, LogConfig.Config ?? {}).pipe(
    Effect.catch(() => LogOptions.decode("json-file", {})),
    Effect.orDie
  )
  yield* index.add(yield* make(stored, settings))
  yield* Effect.ignore(index.reserveName(stored.record.name, stored.record.id), { log: "Error" })
})
