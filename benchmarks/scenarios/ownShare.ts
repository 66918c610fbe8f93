import { Effect, type Scope } from "effect"
import type { Scenario, ScenarioFailure, Subject } from "../harness/Scenario.ts"
import type { ContainerdFloor } from "../targets/ContainerdFloor.ts"
import { create, type Engine, remove, runningContainer, start } from "../targets/Engine.ts"
import { wholeExec } from "./execs.ts"

/** A runtime, under the engine and under containerd alone. */
export interface Pair {
  readonly runtime: string
  readonly floor: ContainerdFloor
}

export const engineWith = (runtime: string) => `gantry, ${runtime}`
export const floorWith = (runtime: string) => `containerd, ${runtime}`

const command = ["sleep", "100000"]
const startsPerRound = 3
const execsPerRound = 8

const throughEngine = (engine: Engine, runtime: string): Subject => ({
  name: engineWith(runtime),
  pid: engine.pid,
  open: (recorder) =>
    Effect.map(runningContainer(engine, { command, runtime }), (running) => {
      const started = Effect.gen(function*() {
        const id = yield* Effect.acquireRelease(
          recorder.timed("create", create(engine, { command, runtime })),
          (id) => Effect.ignore(remove(engine, id, { force: true }))
        )
        yield* recorder.repeated("start", 1, start(engine, id))
      })
      return Effect.andThen(
        Effect.repeat(Effect.scoped(started), { times: startsPerRound - 1 }),
        recorder.repeated("exec", execsPerRound, wholeExec(engine, running))
      )
    })
})

const byContainerd = ({ floor, runtime }: Pair): Subject => ({
  name: floorWith(runtime),
  pid: undefined,
  open: (recorder) =>
    Effect.gen(function*() {
      const task = yield* Effect.flatMap(floor.create, (bare) => bare.start)
      const scoped = <A>(work: Effect.Effect<A, ScenarioFailure, Scope.Scope>, times: number) =>
        Effect.repeat(Effect.scoped(work), { times: times - 1 })
      const started = Effect.gen(function*() {
        const bare = yield* recorder.timed("create", floor.create)
        yield* recorder.timed("start", bare.start)
      })
      const executed = Effect.flatMap(floor.exec(task), (bare) => recorder.timed("exec", bare.run))
      return Effect.asVoid(Effect.andThen(scoped(started, startsPerRound), scoped(executed, execsPerRound)))
    })
})

/**
 * The engine beside the calls to containerd that it cannot do without, with the same specification and runtime: the
 * difference is the engine's own.
 */
export const ownShare = (engine: Engine, pairs: ReadonlyArray<Pair>): Scenario => ({
  name: "share",
  subjects: pairs.flatMap((pair) => [throughEngine(engine, pair.runtime), byContainerd(pair)])
})

