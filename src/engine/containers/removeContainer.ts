import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import type * as PlatformError from "effect/PlatformError"
import * as Scope from "effect/Scope"
import { withId } from "../../containerd/Container.ts"
import type { ContainerdError } from "../../containerd/ContainerdError.ts"
import * as SandboxRecord from "../../containerd/SandboxRecord.ts"
import * as Snapshot from "../../containerd/Snapshot.ts"
import { SIGKILL } from "../../model/Signal.ts"
import { ContainerTable } from "../../store/ContainerTable.ts"
import { IntentTable } from "../../store/IntentTable.ts"
import { containerDirectory, containerIoDirectory, EngineHome } from "../EngineHome.ts"
import { ExecIndex } from "../execs/ExecIndex.ts"
import { gone } from "../gone.ts"
import { type ContainerEntry, isRunning, now } from "./ContainerEntry.ts"
import { publishContainerEvent } from "./containerEvents.ts"
import { OperationFailed, WrongState } from "./ContainerFailures.ts"
import { ContainerIndex } from "./ContainerIndex.ts"
import { changeState, notStored, tellExit } from "./containerState.ts"
import { awaitExit, sendSignal } from "./signalContainer.ts"

/** RPC: 2 for one that never started, 3 for a stopped one, 5 for a running one by force. */
export const removeContainer = Effect.fn("Containers.remove")(function*(
  reference: string,
  { force }: { readonly force: boolean; readonly volumes: boolean }
) {
  const entry = yield* (yield* ContainerIndex).find(reference)
  const { status } = now(entry).state
  if (status === "removing") {
    return yield* new WrongState({
      containerId: entry.id,
      message: `removal of container ${reference} is already in progress`
    })
  }
  if (isRunning(now(entry))) {
    if (!force) {
      const why = status === "paused"
        ? "container is paused and must be unpaused first"
        : "container is running: stop the container before removing or force remove"
      return yield* new WrongState({ containerId: entry.id, message: `cannot remove container "${reference}": ${why}` })
    }
    yield* killForRemoval(entry)
  }
  yield* Effect.uninterruptible(removeEntry(entry)).pipe(entry.writer.withPermits(1))
})

const killForRemoval = Effect.fnUntraced(function*(entry: ContainerEntry) {
  const run = entry.run
  if (run === undefined) return
  yield* sendSignal(entry, run, SIGKILL)
  const gone = yield* Effect.timeoutOption(awaitExit(entry), "10 seconds")
  if (gone._tag === "None") {
    return yield* new OperationFailed({
      operation: "remove",
      message: `cannot remove container "${entry.id}": could not kill container: no exit event within 10 s`
    })
  }
})

/** Removes a container that does not run. What was begun is finished at the next boot if the engine dies in it. */
export const removeEntry = Effect.fnUntraced(function*(entry: ContainerEntry) {
  const index = yield* ContainerIndex
  if (index.byId.get(entry.id) !== entry) return
  if (entry.run !== undefined) yield* Deferred.await(entry.run.over)
  const before = now(entry)
  yield* Effect.mapError((yield* IntentTable).put({ kind: "container.remove", target: entry.id }), notStored)
  yield* changeState(entry, { status: "removing" })
  yield* removeTraces(entry).pipe(
    Effect.tapError((error) => changeState(entry, { status: "dead", error: error.message }))
  )
  yield* Effect.mapError((yield* ContainerTable).remove(entry.id), notStored)
  yield* index.releaseName(before.record.name, entry.id)
  yield* index.remove(entry.id)
  yield* (yield* ExecIndex).removeOf(entry.id)
  yield* publishContainerEvent(before, "destroy")
  const last = { statusCode: before.state.exitCode, error: undefined }
  yield* tellExit(entry, last)
  yield* Deferred.succeed(entry.removed, last)
  yield* entry.hub.endRun
  yield* Scope.close(entry.scope, Exit.void)
})

/** What containerd and the host hold of a container. All of it may be gone already. */
const removeTraces = Effect.fnUntraced(function*(entry: ContainerEntry) {
  const { record, state } = now(entry)
  const home = yield* EngineHome
  const fs = yield* FileSystem.FileSystem
  yield* Effect.all([
    state.registered === null ? Effect.void : gone(withId(entry.id).delete),
    gone(Snapshot.remove({ snapshotter: record.snapshotter, key: entry.id })),
    gone(SandboxRecord.remove(entry.id)),
    fs.remove(containerDirectory(home, entry.id), { recursive: true, force: true }),
    fs.remove(containerIoDirectory(home, entry.id), { recursive: true, force: true })
  ], { concurrency: "unbounded", discard: true }).pipe(
    Effect.mapError((error: ContainerdError | PlatformError.PlatformError) => new OperationFailed({
      operation: "remove",
      message: `cannot remove container "${entry.id}": ${error.message}`
    }))
  )
})
