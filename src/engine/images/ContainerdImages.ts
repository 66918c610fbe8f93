import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { Containerd } from "../../containerd/Containerd.ts"
import * as Lease from "../../containerd/Lease.ts"
import { randomId } from "../../model/randomId.ts"
import type { Events } from "../events/Events.ts"
import { checkCredentials } from "./checkCredentials.ts"
import { findImage, requirePlatform } from "./findImage.ts"
import { historyOf } from "./historyOf.ts"
import { ImageIndex, type ImageIndexOptions } from "./ImageIndex.ts"
import { Images } from "./Images.ts"
import type { ImageListQuery } from "./Images.ts"
import { ImageUsers } from "./ImageUsers.ts"
import { importImage } from "./importImage.ts"
import { listImages } from "./listImages.ts"
import { loadImages } from "./loadImages.ts"
import { failAs } from "./operationFailed.ts"
import { pruneImages } from "./pruneImages.ts"
import { pullImage } from "./pullImage.ts"
import { removeImage } from "./removeImage.ts"
import { resolveImage } from "./resolveImage.ts"
import { saveImages } from "./saveImages.ts"
import { sharedBytes } from "./sharedBytes.ts"
import { tagImage } from "./tagImage.ts"
import { unpackManifest } from "./unpackManifest.ts"
import { platformViewOf } from "./viewOf.ts"

type Needs = Containerd | Events | ImageIndex | ImageUsers

/** Images in containerd's stores, through the index that holds them in memory. */
export const layer = (options: ImageIndexOptions) =>
  Layer.effect(Images, Effect.map(Effect.context<Needs>(), (context) => {
    const provided = Effect.provideContext(context)
    return Images.of({
      find: (reference, platform) => provided(withImages((images) => findImage(images, reference, options.host, platform))),
      unpack: (found) => provided(unpack(found.id, found.manifestDigest)),
      nameFor: (imageId, asked) =>
        provided(withImages((images) =>
          resolveImage(images, asked).pipe(
            Effect.map(({ image }) => image.id === imageId ? asked : imageId),
            Effect.catch(() => Effect.succeed(imageId))
          ))),
      list: (query) => provided(list(query)),
      inspect: (reference, platform) => provided(withImages((images) =>
        Effect.flatMap(resolveImage(images, reference), ({ image }) =>
          platform === undefined
            ? Effect.succeed(image.view)
            : Effect.map(requirePlatform(image, reference, options.host, platform), (manifest) =>
              ({ ...image.view, shown: platformViewOf(manifest) }))))),
      history: (reference, platform) => provided(withImages((images) =>
        Effect.flatMap(resolveImage(images, reference), ({ image }) =>
          Effect.map(requirePlatform(image, reference, options.host, platform), (manifest) => historyOf(image, manifest))))),
      tag: (source, repository, tag) => provided(failAs("tag")(tagImage(source, repository, tag))),
      remove: (reference, { force }) => provided(failAs("remove")(removeImage(reference, force))),
      prune: (filters) => provided(failAs("prune")(pruneImages(filters))),
      checkCredentials: checkCredentials,
      pull: (request) => telling((tell) => provided(pullImage(request, tell))),
      load: (bytes) => telling((tell) => provided(loadImages(bytes, tell))),
      save: (references, platform) => telling((tell) => provided(saveImages(references, platform, tell))),
      importRootfs: (bytes, request) => telling((tell) => provided(importImage(bytes, request, tell)))
    })
  })).pipe(Layer.provide(ImageIndex.layer(options)))

const withImages = <A, E, R>(use: (images: ImagesById) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(Effect.flatMap(ImageIndex, (index) => index.images), use)

type ImagesById = Effect.Success<ImageIndex["Service"]["images"]>

const list = Effect.fnUntraced(function*({ filters, sharedSize }: ImageListQuery) {
  const index = yield* ImageIndex
  const { usersOf } = yield* ImageUsers
  const images = yield* index.images
  const views = yield* listImages(images, filters)
  const shared = sharedSize ? sharedBytes(images) : undefined
  return yield* Effect.forEach(views, (image) =>
    Effect.map(usersOf(image.id), (users) => ({
      image,
      sharedBytes: shared === undefined ? -1 : shared.get(image.id) ?? 0,
      containers: users.length
    })))
})

const unpack = Effect.fn("Images.unpack")(
  function*(id: string, manifestDigest: string) {
    const index = yield* ImageIndex
    const image = (yield* index.images).get(id)
    const manifest = image?.tree.manifests.find(({ descriptor }) => descriptor.digest === manifestDigest)
    const [name] = image?.names ?? []
    if (manifest === undefined || name === undefined || manifest.unpacked) return
    yield* unpackManifest(manifest, yield* Lease.hold(`gantry-unpack-${yield* randomId}`))
    yield* index.put(name.name, name.target)
  },
  Effect.scoped,
  failAs("unpack")
)

/** An operation that tells of its way becomes a stream of what it tells; ending the stream ends the operation. */
const telling = <A, E>(
  operation: (tell: (told: ReadonlyArray<A>) => Effect.Effect<void>) => Effect.Effect<void, E>
): Stream.Stream<A, E> =>
  Stream.callback<A, E>((queue) =>
    operation((records) => Queue.offerAll(queue, records)).pipe(
      Effect.exit,
      Effect.flatMap((exit) => Exit.isSuccess(exit) ? Queue.end(queue) : Queue.failCause(queue, exit.cause)),
      Effect.asVoid
    ))
