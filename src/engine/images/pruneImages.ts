import * as Effect from "effect/Effect"
import type { Filters } from "../../model/Filters.ts"
import { Events } from "../events/Events.ts"
import { ImageIndex } from "./ImageIndex.ts"
import type { RemovedImage } from "./Images.ts"
import { ImageUsers } from "./ImageUsers.ts"
import { checkKeys, createdNanos, flagOf, isDanglingView, passesLabels } from "./listImages.ts"
import { parseUntil } from "./parseUntil.ts"
import { removeWhole } from "./removeImage.ts"
import { piecesOf } from "./viewOf.ts"

const pruneKeys = ["dangling", "label", "label!", "until"]

/** Removes images that no container stands on: those without name, or with `dangling=false` all. */
export const pruneImages = Effect.fn("Images.prune")(function*(filters: Filters) {
  yield* checkKeys(filters, pruneKeys)
  const danglingOnly = (yield* flagOf(filters, "dangling")) ?? true
  const until = yield* parseUntil(filters.get("until"))
  const index = yield* ImageIndex
  const images = yield* index.images
  const { usersOf } = yield* ImageUsers

  const before = allPieces(images.values())
  const removed: Array<RemovedImage> = []
  for (const image of images.values()) {
    const { view } = image
    const meant = (!danglingOnly || isDanglingView(view)) && passesLabels(view, filters) &&
      (until === undefined || createdNanos(view) < until)
    if (meant && (yield* usersOf(image.id)).length === 0) removed.push(...(yield* removeWhole(image)))
  }
  const left = allPieces((yield* index.images).values())
  let reclaimedBytes = 0
  for (const [piece, size] of before) if (!left.has(piece)) reclaimedBytes += size
  yield* (yield* Events).publish({
    type: "image",
    action: "prune",
    actorId: "",
    attributes: { reclaimed: `${reclaimedBytes}` }
  })
  return { removed, reclaimedBytes }
})

const allPieces = (images: Iterable<{ readonly tree: Parameters<typeof piecesOf>[0] }>) =>
  new Map([...images].flatMap(({ tree }) => [...piecesOf(tree)]))
