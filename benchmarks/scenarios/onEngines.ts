import type { Effect, Scope } from "effect"
import type { RequestFailed } from "../client/HttpClient.ts"
import type { Recorder } from "../harness/Recorder.ts"
import type { Scenario } from "../harness/Scenario.ts"
import type { Engine } from "../targets/Engine.ts"

/** A scenario in which every engine does the same. */
export const onEngines = (
  name: string,
  open: (engine: Engine, recorder: Recorder) => Effect.Effect<Effect.Effect<void, RequestFailed>, RequestFailed, Scope.Scope>
) =>
(engines: ReadonlyArray<Engine>): Scenario => ({
  name,
  subjects: engines.map((engine) => ({
    name: engine.name,
    pid: engine.pid,
    open: (recorder) => open(engine, recorder)
  }))
})
