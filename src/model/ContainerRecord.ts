import * as Schema from "effect/Schema"
import { ContainerConfig } from "./ContainerConfig.ts"
import { EndpointSettings } from "./EndpointSettings.ts"
import { HostConfig } from "./HostConfig.ts"
import { MountPoint } from "./MountPoint.ts"
import { Platform } from "./Platform.ts"
import { ResolvedRuntime } from "./ResolvedRuntime.ts"
import { SnapshotMount } from "./SnapshotMount.ts"

/**
 * What was asked of a container, resolved at create and never changed in place: rename and update put a new value.
 * Holds all that later operations need, so that none of them asks containerd again.
 */
export const ContainerRecord = Schema.Struct({
  id: Schema.String,
  /** Without the leading slash. */
  name: Schema.String,
  created: Schema.String,
  configRevision: Schema.Int,
  /** Merged with the image's. */
  config: ContainerConfig,
  hostConfig: HostConfig,
  /** Digest of the image's index or manifest, its manifest's platform, and the chain id its snapshot stands on. */
  imageId: Schema.String,
  imageManifest: Schema.String,
  platform: Platform,
  path: Schema.String,
  args: Schema.Array(Schema.String),
  runtime: ResolvedRuntime,
  snapshotter: Schema.String,
  rootfs: Schema.Array(SnapshotMount),
  mounts: Schema.Array(MountPoint),
  /** What was asked of each endpoint, by network name. */
  endpoints: Schema.Record(Schema.String, EndpointSettings),
  /** Empty when the log driver keeps no file. */
  logPath: Schema.String
})
export type ContainerRecord = typeof ContainerRecord.Type
