import * as Effect from "effect/Effect"
import { CurrentConfig } from "../../config/EngineConfig.ts"
import { HostDevices } from "../../host/HostDevices.ts"
import { HostFacts } from "../../host/HostFacts.ts"
import type { ContainerRecord } from "../../model/ContainerRecord.ts"
import { EngineHome } from "../EngineHome.ts"
import { namespaceLink, runningContainer } from "./connectContainer.ts"
import { type ContainerEntry, now } from "./ContainerEntry.ts"
import { containerUser } from "./containerUser.ts"
import { networkMode } from "./networkMode.ts"
import { buildSpec } from "./spec/buildSpec.ts"
import { cgroupsPath } from "./spec/cgroupsPath.ts"
import { joinedContainer } from "./spec/namespaceModes.ts"
import { decodeOwnProfile } from "./spec/seccomp.ts"
import type { JoinedNamespaces, NetworkNamespace } from "./spec/SpecInput.ts"
import { networkFiles } from "./writeNetworkFiles.ts"

/** The OCI specification of a container's next run: what was asked of it, on this host, under this configuration. */
export const prepareSpec = Effect.fnUntraced(function*(entry: ContainerEntry) {
  const { record } = now(entry)
  const { derived, user } = yield* CurrentConfig
  const home = yield* EngineHome
  return yield* buildSpec({
    record,
    host: yield* HostFacts,
    user: yield* containerUser(record),
    defaults: {
      init: user.init,
      noNewPrivileges: user.noNewPrivileges,
      ulimits: Object.entries(user.defaultUlimits).map(([Name, { Hard, Soft }]) => ({ Name, Hard, Soft }))
    },
    network: networkNamespace(home, record),
    files: yield* filesOf(record),
    cgroupsPath: cgroupsPath(
      record.id,
      record.hostConfig.CgroupParent === "" ? user.cgroupParent ?? "" : record.hostConfig.CgroupParent,
      derived.systemdCgroup ? "systemd" : "cgroupfs"
    ),
    joined: yield* joinedNamespaces(record),
    ...(home.initPath === undefined ? {} : { initPath: user.initPath ?? home.initPath }),
    seccomp: yield* daemonProfile,
    devices: yield* devicesOf(record),
    blockDevices: new Map(),
    recursiveReadOnly: false
  })
})

/** The profile of containers that bring none: the configured one, else the built-in. */
const daemonProfile = Effect.gen(function*() {
  const { derived, user } = yield* CurrentConfig
  if (user.seccompProfile === "unconfined") return undefined
  return derived.seccompProfile === undefined
    ? (yield* EngineHome).seccomp
    : yield* decodeOwnProfile(derived.seccompProfile)
})

const networkNamespace = (home: EngineHome["Service"], record: ContainerRecord): NetworkNamespace =>
  networkMode(record.hostConfig).kind === "host" ? { type: "host" } : { type: "path", path: namespaceLink(home, record.id) }

/** A container that shares another's network shares the files that speak of it. */
const filesOf = Effect.fnUntraced(function*(record: ContainerRecord) {
  const home = yield* EngineHome
  const mode = networkMode(record.hostConfig)
  return networkFiles(home, mode.kind === "container" ? (yield* runningContainer(mode.reference)).id : record.id)
})

const joinedNamespaces = Effect.fnUntraced(function*({ hostConfig }: ContainerRecord) {
  const path = Effect.fnUntraced(function*(mode: string, kind: "pid" | "ipc") {
    const reference = joinedContainer(mode)
    return reference === undefined ? {} : { [kind]: `/proc/${now(yield* runningContainer(reference)).state.pid}/ns/${kind}` }
  })
  return { ...(yield* path(hostConfig.PidMode, "pid")), ...(yield* path(hostConfig.IpcMode, "ipc")) } as JoinedNamespaces
})

const devicesOf = Effect.fnUntraced(function*({ hostConfig }: ContainerRecord) {
  const devices = yield* HostDevices
  if (hostConfig.Privileged) return yield* devices.all
  const found = yield* Effect.forEach(hostConfig.Devices ?? [], (device) =>
    devices.find(device.PathOnHost, device.PathInContainer, device.CgroupPermissions === "" ? "rwm" : device.CgroupPermissions))
  return found.flat()
})
