import type { ImageConfig } from "../../model/ImageConfig.ts"
import type { Platform } from "../../model/Platform.ts"

/** An OCI content descriptor. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly annotations?: Readonly<Record<string, string>>
  readonly platform?: Platform
}

/** One manifest of an image's index, as `manifests=1` shows it. */
export interface ManifestView {
  readonly descriptor: Descriptor
  /** All of its content is here. */
  readonly available: boolean
  readonly kind: "image" | "attestation" | "unknown"
  /** The platform of an image; for an attestation absent. */
  readonly platform: Platform | undefined
  /** Of an attestation: the digest of the image manifest that it speaks of. */
  readonly attestationFor: string | undefined
  /** Bytes in the content store, and bytes of the layers as they were sent. */
  readonly contentBytes: number
  readonly unpackedBytes: number
}

/** What of one platform is shown: the host's own when it is here, else the first that is. */
export interface ImagePlatformView {
  readonly manifest: Descriptor
  readonly platform: Platform
  readonly config: ImageConfig
  /** What its snapshot is called: the parent of a container's. Empty for an image without layers. */
  readonly chainId: string
  readonly diffIds: ReadonlyArray<string>
}

/** An image as lists and inspect show it. Immutable: given again as long as nothing changed. */
export interface ImageView {
  /** Digest of what the names point at: an index or a manifest. */
  readonly id: string
  readonly target: Descriptor
  /** Familiar, `busybox:latest`; empty for a dangling image. */
  readonly repoTags: ReadonlyArray<string>
  /** Familiar, `busybox@sha256:…`. */
  readonly repoDigests: ReadonlyArray<string>
  /** RFC 3339; when the image was made, by its configuration; empty if that does not say. */
  readonly created: string
  /** Nanoseconds: when its newest name was set. */
  readonly lastTagTimeNanos: bigint
  /** Content and unpacked layers. */
  readonly sizeBytes: number
  /** Absent when none of the image's platforms is here as a whole. */
  readonly shown: ImagePlatformView | undefined
  readonly manifests: ReadonlyArray<ManifestView>
}

/** A row of the list: what the view does not hold as it depends on other images and on containers. */
export interface ImageRow {
  readonly image: ImageView
  /** Bytes that other images hold as well; -1 unless asked for. */
  readonly sharedBytes: number
  /** Containers that stand on it. */
  readonly containers: number
}

export interface HistoryRow {
  /** The image's id for the newest, `<missing>` for those below. */
  readonly id: string
  readonly createdSeconds: number
  readonly createdBy: string
  readonly tags: ReadonlyArray<string>
  readonly sizeBytes: number
  readonly comment: string
}

export interface FoundImage {
  readonly id: string
  readonly manifestDigest: string
  readonly platform: Platform
  readonly config: ImageConfig
  readonly chainId: string
  readonly diffIds: ReadonlyArray<string>
  /** False: `chainId` is not there yet, and `Images.unpack` has to come first. */
  readonly unpacked: boolean
  /** Familiar `name:tag` under which it was asked for; absent when it was asked for by id or digest. */
  readonly reference: string | undefined
  /** Docker's warning when the image is for another platform than the host and none was asked for. */
  readonly platformWarning: string | undefined
}
