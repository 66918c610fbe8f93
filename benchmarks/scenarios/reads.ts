import { Effect } from "effect"
import { container, type Engine, runningContainer } from "../targets/Engine.ts"
import { onEngines } from "./onEngines.ts"

/** One that runs and others that never did. */
const population = Effect.fnUntraced(function*(engine: Engine, count: number) {
  const running = yield* runningContainer(engine, { command: ["sleep", "100000"] })
  yield* Effect.forEach(Array.from({ length: count - 1 }), () => container(engine, { command: ["true"] }))
  return running
})

const list = ({ client }: Engine) => client.request("GET", "/containers/json?all=1")

/** What clients ask all the time, with ten containers. */
export const reads = onEngines("reads", (engine, recorder) =>
  Effect.gen(function*() {
    const id = yield* population(engine, 10)
    return Effect.gen(function*() {
      yield* recorder.repeated("ping", 50, engine.client.request("GET", "/_ping"))
      yield* recorder.repeated("version", 20, engine.client.request("GET", "/version"))
      yield* recorder.repeated("inspect", 20, engine.client.request("GET", `/containers/${id}/json`))
      yield* recorder.repeated("list of 10", 20, list(engine))
    })
  }))

/** The same list when it is long. */
export const longList = onEngines("list", (engine, recorder) =>
  Effect.as(population(engine, 100), recorder.repeated("list of 100", 20, list(engine))))
