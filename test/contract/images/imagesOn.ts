import { Effect, Layer, Stream } from "effect"
import { Containerd } from "../../../src/containerd/Containerd.ts"
import { EventFeed } from "../../../src/containerd/EventFeed.ts"
import * as EventJournal from "../../../src/engine/events/EventJournal.ts"
import { Events } from "../../../src/engine/events/Events.ts"
import * as ContainerdImages from "../../../src/engine/images/ContainerdImages.ts"
import { ImageMetadata } from "../../../src/engine/images/ImageMetadata.ts"
import { Images } from "../../../src/engine/images/Images.ts"
import { type ImageUser, ImageUsers } from "../../../src/engine/images/ImageUsers.ts"
import { Database } from "../../../src/store/Database.ts"
import { EventTable } from "../../../src/store/EventTable.ts"
import { ImageMetadataTable } from "../../../src/store/ImageMetadataTable.ts"
import { type Containerd as TestContainerd, startContainerd } from "../../support/containerd.ts"

export const namespace = "images"
export const host = { os: "linux", architecture: process.arch === "arm64" ? "arm64" : "amd64" }
export const foreign = { os: "linux", architecture: host.architecture === "amd64" ? "arm64" : "amd64" }

/** Who stands on which image, as the test says. */
export type Users = Map<string, ReadonlyArray<ImageUser>>

/** The images of a containerd, with a store in a file or in memory. */
export const imagesOn = (address: string, users: Users = new Map(), file = ":memory:") => {
  const store = Database.layer(file)
  return ContainerdImages.layer({ snapshotter: "overlayfs", host }).pipe(
    Layer.provideMerge(Layer.mergeAll(
      Layer.provide(EventJournal.layer(256), Layer.provide(EventTable.layer, store)),
      Layer.provide(ImageMetadata.layer, Layer.provide(ImageMetadataTable.layer, store)),
      Layer.succeed(ImageUsers, { usersOf: (id) => Effect.succeed(users.get(id) ?? []) }),
      EventFeed.layer
    )),
    Layer.provideMerge(Containerd.layerAt({ address, namespace }))
  )
}

/** Runs with images on a containerd of its own. */
export const withImages = <A, E, R>(
  test: (containerd: TestContainerd, users: Users) => Effect.Effect<A, E, R>
) =>
  Effect.gen(function*() {
    const containerd = yield* startContainerd()
    const users: Users = new Map()
    return yield* Effect.provide(test(containerd, users), imagesOn(containerd.address, users))
  }).pipe(Effect.scoped)

export const load = (archive: Uint8Array) =>
  Effect.gen(function*() {
    const images = yield* Images
    const records = yield* Stream.runCollect(images.load(inParts(archive), { quiet: false }))
    return records.map(({ stream }) => stream ?? "")
  })

/** As an upload comes. */
export const inParts = (bytes: Uint8Array): Stream.Stream<Uint8Array> => {
  const parts: Array<Uint8Array> = []
  for (let at = 0; at < bytes.length; at += 65_536) parts.push(bytes.subarray(at, at + 65_536))
  return Stream.fromIterable(parts)
}

export const tags = Effect.gen(function*() {
  const images = yield* Images
  const rows = yield* images.list({ all: false, filters: new Map(), sharedSize: false })
  return rows.flatMap(({ image }) => image.repoTags).toSorted()
})

/** The actions of all image events so far. */
export const actions = Effect.gen(function*() {
  const events = yield* Events
  const stream = yield* events.subscribe({ since: 0n, until: 4_000_000_000_000_000_000n, afterSeq: 0, filters: new Map() })
  // Without an end in the past the stream goes on: what is there by now comes at once.
  const seen = yield* Stream.runCollect(Stream.interruptWhen(stream, Effect.sleep("50 millis")))
  return seen.map(({ action, attributes }) => `${action} ${attributes["name"]}`)
})

/** What containerd holds in our namespace, by kind: to compare. */
export const holdings = (containerd: TestContainerd) =>
  Effect.gen(function*() {
    const lines = (args: ReadonlyArray<string>, skip: number) =>
      Effect.map(containerd.ctr(namespace, args), ({ stdout }) =>
        stdout.split("\n").slice(skip).map((line) => line.split(/\s+/)[0] ?? "").filter((name) => name !== "").toSorted())
    return {
      images: yield* lines(["images", "list", "-q"], 0),
      content: yield* lines(["content", "list", "-q"], 0),
      ingests: yield* lines(["content", "active"], 1),
      snapshots: yield* lines(["snapshots", "list"], 1),
      leases: yield* lines(["leases", "list", "-q"], 0)
    }
  })

export const nothing = { images: [], content: [], ingests: [], snapshots: [], leases: [] }
