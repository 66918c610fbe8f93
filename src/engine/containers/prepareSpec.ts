import * as Effect from "effect/Effect"
import { CurrentConfig } from "../../config/EngineConfig.ts"
import { HostDevices } from "../../host/HostDevices.ts"
import { HostFacts } from "../../host/HostFacts.ts"
import type { ContainerRecord } from "../../model/ContainerRecord.ts"
import { EngineHome } from "../EngineHome.ts"
import { namespaceLink } from "./connectContainer.ts"
import { type ContainerEntry, now } from "./ContainerEntry.ts"
import { containerUser } from "./containerUser.ts"
import { networkMode } from "./networkMode.ts"
import { runningContainer } from "./runningContainer.ts"
import { sharedMemory } from "./sharedMemory.ts"
import { buildSpec } from "./spec/buildSpec.ts"
import { cgroupsPath } from "./spec/cgroupsPath.ts"
import { joinedContainer } from "./spec/namespaceModes.ts"
import { blockPaths } from "./spec/resources.ts"
import { decodeOwnProfile } from "./spec/seccomp.ts"
import type { JoinedNamespaces, NetworkNamespace } from "./spec/SpecInput.ts"
import { networkFiles } from "./writeNetworkFiles.ts"

/** The OCI specification of a container's next run: what was asked of it, on this host, under this configuration. */
export const prepareSpec = Effect.fnUntraced(function*(entry: ContainerEntry) {
  const record = yield* named(now(entry).record)
  const { derived, user } = yield* CurrentConfig
  const home = yield* EngineHome
  const shmSource = yield* sharedMemory(record)
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
    ...(shmSource === undefined ? {} : { shmSource }),
    ...(home.initPath === undefined ? {} : { initPath: user.initPath ?? home.initPath }),
    seccomp: yield* daemonProfile,
    devices: yield* devicesOf(record),
    blockDevices: yield* (yield* HostDevices).numbers(blockPaths(record.hostConfig)),
    // Every runtime of the stack has it since runc 1.1 and crun 1.4.
    recursiveReadOnly: true
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

/** A container that shares another's network has its name too. */
const named = Effect.fnUntraced(function*(record: ContainerRecord) {
  const mode = networkMode(record.hostConfig)
  if (mode.kind !== "container") return record
  const { Domainname, Hostname } = now(yield* runningContainer(mode.reference, "network")).record.config
  return { ...record, config: { ...record.config, Domainname, Hostname } }
})

/** It shares the files that speak of it as well. */
const filesOf = Effect.fnUntraced(function*(record: ContainerRecord) {
  const home = yield* EngineHome
  const mode = networkMode(record.hostConfig)
  return networkFiles(home, mode.kind === "container" ? (yield* runningContainer(mode.reference, "network")).id : record.id)
})

const joinedNamespaces = Effect.fnUntraced(function*({ hostConfig }: ContainerRecord) {
  const pid = yield* pidOf(hostConfig.PidMode, "PID")
  const ipc = yield* pidOf(hostConfig.IpcMode, "IPC")
  return {
    ...(pid === undefined ? {} : { pid: `/proc/${pid}/ns/pid` }),
    ...(ipc === undefined ? {} : { ipc: `/proc/${ipc}/ns/ipc` })
  } satisfies JoinedNamespaces
})

/** The init of the container that a mode names. */
const pidOf = Effect.fnUntraced(function*(mode: string, namespace: "PID" | "IPC") {
  const reference = joinedContainer(mode)
  return reference === undefined ? undefined : now(yield* runningContainer(reference, namespace)).state.pid
})

const devicesOf = Effect.fnUntraced(function*({ hostConfig }: ContainerRecord) {
  const devices = yield* HostDevices
  const mapped = yield* Effect.forEach(hostConfig.Devices ?? [], (device) =>
    devices.find(device.PathOnHost, device.PathInContainer, device.CgroupPermissions === "" ? "rwm" : device.CgroupPermissions))
  if (!hostConfig.Privileged) return mapped.flat()
  // A privileged container has them all; under another path too if it asked for that.
  const all = yield* devices.all
  const paths = new Set(all.map((device) => device.path))
  return [...all, ...mapped.flat().filter((device) => !paths.has(device.path))]
})
