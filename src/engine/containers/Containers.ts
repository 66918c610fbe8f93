import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { CurrentConfig } from "../../config/EngineConfig.ts"
import type { LogEntry, LogQuery } from "../../logs/LogQuery.ts"
import type { ContainerConfig } from "../../model/ContainerConfig.ts"
import type { EndpointSettings } from "../../model/EndpointSettings.ts"
import type { Filters } from "../../model/Filters.ts"
import type { HostConfig } from "../../model/HostConfig.ts"
import type { Platform } from "../../model/Platform.ts"
import type { AmbiguousImage, NoSuchImage, NoSuchPlatform } from "../images/ImageFailures.ts"
import type { Attachment } from "./Attachment.ts"
import type {
  AmbiguousContainer, InvalidRequest, NameInUse, NoSuchContainer, NotBuilt, OperationFailed, StartFailed, WrongState
} from "./ContainerFailures.ts"
import type { ContainerView } from "./ContainerView.ts"
import type { ContainerInspection } from "./ContainerInspection.ts"
import type { ContainerSize } from "./measureContainer.ts"

export interface CreateRequest {
  /** Without the slash; absent: one is made up. */
  readonly name: string | undefined
  readonly platform: Platform | undefined
  readonly config: ContainerConfig
  readonly hostConfig: HostConfig
  /** What is asked of each endpoint, by network name; what old API versions say otherwise is translated before. */
  readonly endpoints: Readonly<Record<string, EndpointSettings>>
}

export interface StopOptions {
  /** Name or number; absent: the container's stop signal. */
  readonly signal: string | undefined
  /** Seconds until SIGKILL; negative: never; absent: the container's or the daemon's. */
  readonly timeoutSeconds: number | undefined
}

export interface AttachOptions {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  /** Begin with what the log holds. */
  readonly logs: boolean
  /** Go on with what comes. */
  readonly stream: boolean
  /** Absent: ctrl-p, ctrl-q. */
  readonly detachKeys: string | undefined
}

export type WaitCondition = "not-running" | "next-exit" | "removed"
export interface WaitResult {
  readonly statusCode: number
  readonly error: string | undefined
}

export interface ListQuery {
  readonly all: boolean
  /** 0 and less: no limit. */
  readonly limit: number
  readonly filters: Filters
}

export interface ProcessTable {
  readonly titles: ReadonlyArray<string>
  readonly processes: ReadonlyArray<ReadonlyArray<string>>
}

export type { LogEntry, LogQuery }

type Lookup = NoSuchContainer | AmbiguousContainer

/**
 * What can be done with containers. A `reference` is an id, a name (with or without slash) or a unique id prefix.
 * `inspect`, `list`, `wait`, `logs` and `top` make no containerd call.
 */
export class Containers extends Context.Service<Containers, {
  create(request: CreateRequest): Effect.Effect<
    { readonly id: string; readonly warnings: ReadonlyArray<string> },
    InvalidRequest | NotBuilt | NameInUse | NoSuchImage | AmbiguousImage | NoSuchPlatform | OperationFailed,
    CurrentConfig
  >
  start(reference: string): Effect.Effect<
    "started" | "already-running",
    Lookup | InvalidRequest | NotBuilt | WrongState | StartFailed | OperationFailed,
    CurrentConfig
  >
  stop(reference: string, options: StopOptions): Effect.Effect<
    "stopped" | "not-running", Lookup | InvalidRequest | OperationFailed, CurrentConfig
  >
  restart(reference: string, options: StopOptions): Effect.Effect<
    void, Lookup | InvalidRequest | NotBuilt | WrongState | StartFailed | OperationFailed, CurrentConfig
  >
  /** `signal`: name with or without SIG, or number; empty: KILL. */
  kill(reference: string, signal: string): Effect.Effect<
    void, Lookup | InvalidRequest | WrongState | OperationFailed, CurrentConfig
  >
  pause(reference: string): Effect.Effect<void, Lookup | WrongState | OperationFailed, CurrentConfig>
  unpause(reference: string): Effect.Effect<void, Lookup | OperationFailed, CurrentConfig>
  rename(reference: string, name: string): Effect.Effect<void, Lookup | InvalidRequest | NameInUse | OperationFailed>
  resize(reference: string, size: { readonly height: number; readonly width: number }): Effect.Effect<
    void, Lookup | WrongState | OperationFailed
  >
  update(reference: string, changes: Partial<HostConfig>): Effect.Effect<
    { readonly warnings: ReadonlyArray<string> }, Lookup | InvalidRequest | NotBuilt | WrongState | OperationFailed, CurrentConfig
  >
  remove(reference: string, options: { readonly force: boolean; readonly volumes: boolean }): Effect.Effect<
    void, Lookup | WrongState | OperationFailed, CurrentConfig
  >
  /** Registered when the outer effect is done; the inner one waits. */
  wait(reference: string, condition: WaitCondition): Effect.Effect<Effect.Effect<WaitResult>, Lookup, Scope.Scope>
  /** In force when the effect is done, also for a container that was not started yet. */
  attach(reference: string, options: AttachOptions): Effect.Effect<
    Attachment, Lookup | WrongState | InvalidRequest | OperationFailed, Scope.Scope
  >
  logs(reference: string, query: LogQuery): Effect.Effect<
    { readonly tty: boolean; readonly entries: Stream.Stream<LogEntry, OperationFailed> },
    Lookup | WrongState | InvalidRequest | NotBuilt | OperationFailed
  >
  top(reference: string, psArgs: string): Effect.Effect<ProcessTable, Lookup | InvalidRequest | WrongState | OperationFailed>
  inspect(reference: string): Effect.Effect<ContainerInspection, Lookup>
  /** RPC: 1. */
  size(reference: string): Effect.Effect<ContainerSize, Lookup>
  /** Removes what does not run. Filters `label`, `label!`, `until`. */
  prune(filters: Filters): Effect.Effect<
    { readonly removed: ReadonlyArray<string>; readonly reclaimedBytes: number }, InvalidRequest
  >
  /** Newest first. */
  list(query: ListQuery): Effect.Effect<ReadonlyArray<ContainerView>, InvalidRequest | Lookup>
}>()("gantry/engine/Containers") {}
