import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Process from "../../containerd/Process.ts"
import * as ProcessIo from "../../logs/ProcessIo.ts"
import { SIGKILL } from "../../model/Signal.ts"
import { ExecTable } from "../../store/ExecTable.ts"
import { now as containerNow, type Run } from "../containers/ContainerEntry.ts"
import { publishContainerEvent } from "../containers/containerEvents.ts"
import { execDirectory, EngineHome } from "../EngineHome.ts"
import { surelyGone } from "../gone.ts"
import { inBackground } from "../inBackground.ts"
import { startFailure } from "../startFailure.ts"
import { namedStep, step } from "../step.ts"
import { changeExec, type ExecEntry, now } from "./ExecEntry.ts"
import { encodeExec } from "./execRecord.ts"
import { type ExecConfig, ExecStartFailed, type ExecView } from "./Execs.ts"

/** Starts a claimed exec in `run`. Fails with nothing left behind but its exit code. RPC: 2. */
export const startExec = Effect.fn("Execs.start")(
  function*(exec: ExecEntry, run: Run, process: unknown) {
    const view = now(exec)
    const scope = yield* step(Scope.fork(run.scope), (scope) => Scope.close(scope, Exit.void))
    const io = needsIo(view) ? yield* openIo(exec, scope) : undefined
    const handle = yield* namedStep(
      run.task.exec({ execId: exec.id, spec: process, terminal: view.config.tty, ...io?.paths }).pipe(Scope.provide(scope)),
      abandonExec(exec)
    )
    const pid = yield* handle.start
    if (io !== undefined) yield* io.taken
    exec.process = { handle, io }
    yield* changeExec(exec, { running: true, pid })
    yield* Effect.ignore(
      Effect.flatMap(ExecTable, (table) =>
        table.put({ id: exec.id, containerId: exec.container.id, exec: encodeExec(now(exec)) })),
      { log: "Warn" }
    )
    yield* publishContainerEvent(containerNow(exec.container), `exec_start: ${commandOf(view.config)}`, { execID: exec.id })
    yield* inBackground(superviseExec(exec, handle, io, scope), run.scope)
  },
  Effect.scoped,
  (start, exec) =>
    Effect.tapError(
      Effect.mapError(start, (error) => {
        const { exitCode, message } = startFailure(error.message)
        return new ExecStartFailed({ execId: exec.id, exitCode: exitCode === 128 ? 126 : exitCode, message })
      }),
      ({ exitCode }) => Effect.andThen(ended(exec, exitCode), exec.hub.endRun)
    )
)

/** A start can fail after the process runs. */
const abandonExec = Effect.fnUntraced(function*({ container, id }: ExecEntry) {
  yield* Effect.ignore(Process.kill(container.id, id, SIGKILL))
  yield* surelyGone(Process.reap(container.id, id))
})

export const commandOf = ({ cmd }: ExecConfig): string => cmd.join(" ")

/** An exec that nobody reads from or writes to has no pipes at all. */
export const needsIo = ({ config }: ExecView) => config.tty || config.attachStdin || config.attachStdout || config.attachStderr

const openIo = Effect.fnUntraced(function*(exec: ExecEntry, scope: Scope.Scope) {
  const { config, containerId, id } = now(exec)
  const home = yield* EngineHome
  return yield* step(
    ProcessIo.open({
      directory: execDirectory(home, containerId, id),
      tty: config.tty,
      stdin: config.attachStdin,
      hub: exec.hub
    }).pipe(Scope.provide(scope)),
    (io) => io.removeFifos
  )
})

/** Follows an exec to its end. Its exit code is there before its streams close. RPC: 1. */
export const superviseExec = Effect.fn("Execs.supervise")(function*(
  exec: ExecEntry,
  handle: Process.Process,
  io: ProcessIo.ProcessIo | undefined,
  scope: Scope.Closeable
) {
  const { code } = yield* handle.exit
  if (io !== undefined) {
    yield* io.expectEnd
    yield* Effect.timeoutOption(io.drained, "2 seconds")
  }
  yield* ended(exec, code)
  yield* publishContainerEvent(containerNow(exec.container), "exec_die", { execID: exec.id, exitCode: `${code}` })
  yield* exec.hub.endRun
  yield* Effect.ignore(surelyGone(handle.delete), { log: "Warn" })
  if (io !== undefined) yield* io.removeFifos
  yield* Effect.ignore(Effect.flatMap(ExecTable, (table) => table.remove(exec.id)), { log: "Warn" })
  exec.process = undefined
  yield* Scope.close(scope, Exit.void)
})

const ended = Effect.fnUntraced(function*(exec: ExecEntry, exitCode: number) {
  exec.endedAtMs = yield* Clock.currentTimeMillis
  yield* changeExec(exec, { running: false, exitCode, pid: 0 })
})
