import * as Schema from "effect/Schema"
import { ImageConfig } from "../../model/ImageConfig.ts"
import type { Platform } from "../../model/Platform.ts"
import { text } from "../../model/zero.ts"
import type { Descriptor } from "./ImageView.ts"

/** One manifest of an image, with what of it is here. */
export interface ImageManifest {
  readonly descriptor: Descriptor
  readonly kind: "image" | "attestation" | "unknown"
  /** The configuration's own, since an index may say what it likes; its word where there is no configuration. */
  readonly platform: Platform | undefined
  readonly attestationFor: string | undefined
  readonly available: boolean
  /** Its layers lie in snapshots. */
  readonly unpacked: boolean
  readonly config: ImageConfig | undefined
  readonly configDigest: string | undefined
  readonly layers: ReadonlyArray<Descriptor>
  readonly diffIds: ReadonlyArray<string>
  readonly chainIds: ReadonlyArray<string>
  /** Bytes of each unpacked layer, as far as known. */
  readonly layerBytes: ReadonlyArray<number | undefined>
  /** Bytes by digest of all that is here of it. */
  readonly blobs: ReadonlyMap<string, number>
}

/** What a name points at, read to its leaves. */
export interface ImageTree {
  readonly target: Descriptor
  readonly manifests: ReadonlyArray<ImageManifest>
}

const digest = Schema.String.check(Schema.isPattern(/^sha256:[a-f0-9]{64}$/))

const DescriptorJson = Schema.Struct({
  mediaType: text,
  digest,
  size: Schema.Int,
  annotations: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  platform: Schema.optionalKey(Schema.Struct({
    os: text,
    architecture: text,
    variant: Schema.optionalKey(Schema.String)
  }))
})

/** More than any image has; enough to do harm, without it. */
const manifestsMax = 1000
const layersMax = 127

const IndexJson = Schema.Struct({
  manifests: Schema.Array(DescriptorJson).check(Schema.isMaxLength(manifestsMax))
})

const ManifestJson = Schema.Struct({
  config: DescriptorJson,
  layers: Schema.Array(DescriptorJson).check(Schema.isMaxLength(layersMax))
})

export const decodeIndex = Schema.decodeUnknownEffect(Schema.fromJsonString(IndexJson))
export const decodeManifest = Schema.decodeUnknownEffect(Schema.fromJsonString(ManifestJson))
export const decodeConfig = Schema.decodeUnknownEffect(Schema.fromJsonString(ImageConfig))

export const isIndex = (mediaType: string): boolean =>
  mediaType === "application/vnd.oci.image.index.v1+json" ||
  mediaType === "application/vnd.docker.distribution.manifest.list.v2+json"

export const isManifest = (mediaType: string): boolean =>
  mediaType === "application/vnd.oci.image.manifest.v1+json" ||
  mediaType === "application/vnd.docker.distribution.manifest.v2+json"

/** buildx hangs its attestations into the index under this annotation. */
export const attestedDigest = (descriptor: Descriptor): string | undefined =>
  descriptor.annotations?.["vnd.docker.reference.type"] === "attestation-manifest"
    ? descriptor.annotations["vnd.docker.reference.digest"] ?? ""
    : undefined

export const platformOf = (config: ImageConfig): Platform => ({
  os: config.os,
  architecture: config.architecture,
  ...(config.variant === "" ? {} : { variant: config.variant })
})
