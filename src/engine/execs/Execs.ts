import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { CurrentConfig } from "../../config/EngineConfig.ts"
import type { Attachment } from "../containers/Attachment.ts"
import type {
  AmbiguousContainer, InvalidRequest, NoSuchContainer, OperationFailed, WrongState
} from "../containers/ContainerFailures.ts"

export class NoSuchExec extends Schema.TaggedError<NoSuchExec>()("NoSuchExec", { execId: Schema.String }) {}

/** The exec's process could not be started; `exitCode` is 126 or 127, as its inspect says. */
export class ExecStartFailed extends Schema.TaggedError<ExecStartFailed>()("ExecStartFailed", {
  execId: Schema.String,
  exitCode: Schema.Literals([126, 127]),
  message: Schema.String
}) {}

export interface ExecConfig {
  readonly cmd: ReadonlyArray<string>
  /** `NAME=value`; `NAME` alone removes the variable. */
  readonly env: ReadonlyArray<string>
  readonly user: string
  readonly workingDir: string
  readonly privileged: boolean
  readonly tty: boolean
  readonly attachStdin: boolean
  readonly attachStdout: boolean
  readonly attachStderr: boolean
  readonly detachKeys: string
  /** Height and width; absent: the kernel's. */
  readonly consoleSize: readonly [number, number] | undefined
}

/** An exec at one moment. Immutable. */
export interface ExecView {
  readonly id: string
  readonly containerId: string
  readonly config: ExecConfig
  readonly running: boolean
  readonly started: boolean
  /** `null` until it ended. Set before its streams close. */
  readonly exitCode: number | null
  /** Host pid; 0 when none runs. */
  readonly pid: number
}

export interface PreparedExec {
  readonly view: ExecView
  /** In force before the start, so that no output is lost. */
  readonly attachment: Attachment
  /** Two containerd calls. To be run once the client has its response head. */
  readonly start: Effect.Effect<void, ExecStartFailed>
}

export class Execs extends Context.Service<Execs, {
  create(containerReference: string, config: ExecConfig): Effect.Effect<
    string, NoSuchContainer | AmbiguousContainer | InvalidRequest | WrongState | OperationFailed, CurrentConfig
  >
  /** Claims the exec for its only start: a second claim fails. `tty` and the size of the start request win. */
  prepare(execId: string, options: {
    readonly tty: boolean | undefined
    readonly consoleSize: readonly [number, number] | undefined
  }): Effect.Effect<PreparedExec, NoSuchExec | NoSuchContainer | WrongState | OperationFailed, CurrentConfig | Scope.Scope>
  startDetached(execId: string): Effect.Effect<
    void, NoSuchExec | NoSuchContainer | WrongState | ExecStartFailed | OperationFailed, CurrentConfig
  >
  /** Waits up to 10 s for an exec that was not started yet. */
  resize(execId: string, size: { readonly height: number; readonly width: number }): Effect.Effect<
    void, NoSuchExec | WrongState | OperationFailed
  >
  kill(execId: string, signal: string): Effect.Effect<void, NoSuchExec | WrongState | InvalidRequest | OperationFailed>
  inspect(execId: string): Effect.Effect<ExecView, NoSuchExec>
}>()("gantry/engine/Execs") {}
