import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Containerd } from "./Containerd.ts"
import type { ContainerdError } from "./ContainerdError.ts"
import { EventFeed } from "./EventFeed.ts"
import { type ExitStatus, told } from "./ExitStatus.ts"
import { Tasks } from "./generated/tasks_pb.ts"
import { packJson } from "./packAny.ts"
import * as Process from "./Process.ts"
import * as RuncOptions from "./RuncOptions.ts"
import type { Mount } from "./Snapshot.ts"
import type { Stdio } from "./Stdio.ts"
import { type TaskMetrics, toMetrics } from "./TaskMetrics.ts"
import { watchExit } from "./watchExit.ts"

/**
 * One run of a container. It remembers what containerd told: facts and `exit` cost no RPC, each act costs one.
 * It belongs to one run: a later run of the same container is another task with another exit.
 */
export interface Task {
  readonly containerId: string
  /** Host pid of the container's init. */
  readonly pid: number
  /** When and how it ended. Never fails; stays open if the scope closes first. */
  readonly exit: Effect.Effect<ExitStatus>
  readonly start: Effect.Effect<void, ContainerdError>
  /** Makes containerd forget the task, once it exited or never started, and ends its shim. */
  readonly delete: Effect.Effect<ExitStatus, ContainerdError>
  /** Fails with `NotFound` when the process is over. `all` reaches every process of the container. */
  kill(signal: number, options?: { readonly all?: boolean }): Effect.Effect<void, ContainerdError>
  readonly pause: Effect.Effect<void, ContainerdError>
  readonly resume: Effect.Effect<void, ContainerdError>
  resize(size: { readonly width: number; readonly height: number }): Effect.Effect<void, ContainerdError>
  /** End of input. Closing our end of the FIFO is not enough, for the shim holds it open too. */
  readonly closeStdin: Effect.Effect<void, ContainerdError>
  /** `resources` as OCI's LinuxResources. */
  update(resources: unknown): Effect.Effect<void, ContainerdError>
  readonly pids: Effect.Effect<ReadonlyArray<number>, ContainerdError>
  readonly metrics: Effect.Effect<TaskMetrics | undefined, ContainerdError>
  exec(options: Process.ExecOptions): Effect.Effect<Process.Process, ContainerdError, Containerd | EventFeed | Scope.Scope>
  /** Takes up an exec of an earlier engine. */
  attachExec(execId: string): Effect.Effect<Process.Process, never, Containerd | EventFeed | Scope.Scope>
}

export interface CreateOptions extends Stdio {
  readonly containerId: string
  /** The root file system, as `Snapshot.prepare` told it. */
  readonly mounts: ReadonlyArray<Mount>
  /** Left out for a runtime that is not runc's kind; the record's own then hold. */
  readonly runtimeOptions?: RuncOptions.RuncOptions
}

/**
 * Makes a container's task, not yet started. RPCs: Create, and one Wait that stays open. A missing executable
 * fails here. Closing the scope ends our watch and leaves the task alone: containers outlive the engine.
 */
export const create = Effect.fn("Task.create")(
  function*(options: CreateOptions): Effect.fn.Return<Task, ContainerdError, Containerd | EventFeed | Scope.Scope> {
    const containerd = yield* Containerd
    const feed = yield* EventFeed
    // Before the task is there, so that no exit, however early, goes unheard.
    const notices = yield* feed.watch(options.containerId, "")
    const { pid } = yield* containerd.unary(Tasks.method.create, {
      containerId: options.containerId,
      rootfs: options.mounts.map((mount) => ({ ...mount, options: [...mount.options] })),
      stdin: options.stdin ?? "",
      stdout: options.stdout ?? "",
      stderr: options.stderr ?? "",
      terminal: options.terminal ?? false,
      ...(options.runtimeOptions === undefined ? {} : { options: RuncOptions.pack(options.runtimeOptions) })
    })
    const exit = yield* watchExit(options.containerId, pid, notices)
    return handle(containerd, options.containerId, pid, exit)
  }
)

/** Takes up a task of an earlier engine, as `TaskState.list` told it. No RPC but the Wait that stays open. */
export const attach = Effect.fn("Task.attach")(
  function*(options: {
    readonly containerId: string
    readonly pid: number
  }): Effect.fn.Return<Task, never, Containerd | EventFeed | Scope.Scope> {
    const containerd = yield* Containerd
    const feed = yield* EventFeed
    const notices = yield* feed.watch(options.containerId, "")
    const exit = yield* watchExit(options.containerId, options.pid, notices)
    return handle(containerd, options.containerId, options.pid, exit)
  }
)

/** Deletes a task that is over without watching it first; the reply says how it ended. RPC: Delete. */
export const reap = Effect.fn("Task.reap")(
  function*(containerId: string): Effect.fn.Return<ExitStatus, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    return told("delete", yield* containerd.unary(Tasks.method.delete, { containerId }))
  }
)

/** Sends a signal to every process of a container whose task nobody holds. RPC: Kill. */
export const kill = Effect.fn("Task.kill")(
  function*(containerId: string, signal: number): Effect.fn.Return<void, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    yield* containerd.unary(Tasks.method.kill, { containerId, signal, all: true })
  }
)

const handle = (
  containerd: Containerd["Service"],
  containerId: string,
  pid: number,
  exit: Effect.Effect<ExitStatus>
): Task => ({
  containerId,
  pid,
  exit,
  start: Effect.asVoid(containerd.unary(Tasks.method.start, { containerId })),
  delete: Effect.map(containerd.unary(Tasks.method.delete, { containerId }), (reply) => told("delete", reply)),
  kill: (signal, options) =>
    Effect.asVoid(containerd.unary(Tasks.method.kill, { containerId, signal, all: options?.all ?? false })),
  pause: Effect.asVoid(containerd.unary(Tasks.method.pause, { containerId })),
  resume: Effect.asVoid(containerd.unary(Tasks.method.resume, { containerId })),
  resize: (size) => Effect.asVoid(containerd.unary(Tasks.method.resizePty, { containerId, ...size })),
  closeStdin: Effect.asVoid(containerd.unary(Tasks.method.closeIO, { containerId, stdin: true })),
  update: (resources) =>
    Effect.asVoid(containerd.unary(Tasks.method.update, { containerId, resources: packJson("LinuxResources", resources) })),
  pids: Effect.map(
    containerd.unary(Tasks.method.listPids, { containerId }),
    (reply) => reply.processes.map((process) => process.pid)
  ),
  metrics: Effect.map(containerd.unary(Tasks.method.metrics, { filters: [`id==${containerId}`] }), toMetrics),
  exec: (options) => Process.create({ containerId, exit }, options),
  attachExec: (execId) => Process.attach({ containerId, exit }, execId)
})
