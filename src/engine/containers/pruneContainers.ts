import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Filters } from "../../model/Filters.ts"
import { Events } from "../events/Events.ts"
import { checkKeys } from "../images/listImages.ts"
import { parseUntil } from "../images/parseUntil.ts"
import { type ContainerEntry, now } from "./ContainerEntry.ts"
import { createdNanos } from "./containerFilters.ts"
import { ContainerIndex } from "./ContainerIndex.ts"
import type { ContainerView } from "./ContainerView.ts"
import { matchesLabels } from "./matchesLabels.ts"
import { measureContainer } from "./measureContainer.ts"
import { removeEntry } from "./removeContainer.ts"

const pruneKeys = ["label", "label!", "until"]

/** Removes what does not run; one that cannot be removed holds up no other. RPC: those of each removal, and 1 for its size. */
export const pruneContainers = Effect.fn("Containers.prune")(function*(filters: Filters) {
  yield* checkKeys(filters, pruneKeys)
  const until = yield* parseUntil(filters.get("until"))
  const { byId } = yield* ContainerIndex
  const meant = [...byId.values()].filter((entry) => {
    const view = now(entry)
    return isIdle(view) && passesLabels(view, filters) && (until === undefined || createdNanos(view) <= until)
  })
  const removed = (yield* Effect.forEach(meant, prune, { concurrency: 4 })).flat()
  const reclaimedBytes = removed.reduce((sum, { bytes }) => sum + bytes, 0)
  yield* (yield* Events).publish({
    type: "container",
    action: "prune",
    actorId: "",
    attributes: { reclaimed: `${reclaimedBytes}` }
  })
  return { removed: removed.map(({ id }) => id), reclaimedBytes }
})

const isIdle = ({ state: { status } }: ContainerView): boolean =>
  status === "created" || status === "exited" || status === "dead"

const passesLabels = ({ record: { config } }: ContainerView, filters: Filters): boolean =>
  matchesLabels(filters.get("label") ?? [], config.Labels) &&
  !(filters.get("label!") ?? []).some((label) => matchesLabels([label], config.Labels))

/** It may have been started, or removed, until it is its turn. */
const prune = Effect.fnUntraced(function*(entry: ContainerEntry) {
  const { byId } = yield* ContainerIndex
  if (!isIdle(now(entry)) || byId.get(entry.id) !== entry) return []
  // What it wrote last is on the disk, and counted, once its root file system is unmounted.
  if (entry.run !== undefined) yield* Deferred.await(entry.run.over)
  const { writableBytes } = yield* measureContainer(now(entry))
  yield* Effect.uninterruptible(removeEntry(entry))
  return [{ id: entry.id, bytes: writableBytes }]
}, (work, entry) =>
  work.pipe(
    entry.writer.withPermits(1),
    Effect.catch((error) => Effect.as(Effect.logWarning(`container ${entry.id} was not pruned`, error), []))
  ))
