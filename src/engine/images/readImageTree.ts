import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Blob from "../../containerd/Blob.ts"
import type { ContainerdError } from "../../containerd/ContainerdError.ts"
import type { Containerd } from "../../containerd/Containerd.ts"
import { chainIds } from "../../containerd/contentDigest.ts"
import type { ImageConfig } from "../../model/ImageConfig.ts"
import { ImageMetadata } from "./ImageMetadata.ts"
import * as ImageTree from "./ImageTree.ts"
import type { Descriptor } from "./ImageView.ts"

/** The blobs that are here. */
export type Present = ReadonlyMap<string, Blob.BlobInfo>

/**
 * Reads what a name points at, as far as it is here and makes sense. What was read before is not asked for again.
 * RPC: 1 for each manifest and configuration that is new.
 */
export const readImageTree = Effect.fn("Images.readImageTree")(
  function*(target: Descriptor, present: Present, snapshotter: string) {
    const descriptors = ImageTree.isIndex(target.mediaType)
      ? yield* decoded(target.digest, present, ImageTree.decodeIndex).pipe(
        Effect.map(Option.match({ onNone: () => [], onSome: ({ manifests }) => manifests }))
      )
      : [target]
    const manifests = yield* Effect.forEach(descriptors, (descriptor) => readManifest(descriptor, present, snapshotter), {
      concurrency: 4
    })
    return { target, manifests } satisfies ImageTree.ImageTree
  }
)

const readManifest = Effect.fnUntraced(function*(descriptor: Descriptor, present: Present, snapshotter: string) {
  const attestationFor = ImageTree.attestedDigest(descriptor)
  const absent: ImageTree.ImageManifest = {
    descriptor,
    kind: attestationFor !== undefined ? "attestation" : ImageTree.isManifest(descriptor.mediaType) ? "image" : "unknown",
    platform: attestationFor === undefined ? descriptor.platform : undefined,
    attestationFor,
    available: false,
    unpacked: false,
    config: undefined,
    configDigest: undefined,
    layers: [],
    diffIds: [],
    chainIds: [],
    layerBytes: [],
    blobs: sizesOf([descriptor.digest], present)
  }
  if (!ImageTree.isManifest(descriptor.mediaType)) return absent
  const manifest = Option.getOrUndefined(yield* decoded(descriptor.digest, present, ImageTree.decodeManifest))
  if (manifest === undefined) return absent
  const blobs = sizesOf([descriptor.digest, manifest.config.digest, ...manifest.layers.map(({ digest }) => digest)], present)
  const config = absent.kind === "image"
    ? Option.getOrUndefined(yield* decoded(manifest.config.digest, present, ImageTree.decodeConfig))
    : undefined
  if (config === undefined) return { ...absent, blobs, layers: manifest.layers, configDigest: manifest.config.digest }
  return withConfig({ ...absent, blobs, layers: manifest.layers, configDigest: manifest.config.digest }, config, {
    snapshot: present.get(manifest.config.digest)?.labels[`containerd.io/gc.ref.snapshot.${snapshotter}`],
    metadata: yield* ImageMetadata
  })
})

const withConfig = (
  manifest: ImageTree.ImageManifest,
  config: ImageConfig,
  { metadata, snapshot }: { readonly snapshot: string | undefined; readonly metadata: ImageMetadata["Service"] }
): ImageTree.ImageManifest => {
  const diffIds = config.rootfs.diff_ids ?? []
  const chains = chainIds(diffIds)
  const unpacked = chains.length === 0 || snapshot === chains.at(-1)
  return {
    ...manifest,
    config,
    platform: ImageTree.platformOf(config),
    diffIds,
    chainIds: chains,
    unpacked,
    available: unpacked || manifest.layers.every(({ digest }) => manifest.blobs.has(digest)),
    layerBytes: chains.map((chain) => unpacked ? numberOf(metadata.get(usageKey(chain))) : undefined)
  }
}

/** Under what a snapshot's size is kept. */
export const usageKey = (chainId: string) => `usage:${chainId}`

const numberOf = (value: string | undefined) => value === undefined ? undefined : Number(value)

const sizesOf = (digests: ReadonlyArray<string>, present: Present): ReadonlyMap<string, number> =>
  new Map(digests.flatMap((digest) => {
    const info = present.get(digest)
    return info === undefined ? [] : [[digest, info.size] as const]
  }))

const utf8 = new TextDecoder()

/** None when the blob is not here, is too large, or is not what it should be. */
const decoded = Effect.fnUntraced(function*<A, E>(
  digest: string,
  present: Present,
  decode: (json: string) => Effect.Effect<A, E>
): Effect.fn.Return<Option.Option<A>, ContainerdError, Containerd | ImageMetadata> {
  if (!present.has(digest)) return Option.none()
  const metadata = yield* ImageMetadata
  const known = metadata.get(digest)
  if (known !== undefined) return yield* Effect.option(decode(known))
  const json = yield* Blob.read(digest).pipe(
    Effect.map((bytes) => utf8.decode(bytes)),
    Effect.catchIf(isUnreadable, () => Effect.succeed(undefined))
  )
  if (json === undefined) return Option.none()
  const value = yield* Effect.option(decode(json))
  if (Option.isSome(value)) yield* metadata.put(digest, json)
  return value
})

const isUnreadable = (error: ContainerdError) => error.reason === "NotFound" || error.reason === "ResourceExhausted"
