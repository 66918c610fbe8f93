import * as Option from "effect/Option"
import * as Timestamp from "../../model/Timestamp.ts"
import type { IndexedImage } from "./ImageIndex.ts"
import type { ImageManifest } from "./ImageTree.ts"
import type { HistoryRow } from "./ImageView.ts"

/** How an image came to be, newest first. Only the newest has an id: those below are no images here. */
export const historyOf = (image: IndexedImage, manifest: ImageManifest): ReadonlyArray<HistoryRow> => {
  let layer = 0
  const rows = (manifest.config?.history ?? []).map((entry) => {
    const at = entry.empty_layer ? undefined : layer++
    return {
      id: "<missing>",
      createdSeconds: Number(Option.getOrElse(Timestamp.parse(entry.created), () => 0n) / 1_000_000_000n),
      createdBy: entry.created_by,
      tags: [],
      sizeBytes: at === undefined ? 0 : manifest.layerBytes[at] ?? manifest.layers[at]?.size ?? 0,
      comment: entry.comment
    } satisfies HistoryRow
  }).toReversed()
  return rows.map((row, index) => index === 0 ? { ...row, id: image.id, tags: image.view.repoTags } : row)
}
