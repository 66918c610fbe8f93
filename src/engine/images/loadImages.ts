import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { ContainerdError } from "../../containerd/ContainerdError.ts"
import * as ImageRecord from "../../containerd/ImageRecord.ts"
import * as ImageTransfer from "../../containerd/ImageTransfer.ts"
import * as Lease from "../../containerd/Lease.ts"
import * as ImageReference from "../../model/ImageReference.ts"
import { randomId } from "../../model/randomId.ts"
import { Events } from "../events/Events.ts"
import { BadArchive } from "./ImageFailures.ts"
import { ImageIndex } from "./ImageIndex.ts"
import { danglingName, referenceOf, workName } from "./imageNames.ts"
import { failAs } from "./operationFailed.ts"
import { publishImageEvent } from "./publishImageEvent.ts"
import type { Tell } from "./pullImage.ts"

interface Saved {
  readonly workName: string
  readonly target: ImageRecord.Target
  readonly reference: ImageReference.ImageReference | undefined
}

/** Takes the images out of an archive. They get their names when all of it was read and unpacked. */
export const loadImages = Effect.fn("Images.load")(
  function*(archive: Stream.Stream<Uint8Array>, tell: Tell) {
    const index = yield* ImageIndex
    yield* index.images
    const id = yield* randomId
    const lease = yield* Lease.hold(`gantry-load-${id}`).pipe(failAs("load"))
    const saved: Array<Saved> = []
    yield* Effect.addFinalizer(() =>
      Effect.forEach(new Set(saved.map((each) => each.workName)), (name) =>
        Effect.ignore(ImageRecord.remove(name, false), { log: "Warn" })))
    yield* ImageTransfer.importArchive({
      id,
      lease,
      archive,
      snapshotter: index.options.snapshotter,
      prefix: workName(id),
      platform: index.options.host,
      onProgress: ({ event, name, target }) =>
        Effect.sync(() => {
          if (event === "saved" && target !== undefined) {
            const { digest, mediaType, size } = target
            saved.push({ workName: name, target: { digest, mediaType, size }, reference: nameIn(target.annotations) })
          }
        })
    }).pipe(Effect.scoped, Effect.mapError(archiveFailure))
    if (saved.length === 0) return yield* new BadArchive({ message: "the archive holds no image" })

    const events = yield* Events
    for (const { reference, target } of saved) {
      yield* index.put(reference === undefined ? danglingName(target.digest) : ImageReference.canonical(reference), target)
        .pipe(failAs("load"))
      const image = (yield* index.images).get(target.digest)
      const familiar = reference === undefined ? target.digest : ImageReference.familiar(reference)
      if (image !== undefined) yield* publishImageEvent(events, "load", image.view, familiar)
      yield* tell([{ stream: reference === undefined ? `Loaded image ID: ${familiar}\n` : `Loaded image: ${familiar}\n` }])
    }
  },
  Effect.scoped
)

/** What an archive calls an image; nothing if that is no name an image may have. */
const nameIn = (annotations: Readonly<Record<string, string>>): ImageReference.ImageReference | undefined => {
  const name = annotations["io.containerd.image.name"] ?? annotations["org.opencontainers.image.ref.name"]
  // A bare tag, as OCI layouts have it, names no repository.
  if (name === undefined || annotations["io.containerd.image.name"] === undefined && !/[:/@]/.test(name)) return undefined
  const reference = referenceOf(name)
  return reference === undefined ? undefined : ImageReference.withDefaultTag(reference)
}

const archiveFailure = (error: ContainerdError) => new BadArchive({ message: error.message })
