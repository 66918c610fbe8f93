import type { ContainerdReading } from "./ContainerdReading.ts"
import { type Finding, finding } from "./Finding.ts"
import { runningOf, runs, type StoreReading } from "./StoreReading.ts"

/** Where the store and containerd disagree. */
export const compareContainerd = (store: StoreReading, containerd: ContainerdReading): ReadonlyArray<Finding> => [
  ...compareRecords(store, containerd),
  ...compareTasks(store, containerd),
  ...compareRest(store, containerd)
]

const compareRecords = ({ containers }: StoreReading, containerd: ContainerdReading): ReadonlyArray<Finding> => [
  ...[...containers.values()].flatMap(({ record: { id }, state }) => {
    const known = containerd.containers.has(id)
    // Half of what is dead may be gone.
    if (known === (state.registered !== null) || state.status === "dead") return []
    return [finding("I1", id, known
      ? "containerd has a record of the container that the store knows nothing of"
      : "containerd has no record of the container, though it was given one")]
  }),
  ...[...containerd.containers].filter((id) => !containers.has(id))
    .map((id) => finding("I1", id, "containerd has a record of no container of ours")),
  ...[...containerd.sandboxes].filter((id) => !containers.has(id))
    .map((id) => finding("I1", id, "containerd has a sandbox record of no container of ours")),
  ...[...containers.values()].filter(({ record: { id }, state }) => state.status !== "dead" && !containerd.sandboxes.has(id))
    .map(({ record: { id } }) => finding("I1", id, "containerd has no sandbox record of the container"))
]

const compareTasks = (store: StoreReading, { tasks }: ContainerdReading): ReadonlyArray<Finding> => {
  const running = runningOf(store)
  return [
    ...[...tasks.values()].filter(({ containerId }) => !running.has(containerId)).map(({ containerId, pid, status }) =>
      finding("I2", containerId, `a task (${status}, pid ${pid}) of a container that does not run`)),
    ...[...tasks.values()].filter(({ containerId, status }) => running.has(containerId) && status === "stopped")
      .map(({ containerId }) => finding("I2", containerId, "the task has stopped, and the container counts as running")),
    ...[...store.containers.values()].filter((stored) => runs(stored)).flatMap(({ record: { id }, state }) => {
      const task = tasks.get(id)
      if (task === undefined) return [finding("I2", id, "the container counts as running and has no task")]
      return task.pid === state.pid ? [] : [finding("I2", id, `the task's pid is ${task.pid}, the container's ${state.pid}`)]
    })
  ]
}

const compareRest = ({ containers }: StoreReading, containerd: ContainerdReading): ReadonlyArray<Finding> => {
  // What is written or unpacked now is kept by a lease, whose owner may be asked for.
  const atWork = containerd.leases.some(({ ownerLives }) => ownerLives)
  const strays = containerd.snapshots.filter(({ key, kind }) =>
    kind !== "committed" && !containers.has(key) && !(atWork && key.startsWith("gantry-")))
  const kept = new Set(containerd.snapshots.map(({ key, snapshotter }) => `${snapshotter}/${key}`))
  return [
    ...strays.map(({ key, kind, snapshotter }) => finding("I4", key, `a snapshot (${kind}, ${snapshotter}) of no container of ours`)),
    ...[...containers.values()].filter(({ record, state }) => state.status !== "dead" && !kept.has(`${record.snapshotter}/${record.id}`))
      .map(({ record: { id } }) => finding("I4", id, "the container has lost its snapshot")),
    ...containerd.leases.filter(({ ownerLives }) => !ownerLives).map(({ id }) => finding("I5", id, "a lease whose owner is gone")),
    ...(atWork ? [] : containerd.ingests.map((ref) => finding("I6", ref, "a write into the content store that nobody goes on with")))
  ]
}
