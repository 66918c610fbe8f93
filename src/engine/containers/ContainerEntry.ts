import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as SubscriptionRef from "effect/SubscriptionRef"
import type * as Task from "../../containerd/Task.ts"
import * as OutputHub from "../../logs/OutputHub.ts"
import type { ProcessIo } from "../../logs/ProcessIo.ts"
import * as LogDriver from "../../logs/LogDriver.ts"
import type { LogSettings } from "../../logs/LogOptions.ts"
import type { ContainerState } from "../../model/ContainerState.ts"
import type { StoredContainer } from "../../store/ContainerTable.ts"
import { EngineScope } from "../EngineScope.ts"
import type { WaitResult } from "./Containers.ts"
import type { ContainerView } from "./ContainerView.ts"
import type { OciSpec } from "./spec/OciSpec.ts"

/** One life of a container's task, from its creation in containerd until nothing of it is left. */
export interface Run {
  readonly generation: number
  readonly scope: Scope.Closeable
  readonly task: Task.Task
  readonly io: ProcessIo
  /** What it runs under, and what an exec starts from. */
  readonly spec: OciSpec
  /** By network name. */
  readonly endpoints: ContainerState["endpoints"]
  /** Done when task, network and FIFOs are gone. */
  readonly over: Deferred.Deferred<void>
}

/**
 * All that the engine holds of one container. Readers take `view` and no lock; whoever changes the container holds
 * `writer`, except the end of a run, which nobody can hold up.
 */
export interface ContainerEntry {
  readonly id: string
  readonly view: SubscriptionRef.SubscriptionRef<ContainerView>
  readonly writer: Semaphore.Semaphore
  /** Held from a signal's sending until it is told: an exit that it brings about is told behind it. */
  readonly signalling: Semaphore.Semaphore
  /** Open until the container is removed or the engine stops. */
  readonly scope: Scope.Closeable
  readonly hub: OutputHub.OutputHub
  readonly log: LogDriver.ContainerLog
  /** The present run; absent while there is none, or none that could be taken over. */
  run: Run | undefined
  /** A restart is under way: the exit in its middle does not take the container with it. */
  restarting: boolean
  /** Completed by the next exit, then replaced. */
  nextExit: Deferred.Deferred<WaitResult>
  readonly removed: Deferred.Deferred<WaitResult>
}

/** An entry below the engine's scope. Opens nothing yet. */
export const make = Effect.fnUntraced(function*(stored: StoredContainer, logSettings: LogSettings) {
  const scope = yield* Scope.fork(yield* EngineScope)
  return {
    id: stored.record.id,
    view: yield* SubscriptionRef.make<ContainerView>({ ...stored, execIds: [] }),
    writer: yield* Semaphore.make(1),
    signalling: yield* Semaphore.make(1),
    scope,
    hub: yield* OutputHub.make,
    log: yield* Scope.provide(LogDriver.make(logSettings, stored.record.logPath), scope),
    run: undefined,
    restarting: false,
    nextExit: yield* Deferred.make<WaitResult>(),
    removed: yield* Deferred.make<WaitResult>()
  } satisfies ContainerEntry as ContainerEntry
})

/** How it is now. Costs nothing. */
export const now = (entry: ContainerEntry): ContainerView => SubscriptionRef.getUnsafe(entry.view)

export const isRunning = ({ state: { status } }: ContainerView): boolean =>
  status === "running" || status === "paused"
