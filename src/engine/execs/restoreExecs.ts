import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as ProcessIo from "../../logs/ProcessIo.ts"
import { ExecTable, type StoredExec } from "../../store/ExecTable.ts"
import type { ContainerEntry, Run } from "../containers/ContainerEntry.ts"
import { execDirectory, EngineHome } from "../EngineHome.ts"
import { inBackground } from "../inBackground.ts"
import { changeExec, make } from "./ExecEntry.ts"
import { ExecIndex } from "./ExecIndex.ts"
import { decodeExec } from "./execRecord.ts"
import { needsIo, superviseExec } from "./startExec.ts"

/** Takes up the execs of a container that lived on without us. RPC: Tasks.Get for each. */
export const restoreExecs = Effect.fn("Execs.restore")(function*(container: ContainerEntry, run: Run) {
  const stored = yield* (yield* ExecTable).load
  yield* Effect.forEach(stored.filter(({ containerId }) => containerId === container.id), (exec) =>
    Effect.catchCause(restoreExec(container, run, exec), (cause) =>
      Effect.logWarning(`exec ${exec.id} could not be restored`, cause)))
})

/** Execs end with their container, also while no engine looks. */
export const forgetExecs = Effect.fn("Execs.forget")(function*(running: ReadonlySet<string>) {
  const table = yield* ExecTable
  yield* Effect.forEach(yield* table.load, ({ containerId, id }) =>
    running.has(containerId) ? Effect.void : table.remove(id), { discard: true })
})

const restoreExec = Effect.fnUntraced(function*(container: ContainerEntry, run: Run, stored: StoredExec) {
  const view = yield* decodeExec(stored.exec)
  const exec = yield* make(container, view)
  const scope = yield* Scope.fork(run.scope)
  const restored = Effect.gen(function*() {
    const io = needsIo(view)
      ? yield* ProcessIo.reopen({
        directory: execDirectory(yield* EngineHome, container.id, exec.id),
        tty: view.config.tty,
        stdin: view.config.attachStdin,
        hub: exec.hub
      })
      : undefined
    return { handle: yield* run.task.attachExec(exec.id), io }
  })
  exec.process = yield* restored.pipe(
    Scope.provide(scope),
    Effect.tapError(() => Scope.close(scope, Exit.void))
  )
  yield* (yield* ExecIndex).add(exec)
  yield* changeExec(exec, { running: true })
  yield* inBackground(superviseExec(exec, exec.process.handle, exec.process.io, scope), run.scope)
})
