import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Scope from "effect/Scope"
import * as Container from "../../containerd/Container.ts"
import type { ContainerdError } from "../../containerd/ContainerdError.ts"
import { codeUnknown, type ExitStatus } from "../../containerd/ExitStatus.ts"
import * as SandboxRecord from "../../containerd/SandboxRecord.ts"
import * as Snapshot from "../../containerd/Snapshot.ts"
import * as Task from "../../containerd/Task.ts"
import * as TaskState from "../../containerd/TaskState.ts"
import * as ProcessIo from "../../logs/ProcessIo.ts"
import * as Timestamp from "../../model/Timestamp.ts"
import { Networks } from "../../network/Networks.ts"
import { IntentTable } from "../../store/IntentTable.ts"
import { containerDirectory, containerIoDirectory, EngineHome, runDirectory } from "../EngineHome.ts"
import { forgetExecs, restoreExecs } from "../execs/restoreExecs.ts"
import { gone } from "../gone.ts"
import { inBackground } from "../inBackground.ts"
import { collectScripts } from "./collectScripts.ts"
import { type ContainerEntry, isRunning, now, type Run } from "./ContainerEntry.ts"
import { ContainerIndex } from "./ContainerIndex.ts"
import { changeState } from "./containerState.ts"
import { recordExit, superviseRun } from "./endRun.ts"
import { logSubject } from "./logSubject.ts"
import { prepareSpec } from "./prepareSpec.ts"
import { unmountSharedMemory } from "./sharedMemory.ts"
import { removeEntry } from "./removeContainer.ts"

/**
 * Makes the engine's picture true again after it was away: takes up what runs, records what ended meanwhile, finishes
 * what was begun. Records can be read all the while. RPC: Tasks.List and Containers.List; for each live one a Wait that
 * stays open, for each ended one Tasks.Delete. What belongs to a record that cannot be read is left as it is.
 */
export const restoreContainers = Effect.fn("Containers.restore")(function*(unreadable: ReadonlySet<string>) {
  const index = yield* ContainerIndex
  const [tasks, registered] = yield* Effect.all([TaskState.list, Container.list], { concurrency: "unbounded" })
  const known = new Set([...index.byId.keys(), ...unreadable])
  const taskOf = new Map(tasks.map((task) => [task.containerId, task]))
  const registeredIds = new Set(registered.map(({ id }) => id))
  yield* Effect.forEach([...index.byId.values()], (entry) =>
    restoreContainer(entry, taskOf.get(entry.id), registeredIds.has(entry.id)), { concurrency: 8 })
  yield* finishIntents
  yield* removeStrangers(known, tasks, registered)
  // A stranger that could not be removed may need its script.
  const readInFull = unreadable.size === 0 && registered.every(({ id }) => known.has(id))
  if (readInFull) yield* Effect.ignore(collectScripts(), { log: "Warn" })
  const live = [...index.byId.values()].filter((entry) => isRunning(now(entry)))
  yield* Effect.ignore(forgetExecs(new Set(live.map(({ id }) => id))), { log: "Warn" })
  const report = yield* (yield* Networks).restore(
    live.map((entry) => ({ containerId: entry.id, endpoints: now(entry).state.endpoints }))
  )
  yield* Effect.forEach(report.failures, (failure) => Effect.logWarning(`network left behind: ${failure}`))
})

const restoreContainer = Effect.fnUntraced(
  function*(entry: ContainerEntry, listed: TaskState.TaskState | undefined, registered: boolean) {
    const { state } = now(entry)
    if ((state.registered !== null) !== registered) yield* settleRegistration(entry, registered)
    if (!isRunning(now(entry))) {
      // A start that was cut off, or an exit whose clean-up was.
      if (listed !== undefined) yield* endTask(listed)
      yield* removeRunTraces(entry)
      if (state.generation > 0 && now(entry).record.hostConfig.AutoRemove) {
        yield* removeEntry(entry).pipe(entry.writer.withPermits(1))
      }
      return
    }
    const task = listed ?? (yield* lookAgain(entry.id))
    if (task === undefined) return yield* concludeRun(entry, undefined)
    if (task.status === "stopped" || task.status === "created") return yield* concludeRun(entry, task)
    yield* takeUp(entry, task.pid, state.generation)
  },
  (restore, entry) =>
    Effect.catchCause(restore, (cause) => Effect.logError(`container ${entry.id} could not be restored`, cause))
)

/** A start that was cut off got as far as containerd's record, or not as far as the store's word of it. */
const settleRegistration = Effect.fnUntraced(function*(entry: ContainerEntry, registered: boolean) {
  if (registered) yield* gone(Container.withId(entry.id).delete)
  yield* changeState(entry, { registered: null })
})

/** Pipes and mounts of a run that was cut off at its beginning or its end. */
const removeRunTraces = Effect.fnUntraced(function*({ id }: ContainerEntry) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.remove(containerIoDirectory(yield* EngineHome, id), { recursive: true, force: true })
  yield* unmountSharedMemory(id)
}, Effect.ignore({ log: "Warn" }))

/** containerd's list leaves out tasks whose shim is slow: only `NotFound` means that a task is gone. */
const lookAgain = (id: string) =>
  TaskState.get(id).pipe(
    Effect.catchIf((error: ContainerdError) => error.reason === "NotFound", () => Effect.succeed(undefined))
  )

/** Takes over a container that lived on without us: its pipes, its task, its execs. */
const takeUp = Effect.fnUntraced(function*(entry: ContainerEntry, pid: number, generation: number) {
  const { record } = now(entry)
  const scope = yield* Scope.fork(entry.scope)
  const spec = yield* prepareSpec(entry)
  const sink = yield* entry.log.openSink(yield* logSubject(record)).pipe(Scope.provide(scope))
  const io = yield* ProcessIo.reopen({
    directory: runDirectory(yield* EngineHome, entry.id, generation),
    tty: record.config.Tty,
    stdin: record.config.OpenStdin,
    hub: entry.hub,
    sink
  }).pipe(Scope.provide(scope))
  const task = yield* Task.attach({ containerId: entry.id, pid }).pipe(Scope.provide(scope))
  const run: Run = { generation, scope, task, io, spec, endpoints: now(entry).state.endpoints, over: yield* Deferred.make<void>() }
  entry.run = run
  yield* restoreExecs(entry, run)
  yield* inBackground(superviseRun(entry, run), entry.scope)
})

/** Records an exit that nobody saw, with the code that containerd kept, and reads what output is left. */
const concludeRun = Effect.fnUntraced(function*(entry: ContainerEntry, task: TaskState.TaskState | undefined) {
  const { record, state } = now(entry)
  const directory = runDirectory(yield* EngineHome, entry.id, state.generation)
  const exit = task === undefined ? yield* unseenExit : (yield* endTask(task)) ?? task.exit ?? (yield* unseenExit)
  yield* Effect.scoped(Effect.gen(function*() {
    const sink = yield* entry.log.openSink(yield* logSubject(record))
    const io = yield* ProcessIo.reopen({ directory, tty: record.config.Tty, stdin: false, hub: entry.hub, sink })
    yield* Effect.timeoutOption(io.drained, "2 seconds")
    yield* io.removeFifos
  })).pipe(Effect.ignore({ log: "Debug" }))
  yield* recordExit(entry, exit)
  yield* Effect.ignore((yield* Networks).detach(entry.id), { log: "Warn" })
  yield* Effect.ignore(unmountSharedMemory(entry.id), { log: "Warn" })
  if (record.hostConfig.AutoRemove) yield* removeEntry(entry).pipe(entry.writer.withPermits(1))
})

const unseenExit: Effect.Effect<ExitStatus> = Effect.map(Timestamp.now, (exitedAtNanos) =>
  ({ code: codeUnknown, exitedAtNanos, witness: "none" }))

/** Ends a task that is not to run. What was never started is deleted as it is. */
const endTask = Effect.fnUntraced(function*(task: TaskState.TaskState) {
  if (task.status === "running" || task.status === "paused") {
    const attached = yield* Task.attach(task)
    yield* Effect.ignore(attached.kill(9, { all: true }))
    yield* Effect.timeoutOption(attached.exit, "10 seconds")
  }
  return yield* Task.reap(task.containerId).pipe(
    Effect.catch((error) => Effect.as(Effect.logWarning(`task ${task.containerId} is left`, error), undefined))
  )
}, Effect.scoped)

/** What was begun and not committed is undone; a removal is finished. */
const finishIntents = Effect.gen(function*() {
  const intents = yield* IntentTable
  const index = yield* ContainerIndex
  for (const { kind, target } of yield* intents.all) {
    const entry = index.byId.get(target)
    if (entry === undefined) yield* Effect.ignore(Effect.andThen(removeTraces(target), intents.drop(target)), { log: "Warn" })
    else if (kind === "container.remove") yield* Effect.ignore(removeEntry(entry), { log: "Warn" })
    else yield* intents.drop(target)
  }
})

/** Tasks and records in our namespace that no container of ours has. */
const removeStrangers = Effect.fnUntraced(function*(
  known: ReadonlySet<string>,
  tasks: ReadonlyArray<TaskState.TaskState>,
  registered: ReadonlyArray<Container.ContainerInfo>
) {
  for (const task of tasks) if (!known.has(task.containerId)) yield* endTask(task)
  for (const { id } of registered) if (!known.has(id)) yield* Effect.ignore(removeTraces(id), { log: "Warn" })
})

/** All that may be there of a container that has no record. */
const removeTraces = Effect.fnUntraced(function*(id: string) {
  const home = yield* EngineHome
  const fs = yield* FileSystem.FileSystem
  const removals = yield* Effect.all([
    gone(Container.withId(id).delete),
    gone(Snapshot.remove({ snapshotter: home.snapshotter, key: id })),
    gone(SandboxRecord.remove(id)),
    fs.remove(containerDirectory(home, id), { recursive: true, force: true }),
    fs.remove(containerIoDirectory(home, id), { recursive: true, force: true })
  ], { mode: "result" })
  for (const removal of removals) if (removal._tag === "Failure") return yield* Effect.fail(removal.failure)
})
