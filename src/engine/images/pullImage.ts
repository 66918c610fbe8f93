import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Blob from "../../containerd/Blob.ts"
import type { Containerd } from "../../containerd/Containerd.ts"
import { type TransferProgress } from "../../containerd/ImageTransfer.ts"
import * as ImageRecord from "../../containerd/ImageRecord.ts"
import * as ImageTransfer from "../../containerd/ImageTransfer.ts"
import * as Lease from "../../containerd/Lease.ts"
import { registryHosts } from "../../containerd/registryHosts.ts"
import * as ImageReference from "../../model/ImageReference.ts"
import { platformRank } from "../../model/matchesPlatform.ts"
import { randomId } from "../../model/randomId.ts"
import { InvalidRequest, OperationFailed } from "../containers/ContainerFailures.ts"
import { Events } from "../events/Events.ts"
import { PullFailed } from "./ImageFailures.ts"
import { ImageIndex } from "./ImageIndex.ts"
import { workName } from "./imageNames.ts"
import type { PullRequest } from "./Images.ts"
import { decodeManifest } from "./ImageTree.ts"
import { failAs } from "./operationFailed.ts"
import type { ProgressRecord } from "./ProgressRecord.ts"
import { publishImageEvent } from "./publishImageEvent.ts"
import { noMatch, pullFailure } from "./pullFailure.ts"
import * as PullProgress from "./PullProgress.ts"
import { credentialsFor, isLoopback, otherHosts, registryHost } from "./registryOf.ts"
import { unpackManifest } from "./unpackManifest.ts"
import { choose } from "./viewOf.ts"

export type Tell = (records: ReadonlyArray<ProgressRecord>) => Effect.Effect<void>

/**
 * Fetches an image from its registry. It gets its name when all of it is here: whatever ends the pull before leaves
 * neither name nor content.
 */
export const pullImage = Effect.fn("Images.pull")(
  function*(request: PullRequest, tell: Tell) {
    const index = yield* ImageIndex
    const reference = yield* referenceToPull(request)
    const before = yield* index.record(ImageReference.canonical(reference))
    const known = (yield* index.images).get(before?.target.digest ?? "")
    const wasHere = known !== undefined && choose(known.tree, index.options.host, request.platform) !== undefined
    const id = yield* randomId
    const lease = yield* Lease.hold(`gantry-pull-${id}`).pipe(failAs("pull"))
    const target = yield* fetch({ request, reference, id, lease, tell })

    const name = ImageReference.canonical(reference)
    yield* index.put(name, target).pipe(failAs("pull"))
    const image = (yield* index.images).get(target.digest)
    if (image !== undefined) {
      // containerd unpacks for the host's own platform; the snapshots for another are ours to make.
      const manifest = choose(image.tree, index.options.host, request.platform)
      if (manifest !== undefined && !manifest.unpacked) {
        yield* unpackManifest(manifest, lease).pipe(failAs("pull"))
        yield* index.put(name, target).pipe(failAs("pull"))
      }
      yield* publishImageEvent(
        yield* Events,
        "pull",
        image.view,
        ImageReference.familiarName(reference),
        ImageReference.familiar(reference)
      )
    }
    const familiar = ImageReference.familiar(reference)
    yield* tell([
      { status: `Digest: ${target.digest}` },
      {
        status: wasHere && before?.target.digest === target.digest
          ? `Status: Image is up to date for ${familiar}`
          : `Status: Downloaded newer image for ${familiar}`
      }
    ])
  },
  Effect.scoped
)

const referenceToPull = Effect.fnUntraced(function*({ reference, tag }: PullRequest) {
  const joined = tag === "" ? reference : reference + (tag.includes(":") ? `@${tag}` : `:${tag}`)
  const parsed = ImageReference.parse(joined)
  if (Result.isFailure(parsed)) return yield* new InvalidRequest({ message: parsed.failure.message })
  const wanted = ImageReference.withDefaultTag(parsed.success)
  if (ImageReference.familiarName(wanted) === "scratch") {
    return yield* new PullFailed({ reference: joined, reason: "forbidden", message: "'scratch' is a reserved name" })
  }
  // A digest says all; the tag beside it is decoration.
  return wanted.digest === undefined ? wanted : { ...wanted, tag: undefined }
})

/** Brings the content here, under a name that nobody sees. */
const fetch = Effect.fnUntraced(function*({ id, lease, reference, request, tell }: {
  readonly request: PullRequest
  readonly reference: ImageReference.ImageReference
  readonly id: string
  readonly lease: string
  readonly tell: Tell
}) {
  const index = yield* ImageIndex
  const { host, snapshotter } = index.options
  const platform = request.platform ?? host
  const name = workName(id)
  const progress = PullProgress.make()
  const context = yield* Effect.context<Containerd>()
  yield* Effect.addFinalizer(() => Effect.ignore(ImageRecord.remove(name, false), { log: "Warn" }))
  const hosts = otherHosts(reference.domain, request.registries)
  const hostsDirectory = hosts.length === 0
    ? undefined
    : yield* registryHosts(reference.domain, `https://${registryHost(reference.domain)}`, hosts).pipe(failAs("pull"))
  yield* ImageTransfer.pull({
    id,
    lease,
    snapshotter,
    reference: ImageReference.canonical(reference),
    name,
    platform,
    unpack: platformRank(host, platform) !== undefined,
    plainHttp: isLoopback(reference.domain),
    hostsDirectory,
    credentials: credentialsFor(reference.domain, request.auth),
    onProgress: (told) => Effect.provideContext(tellOf(reference, progress, told, tell), context)
  }).pipe(Effect.scoped, Effect.mapError(pullFailure(reference, platform)))
  yield* tell(progress.finish())

  const record = yield* ImageRecord.get(name).pipe(failAs("pull"))
  if (record === undefined) return yield* new OperationFailed({ operation: "pull", message: "the image is gone again" })
  if (request.platform !== undefined) {
    // An image without index comes whatever its platform is.
    const tree = yield* index.peek(record.target).pipe(failAs("pull"))
    if (choose(tree, host, platform) === undefined) {
      return yield* new PullFailed({ reference: request.reference, reason: "no-platform", message: noMatch(platform) })
    }
  }
  return record.target
})

const tellOf = Effect.fnUntraced(function*(
  reference: ImageReference.ImageReference,
  progress: PullProgress.PullProgress,
  told: TransferProgress,
  tell: Tell
) {
  if (told.event === "fetching image content") {
    return yield* tell([{ status: `Pulling from ${reference.path}`, id: reference.tag ?? reference.digest ?? "" }])
  }
  if (told.name.startsWith("config-")) yield* tell(progress.announce(yield* layersOf(told.parents)))
  yield* tell(progress.next(told))
})

/** The layers of the manifest that a configuration belongs to; none if it cannot be told. */
const layersOf = (parents: ReadonlyArray<string>) => {
  const manifest = parents.find((parent) => parent.startsWith("manifest-"))
  return manifest === undefined ? Effect.succeed([]) : Blob.read(manifest.slice("manifest-".length)).pipe(
    Effect.flatMap((bytes) => decodeManifest(new TextDecoder().decode(bytes))),
    Effect.map(({ layers }) => layers.map(({ digest }) => digest)),
    Effect.catch(() => Effect.succeed<ReadonlyArray<string>>([]))
  )
}

