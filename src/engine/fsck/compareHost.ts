import type { ContainerRecord } from "../../model/ContainerRecord.ts"
import { poolSize } from "../../network/NetworkNamespaces.ts"
import { networkMode } from "../containers/networkMode.ts"
import { type Finding, finding } from "./Finding.ts"
import type { FsckTarget } from "./FsckTarget.ts"
import type { HostReading } from "./HostReading.ts"
import { runningOf, runs, type StoreReading } from "./StoreReading.ts"

/** Where the store and the host disagree. */
export const compareHost = (target: FsckTarget, store: StoreReading, host: HostReading): ReadonlyArray<Finding> => [
  ...compareStore(target, store, host),
  ...comparePipes(target, store, host),
  ...compareNetworks(store, host),
  ...compareProcesses(target, store, host)
]

const compareStore = ({ dataRoot }: FsckTarget, store: StoreReading, host: HostReading): ReadonlyArray<Finding> => {
  const known = new Set([...store.containers.keys(), ...store.unreadable])
  return [
    ...store.unreadable.map((id) => finding("I18", id, "the record of the container cannot be read")),
    // What could not be removed is dead, and goes at the next boot or the next try.
    ...store.intents.filter(({ target }) => store.containers.get(target)?.state.status !== "dead").map(({ kind, target }) => finding("I1", target, `${kind} was begun, and neither finished nor undone`)),
    ...[...store.containers.values()].filter(({ state }) => state.status === "removing")
      .map(({ record: { id } }) => finding("I1", id, "the removal of the container does not come to its end")),
    ...[...store.execs].filter((exec) => !runningOf(store).has(exec.slice(0, exec.indexOf("/"))))
      .map((exec) => finding("I1", exec, "an exec is kept of a container that does not run")),
    ...host.directories.filter((id) => !known.has(id))
      .map((id) => finding("I1", `${dataRoot}/containers/${id}`, "a directory of no container of ours")),
    ...[...known].filter((id) => !host.directories.includes(id) && store.containers.get(id)?.state.status !== "dead")
      .map((id) => finding("I1", id, "the container has lost its directory")),
    ...host.unreadable.map((file) => finding("I18", file, "cannot be read")),
    ...host.drafts.map((file) => finding("I18", file, "a draft was left"))
  ]
}

const comparePipes = ({ execRoot }: FsckTarget, store: StoreReading, { io }: HostReading): ReadonlyArray<Finding> =>
  [...io].flatMap(([id, names]) => {
    const path = `${execRoot}/io/${id}`
    const stored = store.containers.get(id)
    if (stored === undefined) return [finding("I7", path, "pipes of no container of ours")]
    return names.flatMap((name) => {
      const live = name === "netns" || (runs(stored) && name === `run-${stored.state.generation}`) ||
        (name.startsWith("exec-") && store.execs.has(`${id}/${name.slice("exec-".length)}`))
      return live ? [] : [finding("I7", `${path}/${name}`, "pipes of a process that does not run")]
    })
  })

/** Whether a container that runs has a network namespace from us, and endpoints. */
const hasNetwork = ({ hostConfig }: ContainerRecord) => !["host", "container"].includes(networkMode(hostConfig).kind)

const compareNetworks = (store: StoreReading, host: HostReading): ReadonlyArray<Finding> => {
  const running = runningOf(store)
  const attached = new Map(host.attachments.map((record) => [record.attachment.containerId, record]))
  const pins = new Set(host.attachments.map(({ attachment }) => attachment.netnsPath))
  const ownerless = host.namespaces.filter((path) => !pins.has(path))
  const expected = new Map(host.attachments.flatMap(({ attachment, request }) =>
    Object.values(request?.networks ?? {}).map(({ options }) => [options.host_interface_name, attachment.containerId] as const)))
  const addresses = host.attachments.flatMap(({ attachment }) =>
    Object.entries(attachment.endpoints).map(([network, { IPAddress }]) => `${network} ${IPAddress}`))
  return [
    // Those kept ready are nobody's and no fault; one more is.
    ...(ownerless.length > poolSize ? ownerless.map((path) => finding("I8", path, "a network namespace of no container of ours")) : []),
    ...[...pins].filter((path) => path !== "" && !host.namespaces.includes(path))
      .map((path) => finding("I8", path, "the network namespace of a container is not pinned any more")),
    ...[...attached.keys()].filter((id) => !running.has(id))
      .map((id) => finding("I8", id, "a network attachment of a container that does not run")),
    ...[...store.containers.values()].filter((stored) => runs(stored) && hasNetwork(stored.record) && !attached.has(stored.record.id))
      .map(({ record: { id } }) => finding("I8", id, "the container runs and has no network attachment")),
    ...host.veths.filter((name) => !expected.has(name)).map((name) => finding("I9", name, "an interface on our bridge of no container")),
    ...[...expected].filter(([name]) => !host.veths.includes(name))
      .map(([name, id]) => finding("I9", name, `the interface of container ${id} is not on its bridge`)),
    ...addresses.filter((address, index) => addresses.indexOf(address) !== index)
      .map((address) => finding("I11", address, "two containers have this address")),
    ...[...store.containers.values()].filter(runs).flatMap(({ record: { id }, state }) =>
      Object.entries(state.endpoints).filter(([name, { IPAddress }]) =>
        attached.get(id)?.attachment.endpoints[name]?.IPAddress !== IPAddress).map(([name, { IPAddress }]) =>
          finding("I11", `${name} ${IPAddress}`, `container ${id} has this address without it having been given out to it`)))
  ]
}

const compareProcesses = ({ dataRoot, execRoot, namespace }: FsckTarget, store: StoreReading, host: HostReading): ReadonlyArray<Finding> => {
  const running = runningOf(store)
  const dead = [...host.cgroups].filter((id) => !running.has(id) && (store.containers.has(id) || store.removed.has(id)))
  const rootfs = `${execRoot}/containerd/io.containerd.runtime.v2.task/${namespace}/`
  const owner = (mount: string) => {
    const prefix = [rootfs, `${execRoot}/shm/`, `${dataRoot}/containers/`].find((prefix) => mount.startsWith(prefix))
    return prefix === undefined ? "" : mount.slice(prefix.length).split("/")[0] ?? ""
  }
  return [
    ...[...host.shims].filter(([id]) => !running.has(id))
      .map(([id, pid]) => finding("I3", id, `a shim (pid ${pid}) of a container that does not run`)),
    ...host.mounts.filter((mount) => !running.has(owner(mount))).map((mount) => finding("I13", mount, "a mount of no container that runs")),
    ...dead.map((id) => finding("I14", id, "a cgroup of a container that does not run"))
  ]
}
