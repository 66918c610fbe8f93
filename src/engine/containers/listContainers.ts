import * as Effect from "effect/Effect"
import { containerMatch, createdNanos } from "./containerFilters.ts"
import { isRunning, now } from "./ContainerEntry.ts"
import { ContainerIndex } from "./ContainerIndex.ts"
import type { ListQuery } from "./Containers.ts"
import type { ContainerView } from "./ContainerView.ts"

/** Newest first. Without `all`, a limit or a filter by status, only what runs. RPC: 0. */
export const listContainers = Effect.fn("Containers.list")(function*({ all, filters, limit }: ListQuery) {
  const index = yield* ContainerIndex
  const matches = yield* containerMatch(filters)
  const runningOnly = !all && limit <= 0 && !filters.has("status")
  const found: Array<ContainerView> = []
  for (const entry of index.byId.values()) {
    const view = now(entry)
    if ((!runningOnly || isRunning(view) || view.state.status === "restarting") && matches(view)) found.push(view)
  }
  const sorted = found.map((view) => ({ view, created: createdNanos(view) }))
    .sort((a, b) => a.created < b.created ? 1 : a.created > b.created ? -1 : 0)
    .map(({ view }) => view)
  return limit > 0 ? sorted.slice(0, limit) : sorted
})
