import * as Effect from "effect/Effect"
import * as Blob from "../../containerd/Blob.ts"
import * as Container from "../../containerd/Container.ts"
import type { ContainerdError } from "../../containerd/ContainerdError.ts"
import * as Lease from "../../containerd/Lease.ts"
import * as SandboxRecord from "../../containerd/SandboxRecord.ts"
import * as Snapshot from "../../containerd/Snapshot.ts"
import * as TaskState from "../../containerd/TaskState.ts"

/** What containerd has in our namespace. */
export interface ContainerdReading {
  readonly containers: ReadonlySet<string>
  readonly sandboxes: ReadonlySet<string>
  readonly tasks: ReadonlyMap<string, TaskState.TaskState>
  /** With their snapshotter. */
  readonly snapshots: ReadonlyArray<Snapshot.SnapshotInfo & { readonly snapshotter: string }>
  readonly leases: ReadonlyArray<Lease.LeaseInfo>
  /** Names of writes that are under way, or were left. */
  readonly ingests: ReadonlyArray<string>
}

/** `expected`: containers that should have a task; one that the list leaves out is asked for. */
export const readContainerd = Effect.fn("fsck.readContainerd")(function*(
  snapshotters: ReadonlyArray<string>,
  expected: ReadonlySet<string>
) {
  // The first call shows whether anybody is there; later ones may take their time.
  const leases = yield* Effect.timeout(Lease.list, "3 seconds")
  const listed = yield* TaskState.list
  const tasks = new Map(listed.map((task) => [task.containerId, task]))
  for (const id of expected) {
    const task = tasks.has(id) ? undefined : yield* taskOf(id)
    if (task !== undefined) tasks.set(id, task)
  }
  return {
    tasks,
    containers: new Set((yield* Container.list).map(({ id }) => id)),
    sandboxes: new Set(yield* SandboxRecord.list),
    snapshots: (yield* Effect.forEach(snapshotters, (snapshotter) =>
      Effect.map(Snapshot.list(snapshotter), (found) => found.map((info) => ({ ...info, snapshotter }))))).flat(),
    leases,
    ingests: yield* Blob.ingests
  } satisfies ContainerdReading as ContainerdReading
})

const taskOf = (id: string) =>
  Effect.catchIf(TaskState.get(id), (error: ContainerdError) => error.reason === "NotFound", () => Effect.succeed(undefined))
