import type { ContainerView } from "../../engine/containers/ContainerView.ts"
import type { ContainerState } from "../../model/ContainerState.ts"
import { inspectShapes } from "../versions/inspectShapes.ts"
import { shapeIndex } from "../versions/shapeIndex.ts"
import { containerConfigJson } from "./containerConfigJson.ts"
import { hostConfigJson } from "./hostConfigJson.ts"
import { endpointsOf, portsOf } from "./networkSettings.ts"

const encoded = new WeakMap<ContainerView, Array<Uint8Array | undefined>>()

/** The body of a container's inspect. A view that did not change is not encoded again for the same kind of client. */
export const inspectJson = (view: ContainerView, version: number): Uint8Array => {
  const index = shapeIndex(inspectShapes, version)
  const known = encoded.get(view) ?? []
  if (known.length === 0) encoded.set(view, known)
  return known[index] ??= Buffer.from(`${JSON.stringify(encode(view, version))}\n`)
}

const encode = (view: ContainerView, version: number): object => {
  const { record, state } = view
  const shape = inspectShapes.reduce(
    (body, { below, adapt }) => version < below ? adapt(body, view) : body,
    { endpoints: endpointsOf(view), legacyNetwork: {}, containerMac: "", storage: storageOf(record.snapshotter) }
  )
  return {
    Id: record.id,
    Created: record.created,
    Path: record.path,
    Args: record.args,
    State: stateJson(state),
    Image: record.imageId,
    ResolvConfPath: "",
    HostnamePath: "",
    HostsPath: "",
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
    Mounts: record.mounts,
    Config: containerConfigJson(record.config, shape.containerMac),
    NetworkSettings: {
      SandboxID: "",
      SandboxKey: "",
      Ports: portsOf(view),
      ...shape.legacyNetwork,
      Networks: shape.endpoints
    }
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
