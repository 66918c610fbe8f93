import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as PlatformError from "effect/PlatformError"
import * as Scope from "effect/Scope"
import type { ContainerdError } from "../../containerd/ContainerdError.ts"
import * as Task from "../../containerd/Task.ts"
import type { FifoFailed } from "../../logs/FifoFailed.ts"
import type { LogFileFailed } from "../../logs/LogFileFailed.ts"
import type { DeviceNotFound } from "../../host/HostDevices.ts"
import type { ToolFailed } from "../../host/runTool.ts"
import * as ProcessIo from "../../logs/ProcessIo.ts"
import type { NetworkSetupFailed } from "../../network/Attachments.ts"
import type { NoSuchNetwork } from "../../network/KnownNetworks.ts"
import * as Timestamp from "../../model/Timestamp.ts"
import { EngineHome, runDirectory } from "../EngineHome.ts"
import { inBackground } from "../inBackground.ts"
import { startFailure } from "../startFailure.ts"
import { namedStep, step } from "../step.ts"
import { abandonTask } from "./abandonTask.ts"
import { connectContainer } from "./connectContainer.ts"
import { type ContainerEntry, isRunning, now, type Run } from "./ContainerEntry.ts"
import { publishContainerEvent } from "./containerEvents.ts"
import {
  type AmbiguousContainer, type InvalidRequest, type NoSuchContainer, type OperationFailed, StartFailed, WrongState
} from "./ContainerFailures.ts"
import { ContainerIndex } from "./ContainerIndex.ts"
import { changeState, never } from "./containerState.ts"
import { superviseRun } from "./endRun.ts"
import { logSubject } from "./logSubject.ts"
import { prepareSpec } from "./prepareSpec.ts"
import { registerContainer } from "./registerContainer.ts"
import { removeEntry } from "./removeContainer.ts"
import { makeBindSources } from "./resolveMounts.ts"
import { runtimeToStart } from "./runtimeToStart.ts"
import { mountSharedMemory } from "./sharedMemory.ts"
import type { InvalidHostConfig } from "./spec/InvalidHostConfig.ts"

/** RPC: 3 the first time, later 2 (3 if the specification changed, 4 if the runtime did), and one Wait that stays open. */
export const startContainer = Effect.fn("Containers.start")(function*(reference: string) {
  const entry = yield* (yield* ContainerIndex).find(reference)
  return yield* startEntry(entry)
})

export const startEntry = Effect.fnUntraced(function*(entry: ContainerEntry) {
  return yield* Effect.gen(function*() {
    yield* refuseState(entry)
    if (isRunning(now(entry))) return "already-running" as const
    if (entry.run !== undefined) yield* Deferred.await(entry.run.over)
    yield* Effect.tapError(launch(entry), (failure) => concludeFailure(entry, failure))
    return "started" as const
  }).pipe(entry.writer.withPermits(1))
})

const refuseState = (entry: ContainerEntry) => {
  const { status } = now(entry).state
  const refuse = (message: string) => Effect.fail(new WrongState({ containerId: entry.id, message }))
  if (status === "paused") return refuse("cannot start a paused container, try unpause instead")
  if (status === "removing" || status === "dead") return refuse("container is marked for removal and cannot be started")
  return Effect.void
}

/** Every step undoes itself if a later one fails: no task, no address, no pipe is left. */
const launch = Effect.fnUntraced(
  function*(entry: ContainerEntry) {
    const { record, state } = now(entry)
    const generation = state.generation + 1
    const runtime = yield* runtimeToStart(record)
    yield* makeBindSources(record.mounts)
    yield* mountSharedMemory(record)
    const scope = yield* step(Scope.fork(entry.scope), (scope) => Scope.close(scope, Exit.void))
    const spec = yield* prepareSpec(entry)
    const settled = yield* Deferred.make<void>()
    const createTask = Effect.gen(function*() {
      const [io] = yield* Effect.all([
        openIo(entry, generation, scope),
        registerContainer(entry, runtime, spec),
        Deferred.await(settled)
      ], { concurrency: "unbounded" })
      const task = yield* namedStep(
        Task.create({
          containerId: entry.id,
          mounts: record.rootfs.map((mount) => ({ target: "", ...mount })),
          ...io.paths,
          terminal: record.config.Tty,
          ...(runtime.launch.runc === undefined ? {} : { runtimeOptions: runtime.launch.runc })
        }).pipe(Scope.provide(scope)),
        // A start can fail after the process runs: what is undone then is its life.
        abandonTask(entry.id)
      )
      return { io, task }
    })
    // Most of a start is the runtime's, and most of a network is netavark's: they go side by side.
    const [network, { io, task }] = yield* Effect.all(
      [connectContainer(entry, settled), createTask],
      { concurrency: "unbounded" }
    )
    yield* io.taken
    yield* task.start
    const run: Run = { generation, scope, task, io, spec, endpoints: network, over: yield* Deferred.make<void>() }
    entry.run = run
    yield* changeState(entry, {
      status: "running",
      pid: task.pid,
      exitCode: 0,
      error: "",
      oomKilled: false,
      startedAt: Timestamp.format(yield* Timestamp.now),
      finishedAt: state.finishedAt === never ? never : state.finishedAt,
      generation,
      stoppedByHand: false,
      endpoints: network
    })
    yield* publishContainerEvent(now(entry), "start")
    yield* inBackground(superviseRun(entry, run), entry.scope)
  },
  Effect.scoped,
  (work, entry) => Effect.mapError(work, (error) => toStartFailed(entry, error))
)

const openIo = Effect.fnUntraced(function*(entry: ContainerEntry, generation: number, scope: Scope.Scope) {
  const { record } = now(entry)
  const home = yield* EngineHome
  const sink = yield* entry.log.openSink(yield* logSubject(record)).pipe(Scope.provide(scope))
  return yield* step(
    ProcessIo.open({
      directory: runDirectory(home, entry.id, generation),
      tty: record.config.Tty,
      stdin: record.config.OpenStdin,
      hub: entry.hub,
      sink
    }).pipe(Scope.provide(scope)),
    (io) => io.removeFifos
  )
})

type Refusal = InvalidRequest | WrongState | OperationFailed | NoSuchContainer | AmbiguousContainer
type Below =
  | ContainerdError | NetworkSetupFailed | NoSuchNetwork | FifoFailed | LogFileFailed | PlatformError.PlatformError
  | InvalidHostConfig | DeviceNotFound | ToolFailed

const refusals: ReadonlyArray<string> = [
  "InvalidRequest", "WrongState", "OperationFailed", "NoSuchContainer", "AmbiguousContainer"
]
const isRefusal = (error: Refusal | Below): error is Refusal => refusals.includes(error._tag)

/** What containerd, the runtime or the network say about a start becomes Docker's; the engine's own refusals stay. */
const toStartFailed = (entry: ContainerEntry, error: Refusal | Below): Refusal | StartFailed => {
  if (isRefusal(error)) return error
  const prefix = error._tag === "ContainerdError" ? "failed to create task for container: " : ""
  return new StartFailed({ containerId: entry.id, ...startFailure(`${prefix}${error.message}`) })
}

/**
 * Keeps why a start failed, lets go those who attached to it and, as Docker does, removes a container that was to go
 * with its end.
 */
const concludeFailure = Effect.fnUntraced(function*(entry: ContainerEntry, failure: Refusal | StartFailed) {
  const exitCode = failure._tag === "StartFailed" ? failure.exitCode : 128
  yield* Effect.ignore(changeState(entry, { exitCode, error: failure.message }), { log: "Warn" })
  yield* entry.hub.endRun
  if (now(entry).record.hostConfig.AutoRemove) yield* Effect.ignore(removeEntry(entry), { log: "Warn" })
})
