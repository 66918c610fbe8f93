import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Blob from "../../containerd/Blob.ts"
import type { ContainerdError } from "../../containerd/ContainerdError.ts"
import * as Lease from "../../containerd/Lease.ts"
import { applyLayer } from "../../containerd/unpackLayers.ts"
import * as ImageReference from "../../model/ImageReference.ts"
import type { Platform } from "../../model/Platform.ts"
import { randomId } from "../../model/randomId.ts"
import * as Timestamp from "../../model/Timestamp.ts"
import { Events } from "../events/Events.ts"
import { applyChanges, type ChangedConfig } from "./applyChanges.ts"
import { BadArchive } from "./ImageFailures.ts"
import { ImageIndex } from "./ImageIndex.ts"
import { danglingName } from "./imageNames.ts"
import type { ImportRequest } from "./Images.ts"
import { failAs } from "./operationFailed.ts"
import { publishImageEvent } from "./publishImageEvent.ts"
import type { Tell } from "./pullImage.ts"
import { nameToGive } from "./tagImage.ts"

const manifestType = "application/vnd.oci.image.manifest.v1+json"
const configType = "application/vnd.oci.image.config.v1+json"
const layerType = "application/vnd.oci.image.layer.v1.tar"

/** Makes an image of one layer from a root file system. */
export const importImage = Effect.fn("Images.import")(
  function*(rootfs: Stream.Stream<Uint8Array>, request: ImportRequest, tell: Tell) {
    const index = yield* ImageIndex
    const { host, snapshotter } = index.options
    const name = request.repository === ""
      ? Option.none<ImageReference.ImageReference>()
      : Option.some(yield* nameToGive(request.repository, request.tag))
    const config = yield* applyChanges(request.changes)
    const id = yield* randomId
    const lease = yield* Lease.hold(`gantry-import-${id}`).pipe(failAs("import"))

    const layer = yield* writeLayer(rootfs, { ref: `gantry-import-${id}`, lease })
    const { commit, diffId } = yield* applyLayer({ layer, parent: "", snapshotter, lease }).pipe(Effect.mapError(archiveFailure))
    yield* commit.pipe(failAs("import"))
    const imageConfig = yield* writeJson(
      yield* configOf({ config, diffId, message: request.message, platform: request.platform ?? host }),
      { lease, mediaType: configType, labels: { [`containerd.io/gc.ref.snapshot.${snapshotter}`]: diffId } }
    )
    const manifest = yield* writeJson(
      { schemaVersion: 2, mediaType: manifestType, config: imageConfig, layers: [layer] },
      {
        lease,
        mediaType: manifestType,
        labels: { "containerd.io/gc.ref.content.config": imageConfig.digest, "containerd.io/gc.ref.content.l.0": layer.digest }
      }
    )
    yield* index.put(
      Option.match(name, { onNone: () => danglingName(manifest.digest), onSome: ImageReference.canonical }),
      manifest
    ).pipe(failAs("import"))
    const image = (yield* index.images).get(manifest.digest)
    if (image !== undefined) {
      const told = Option.match(name, { onNone: () => manifest.digest, onSome: ImageReference.familiar })
      yield* publishImageEvent(yield* Events, "import", image.view, told)
    }
    yield* tell([{ status: manifest.digest }])
  },
  Effect.scoped
)

const writeLayer = Effect.fnUntraced(function*(rootfs: Stream.Stream<Uint8Array>, options: { readonly ref: string; readonly lease: string }) {
  let head = new Uint8Array()
  const bytes = Stream.tap(rootfs, (chunk) =>
    Effect.sync(() => {
      if (head.length < 4) head = new Uint8Array([...head, ...chunk.subarray(0, 4)])
    }))
  const { digest, size } = yield* Effect.scoped(Blob.write(bytes, { ...options, labels: {} })).pipe(failAs("import"))
  const suffix = suffixOf(head)
  if (size === 0 || suffix === undefined) {
    return yield* new BadArchive({ message: size === 0 ? "the archive is empty" : "the archive's compression is not supported: use gzip or zstd" })
  }
  return { mediaType: layerType + suffix, digest, size }
})

const startsWith = (bytes: Uint8Array, magic: ReadonlyArray<number>) => magic.every((byte, at) => bytes[at] === byte)

/** How a layer is compressed, by its first bytes, as media types tell it. */
const suffixOf = (head: Uint8Array): string | undefined => {
  if (startsWith(head, [0x1f, 0x8b])) return "+gzip"
  if (startsWith(head, [0x28, 0xb5, 0x2f, 0xfd])) return "+zstd"
  // bzip2 and xz
  return startsWith(head, [0x42, 0x5a, 0x68]) || startsWith(head, [0xfd, 0x37, 0x7a, 0x58]) ? undefined : ""
}

const configOf = ({ config, diffId, message, platform }: {
  readonly config: ChangedConfig
  readonly diffId: string
  readonly message: string
  readonly platform: Platform
}) =>
  Effect.map(Timestamp.now, (now) => {
    const created = Timestamp.format(now)
    return {
      created,
      ...platform,
      config,
      rootfs: { type: "layers", diff_ids: [diffId] },
      history: [{ created, comment: message === "" ? "Imported from -" : message }]
    }
  })

const writeJson = Effect.fnUntraced(function*(
  value: object,
  { labels, lease, mediaType }: { readonly lease: string; readonly mediaType: string; readonly labels: Readonly<Record<string, string>> }
) {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  const ref = `gantry-import-${yield* randomId}`
  const written = yield* Effect.scoped(Blob.write(Stream.make(bytes), { ref, lease, labels })).pipe(failAs("import"))
  return { mediaType, digest: written.digest, size: written.size }
})

const archiveFailure = (error: ContainerdError) => new BadArchive({ message: error.message })
