import * as Effect from "effect/Effect"
import * as ImageRecord from "../../containerd/ImageRecord.ts"
import * as ImageTransfer from "../../containerd/ImageTransfer.ts"
import * as ImageReference from "../../model/ImageReference.ts"
import type { Platform } from "../../model/Platform.ts"
import { randomId } from "../../model/randomId.ts"
import { Events } from "../events/Events.ts"
import { requirePlatform } from "./findImage.ts"
import { ImageIndex } from "./ImageIndex.ts"
import { workName } from "./imageNames.ts"
import type { Descriptor } from "./ImageView.ts"
import { failAs } from "./operationFailed.ts"
import { publishImageEvent } from "./publishImageEvent.ts"
import { resolveImage } from "./resolveImage.ts"

/** Writes images as an archive: those asked for by name under that name, those by id under none. */
export const saveImages = Effect.fn("Images.save")(
  function*(
    references: ReadonlyArray<string>,
    platform: Platform | undefined,
    tell: (bytes: ReadonlyArray<Uint8Array>) => Effect.Effect<void>
  ) {
    const index = yield* ImageIndex
    const images = yield* index.images
    const asked = yield* Effect.forEach(references, (reference) => resolveImage(images, reference))
    const id = yield* randomId
    const names = new Set<string>()
    for (const [at, { image, reference }] of asked.entries()) {
      yield* requirePlatform(image, references[at] ?? image.id, index.options.host, platform)
      const name = reference === undefined ? undefined : ImageReference.canonical(reference)
      const named = name !== undefined && image.names.some((record) => record.name === name)
      names.add(named ? name : yield* namedForNow(`${workName(id)}@${image.id}`, image.tree.target))
    }
    yield* ImageTransfer.exportArchive({
      id: `gantry-save-${id}`,
      names: [...names],
      platform: platform ?? index.options.host,
      onBytes: (bytes) => tell([bytes])
    }).pipe(Effect.scoped, failAs("save"))
    const events = yield* Events
    for (const { image, reference } of asked) {
      yield* publishImageEvent(events, "save", image.view, reference === undefined ? image.id : ImageReference.familiar(reference))
    }
  },
  Effect.scoped
)

/** containerd exports names only: one that no reader takes for a name, for as long as the export. */
const namedForNow = (name: string, target: Descriptor) =>
  Effect.acquireRelease(ImageRecord.put(name, target), () => Effect.ignore(ImageRecord.remove(name, false), { log: "Warn" })).pipe(
    Effect.as(name),
    failAs("save")
  )
