import * as Effect from "effect/Effect"
import { Containerd } from "./Containerd.ts"
import type { ContainerdError } from "./ContainerdError.ts"
import { type ExitStatus, told } from "./ExitStatus.ts"
import { type Process, Status } from "./generated/task_pb.ts"
import { Tasks } from "./generated/tasks_pb.ts"

export type TaskStatus = "created" | "running" | "stopped" | "paused" | "unknown"

/** What containerd knows of a process that it has not forgotten. */
export interface TaskState {
  readonly containerId: string
  readonly pid: number
  readonly status: TaskStatus
  /** Present once it stopped. */
  readonly exit?: ExitStatus
}

/**
 * The tasks of our namespace. RPC: 1. containerd asks shim after shim and leaves out those that fail or take
 * longer than two seconds, so one that is absent need not be gone: ask for it with `get`.
 */
export const list: Effect.Effect<ReadonlyArray<TaskState>, ContainerdError, Containerd> = Effect.gen(function*() {
  const containerd = yield* Containerd
  // A shim that hangs holds up the answer for two seconds.
  const reply = yield* containerd.unary(Tasks.method.list, {}, { timeout: "120 seconds" })
  // The list names a task by `id` alone.
  return reply.tasks.map((process) => stateOf(process.containerId === "" ? process.id : process.containerId, process))
})

/** One task, or one exec of it. Fails with `NotFound` when containerd has it no more. RPC: 1. */
export const get = Effect.fn("TaskState.get")(
  function*(containerId: string, execId = ""): Effect.fn.Return<TaskState, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    const reply = yield* containerd.unary(Tasks.method.get, { containerId, execId })
    return reply.process === undefined ? { containerId, pid: 0, status: "unknown" } : stateOf(containerId, reply.process)
  }
)

const statuses: { readonly [S in Status]?: TaskStatus } = {
  [Status.CREATED]: "created",
  [Status.RUNNING]: "running",
  [Status.STOPPED]: "stopped",
  [Status.PAUSED]: "paused",
  [Status.PAUSING]: "paused"
}

const stateOf = (containerId: string, process: Process): TaskState => ({
  containerId,
  pid: process.pid,
  status: statuses[process.status] ?? "unknown",
  ...(process.status === Status.STOPPED ? { exit: told("list", process) } : {})
})
