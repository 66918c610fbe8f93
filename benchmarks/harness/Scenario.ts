import type { Effect, Scope } from "effect"
import type { ContainerdError } from "../../src/containerd/ContainerdError.ts"
import type { FifoFailed } from "../../src/logs/FifoFailed.ts"
import type { RequestFailed } from "../client/HttpClient.ts"
import type { Recorder } from "./Recorder.ts"

export type ScenarioFailure = RequestFailed | ContainerdError | FifoFailed

/** One that takes part in a scenario: an engine, or what it stands on. */
export interface Subject {
  readonly name: string
  /** The process whose CPU counts. */
  readonly pid: number | undefined
  /** Makes ready what all rounds need and gives what one round does; the scope takes it away again. */
  open(recorder: Recorder): Effect.Effect<Effect.Effect<void, ScenarioFailure>, ScenarioFailure, Scope.Scope>
}

export interface Scenario {
  /** What `--only` knows it by. */
  readonly name: string
  readonly subjects: ReadonlyArray<Subject>
}
