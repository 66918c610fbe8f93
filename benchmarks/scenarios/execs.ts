import { Effect } from "effect"
import { createExec, type Engine, inspectExec, runExec, runningContainer } from "../targets/Engine.ts"
import { onEngines } from "./onEngines.ts"

/** As the command line does it: make, start, read to the end, ask for the exit code. */
export const wholeExec = (engine: Engine, containerId: string) =>
  Effect.gen(function*() {
    const execId = yield* createExec(engine, containerId, ["true"])
    yield* runExec(engine, execId)
    yield* inspectExec(engine, execId)
  })

/** Execs of `true`, one after the other and ten at once. */
export const execs = onEngines("execs", (engine, recorder) =>
  Effect.gen(function*() {
    const id = yield* runningContainer(engine, { command: ["sleep", "100000"] })
    const ten = Effect.forEach(Array.from({ length: 10 }), () => wholeExec(engine, id), { concurrency: "unbounded" })
    return Effect.andThen(
      recorder.repeated("exec", 10, wholeExec(engine, id)),
      recorder.repeated("10 execs at once", 1, ten)
    )
  }))
