import * as Option from "effect/Option"
import type { ImageRow, ImageView, ManifestView } from "../../engine/images/ImageView.ts"
import type { ImageRunConfig } from "../../model/ImageConfig.ts"
import * as Timestamp from "../../model/Timestamp.ts"
import { omitEmpty } from "./omitEmpty.ts"

const runConfigFields: ReadonlySet<string> = new Set([
  "User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels", "StopSignal", "ArgsEscaped", "Healthcheck",
  "OnBuild", "StopTimeout", "Shell"
])

/** A row of the list of images, for the newest clients. */
export const imageRowJson = ({ containers, image, sharedBytes }: ImageRow, manifests: boolean) => ({
  Containers: containers,
  Created: Option.match(Timestamp.parse(image.created), { onNone: () => 0, onSome: (nanos) => Number(nanos / 1_000_000_000n) }),
  Id: image.id,
  Labels: image.shown?.config.config?.Labels ?? null,
  ParentId: "",
  Descriptor: image.target,
  ...(manifests ? { Manifests: image.manifests.map(manifestJson) } : {}),
  RepoDigests: image.repoDigests,
  RepoTags: image.repoTags,
  SharedSize: sharedBytes,
  Size: image.sizeBytes
})

/** The body of an image's inspect, for the newest clients. */
export const imageInspectJson = (image: ImageView, manifests: boolean) => {
  const { shown } = image
  const config = shown?.config
  return {
    Id: image.id,
    RepoTags: image.repoTags,
    RepoDigests: image.repoDigests,
    ...(config?.comment ? { Comment: config.comment } : {}),
    ...(image.created === "" ? {} : { Created: image.created }),
    ...(config?.author ? { Author: config.author } : {}),
    Config: config?.config ? runConfigJson(config.config) : null,
    Architecture: shown?.platform.architecture ?? "",
    ...(shown?.platform.variant === undefined ? {} : { Variant: shown.platform.variant }),
    Os: shown?.platform.os ?? "",
    ...(config?.["os.version"] ? { OsVersion: config["os.version"] } : {}),
    Size: image.sizeBytes,
    RootFS: { Type: "layers", Layers: shown?.diffIds ?? [] },
    Metadata: { LastTagTime: Timestamp.format(image.lastTagTimeNanos) },
    Descriptor: image.target,
    ...(manifests ? { Manifests: image.manifests.map(manifestJson) } : {})
  }
}
export type ImageInspectJson = ReturnType<typeof imageInspectJson>

const runConfigJson = (config: ImageRunConfig): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(omitEmpty(config, runConfigFields)))

const manifestJson = (manifest: ManifestView): object => ({
  ID: manifest.descriptor.digest,
  Descriptor: manifest.descriptor,
  Available: manifest.available,
  Size: { Content: manifest.contentBytes, Total: manifest.contentBytes + manifest.unpackedBytes },
  Kind: manifest.kind,
  ...(manifest.kind === "image"
    ? { ImageData: { Platform: manifest.platform, Size: { Unpacked: manifest.unpackedBytes }, Containers: [] } }
    : {}),
  ...(manifest.kind === "attestation" ? { AttestationData: { For: manifest.attestationFor ?? "" } } : {})
})
