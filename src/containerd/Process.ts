import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Containerd } from "./Containerd.ts"
import type { ContainerdError } from "./ContainerdError.ts"
import { EventFeed } from "./EventFeed.ts"
import { type ExitStatus, told } from "./ExitStatus.ts"
import { Tasks } from "./generated/tasks_pb.ts"
import { packJson } from "./packAny.ts"
import type { Stdio } from "./Stdio.ts"
import { watchExecExit } from "./watchExecExit.ts"

/** A process executed in a container beside its task. Each act is one RPC; `exit` is none. */
export interface Process {
  readonly containerId: string
  readonly execId: string
  /** Its pid on the host. On failure nothing runs, but the process is still to be deleted. */
  readonly start: Effect.Effect<number, ContainerdError>
  readonly exit: Effect.Effect<ExitStatus>
  /** Makes containerd forget it, once it exited or never started. */
  readonly delete: Effect.Effect<ExitStatus, ContainerdError>
  kill(signal: number): Effect.Effect<void, ContainerdError>
  resize(size: { readonly width: number; readonly height: number }): Effect.Effect<void, ContainerdError>
  readonly closeStdin: Effect.Effect<void, ContainerdError>
}

/** The task that a process runs in, as far as the process needs it. */
export interface HostTask {
  readonly containerId: string
  readonly exit: Effect.Effect<ExitStatus>
}

export interface ExecOptions extends Stdio {
  readonly execId: string
  /** OCI's process object. */
  readonly spec: unknown
}

/** Makes a process, not yet started. RPC: Exec. Closing the scope ends our watch and leaves the process alone. */
export const create = Effect.fn("Process.create")(
  function*(task: HostTask, options: ExecOptions): Effect.fn.Return<Process, ContainerdError, Containerd | EventFeed | Scope.Scope> {
    const containerd = yield* Containerd
    const process = yield* handle(task, options.execId, false)
    yield* containerd.unary(Tasks.method.exec, {
      containerId: task.containerId,
      execId: options.execId,
      stdin: options.stdin ?? "",
      stdout: options.stdout ?? "",
      stderr: options.stderr ?? "",
      terminal: options.terminal ?? false,
      spec: packJson("Process", options.spec)
    })
    return process
  }
)

/** Takes up a process of an earlier engine. Asks once, behind, whether it is over already. RPC: Get. */
export const attach = (task: HostTask, execId: string): Effect.Effect<Process, never, Containerd | EventFeed | Scope.Scope> =>
  handle(task, execId, true)

/** Deletes a process that nobody holds, started or not: one that runs is to be killed before. RPC: DeleteProcess. */
export const reap = Effect.fn("Process.reap")(
  function*(containerId: string, execId: string): Effect.fn.Return<ExitStatus, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    return told("delete", yield* containerd.unary(Tasks.method.deleteProcess, { containerId, execId }))
  }
)

/** RPC: Kill. */
export const kill = Effect.fn("Process.kill")(
  function*(containerId: string, execId: string, signal: number): Effect.fn.Return<void, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    yield* containerd.unary(Tasks.method.kill, { containerId, execId, signal })
  }
)

const handle = Effect.fnUntraced(
  function*(
    { containerId, exit: taskExit }: HostTask,
    execId: string,
    missed: boolean
  ): Effect.fn.Return<Process, never, Containerd | EventFeed | Scope.Scope> {
    const containerd = yield* Containerd
    const feed = yield* EventFeed
    // Before there is anything to miss.
    const notices = yield* feed.watch(containerId, execId)
    const exit = yield* watchExecExit({ containerId, execId, taskExit, notices, missed })
    const process = { containerId, execId }
    return {
      ...process,
      exit,
      start: Effect.map(containerd.unary(Tasks.method.start, process), (reply) => reply.pid),
      delete: Effect.map(containerd.unary(Tasks.method.deleteProcess, process), (reply) => told("delete", reply)),
      kill: (signal) => Effect.asVoid(containerd.unary(Tasks.method.kill, { ...process, signal })),
      resize: (size) => Effect.asVoid(containerd.unary(Tasks.method.resizePty, { ...process, ...size })),
      closeStdin: Effect.asVoid(containerd.unary(Tasks.method.closeIO, { ...process, stdin: true }))
    }
  }
)
