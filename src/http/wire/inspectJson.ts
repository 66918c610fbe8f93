import type { ContainerView } from "../../engine/containers/ContainerView.ts"
import type { ContainerInspection } from "../../engine/containers/ContainerInspection.ts"
import type { ContainerSize } from "../../engine/containers/measureContainer.ts"
import type { ContainerState } from "../../model/ContainerState.ts"
import { inspectShapes } from "../versions/inspectShapes.ts"
import { shapeIndex } from "../versions/shapeIndex.ts"
import { containerConfigJson } from "./containerConfigJson.ts"
import { hostConfigJson } from "./hostConfigJson.ts"
import { endpointsOf, portsOf } from "./networkSettings.ts"

const encoded = new WeakMap<ContainerView, Array<Uint8Array | undefined>>()

/**
 * The body of a container's inspect. A view that did not change is not encoded again for the same kind of client, unless
 * its size is asked for, which changes while the view does not.
 */
export const inspectJson = (inspection: ContainerInspection, version: number, size?: ContainerSize): Uint8Array => {
  const { view } = inspection
  if (size !== undefined) return bytesOf(encode(inspection, version, size))
  const index = shapeIndex(inspectShapes, version)
  const known = encoded.get(view) ?? []
  if (known.length === 0) encoded.set(view, known)
  return known[index] ??= bytesOf(encode(inspection, version, undefined))
}

const bytesOf = (body: object): Uint8Array => Buffer.from(`${JSON.stringify(body)}\n`)

const encode = ({ files, manifest, sandbox, view }: ContainerInspection, version: number, size: ContainerSize | undefined): object => {
  const { record, state } = view
  const shape = inspectShapes.reduce(
    (body, { below, adapt }) => version < below ? adapt(body, view) : body,
    {
      endpoints: endpointsOf(view),
      legacyNetwork: {},
      containerMac: "",
      storage: storageOf(record.snapshotter),
      manifest: manifest === undefined ? {} : { ImageManifestDescriptor: manifest }
    }
  )
  return {
    Id: record.id,
    Created: record.created,
    Path: record.path,
    Args: record.args,
    State: stateJson(state),
    Image: record.imageId,
    ResolvConfPath: files?.resolvConf ?? "",
    HostnamePath: files?.hostname ?? "",
    HostsPath: files?.hosts ?? "",
    LogPath: record.logPath,
    Name: `/${record.name}`,
    RestartCount: state.restartCount,
    Driver: record.snapshotter,
    Platform: record.platform.os,
    MountLabel: "",
    ProcessLabel: "",
    AppArmorProfile: "",
    ExecIDs: view.execIds.length === 0 ? null : view.execIds,
    HostConfig: hostConfigJson(record.hostConfig),
    ...shape.storage,
    ...(size === undefined ? {} : { SizeRw: size.writableBytes, SizeRootFs: size.rootfsBytes }),
    Mounts: record.mounts,
    Config: containerConfigJson(record.config, shape.containerMac),
    NetworkSettings: {
      SandboxID: sandbox?.id ?? "",
      SandboxKey: sandbox?.path ?? "",
      Ports: portsOf(view),
      ...shape.legacyNetwork,
      Networks: shape.endpoints
    },
    ...shape.manifest
  }
}

const storageOf = (snapshotter: string): object => ({ Storage: { RootFS: { Snapshot: { Name: snapshotter } } } })

const stateJson = (state: ContainerState): object => ({
  Status: state.status,
  Running: state.status === "running" || state.status === "paused" || state.status === "restarting",
  Paused: state.status === "paused",
  Restarting: state.status === "restarting",
  OOMKilled: state.oomKilled,
  Dead: state.status === "dead",
  Pid: state.pid,
  ExitCode: state.exitCode,
  Error: state.error,
  StartedAt: state.startedAt,
  FinishedAt: state.finishedAt
})
