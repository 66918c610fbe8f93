import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { flag, flagOrNull, integer, integerOrNull, listOf, pointerTo, text, textMap, texts } from "./zero.ts"

const LogConfig = Schema.Struct({ Type: text, Config: textMap })
const RestartPolicy = Schema.Struct({ Name: text, MaximumRetryCount: integer })
const PortBinding = Schema.Struct({ HostIp: text, HostPort: text })
export type PortBinding = typeof PortBinding.Type
const DeviceMapping = Schema.Struct({ PathOnHost: text, PathInContainer: text, CgroupPermissions: text })
const DeviceRequest = Schema.Struct({
  Driver: text, Count: integer, DeviceIDs: texts, Capabilities: listOf(Schema.Array(Schema.String)), Options: textMap
})
const WeightDevice = Schema.Struct({ Path: text, Weight: integer })
const ThrottleDevice = Schema.Struct({ Path: text, Rate: integer })
const Ulimit = Schema.Struct({ Name: text, Hard: integer, Soft: integer })

/** One entry of `--mount`. */
export const MountRequest = Schema.Struct({
  /** `bind`, `volume`, `tmpfs`, `image`, `npipe`, `cluster`. */
  Type: text,
  Source: text,
  Target: text,
  ReadOnly: flag,
  Consistency: text,
  BindOptions: pointerTo(Schema.Struct({
    Propagation: text, NonRecursive: flag, CreateMountpoint: flag, ReadOnlyNonRecursive: flag,
    ReadOnlyForceRecursive: flag
  })),
  VolumeOptions: pointerTo(Schema.Struct({
    NoCopy: flag, Labels: textMap, Subpath: text,
    DriverConfig: pointerTo(Schema.Struct({ Name: text, Options: textMap }))
  })),
  TmpfsOptions: pointerTo(Schema.Struct({
    SizeBytes: integer, Mode: integer, Options: listOf(Schema.Array(Schema.String))
  }))
})
export type MountRequest = typeof MountRequest.Type

const empty = <S extends Schema.Constraint>(schema: S, zero: S["Encoded"]) =>
  Schema.withDecodingDefaultKey<S>(Effect.succeed(zero))(schema)

/** The limits that `update` can change too. Memory in bytes; `CpuPeriod` and `CpuQuota` in microseconds. */
export const resourceFields = {
  CpuShares: integer,
  Memory: integer,
  /** Billionths of a CPU. */
  NanoCpus: integer,
  CgroupParent: text,
  BlkioWeight: integer,
  BlkioWeightDevice: listOf(WeightDevice),
  BlkioDeviceReadBps: listOf(ThrottleDevice),
  BlkioDeviceWriteBps: listOf(ThrottleDevice),
  BlkioDeviceReadIOps: listOf(ThrottleDevice),
  BlkioDeviceWriteIOps: listOf(ThrottleDevice),
  CpuPeriod: integer,
  CpuQuota: integer,
  CpuRealtimePeriod: integer,
  CpuRealtimeRuntime: integer,
  CpusetCpus: text,
  CpusetMems: text,
  Devices: listOf(DeviceMapping),
  DeviceCgroupRules: texts,
  DeviceRequests: listOf(DeviceRequest),
  MemoryReservation: integer,
  /** Memory and swap together; -1 is unlimited. */
  MemorySwap: integer,
  /** 0 to 100; `null` and -1 leave the kernel's. */
  MemorySwappiness: integerOrNull,
  OomKillDisable: flagOrNull,
  PidsLimit: integerOrNull,
  Ulimits: listOf(Ulimit),
  CpuCount: integer,
  CpuPercent: integer,
  IOMaximumIOps: integer,
  IOMaximumBandwidth: integer
}

/** How a container sits on its host, in the words of Docker's API (`HostConfig`). */
export const HostConfig = Schema.Struct({
  Binds: texts,
  ContainerIDFile: text,
  LogConfig: empty(LogConfig, {}),
  NetworkMode: text,
  PortBindings: Schema.NullOr(Schema.Record(Schema.String, Schema.NullOr(Schema.Array(PortBinding)))).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed(null))
  ),
  RestartPolicy: empty(RestartPolicy, {}),
  AutoRemove: flag,
  VolumeDriver: text,
  VolumesFrom: texts,
  /** Rows and columns of the client's terminal. */
  ConsoleSize: empty(Schema.Array(Schema.Int), [0, 0]),
  Annotations: textMap,
  CapAdd: texts,
  CapDrop: texts,
  CgroupnsMode: text,
  Dns: texts,
  DnsOptions: texts,
  DnsSearch: texts,
  ExtraHosts: texts,
  GroupAdd: texts,
  IpcMode: text,
  Cgroup: text,
  Links: texts,
  OomScoreAdj: integer,
  PidMode: text,
  Privileged: flag,
  PublishAllPorts: flag,
  ReadonlyRootfs: flag,
  SecurityOpt: texts,
  StorageOpt: textMap,
  Tmpfs: textMap,
  UTSMode: text,
  UsernsMode: text,
  ShmSize: integer,
  Sysctls: textMap,
  Runtime: text,
  Isolation: text,
  ...resourceFields,
  Mounts: listOf(MountRequest),
  /** `null`: the defaults; `[]`: none. */
  MaskedPaths: texts,
  ReadonlyPaths: texts,
  Init: flagOrNull
})
export type HostConfig = typeof HostConfig.Type
