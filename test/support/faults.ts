import { Effect } from "effect"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { type EngineOptions, startEngine } from "./engine.ts"
import { tempDirectory } from "./tempDirectory.ts"

/** One fault, at the `nth` of the calls of these operations. `nth` 0: none, the calls are written down only. */
export interface FaultPlan {
  readonly operations: ReadonlyArray<string>
  readonly nth: number
  /** `after`: containerd has done its part, and its answer is lost. */
  readonly when: "before" | "after"
  /** `kill`: the engine dies, as by `kill -9`. */
  readonly how: "error" | "kill"
}

/** An engine whose calls to containerd can be made to fail. */
export const startFaultyEngine = Effect.fn("startFaultyEngine")(function*(options: EngineOptions = {}) {
  const planFile = `${yield* tempDirectory("faults")}/plan.json`
  const engine = yield* startEngine({
    ...options,
    main: "test/support/faultyEngine.ts",
    env: { ...options.env, GANTRY_FAULT_PLAN: planFile }
  })
  let plans = 0
  return {
    engine,
    /** In force from now on; the count begins anew. */
    plan: (plan: FaultPlan) =>
      Effect.sync(() => {
        writeFileSync(planFile, JSON.stringify({ ...plan, number: plans++ }))
        writeFileSync(`${planFile}.calls`, "")
      }),
    /** The calls that the plan is about, since it came into force. */
    calls: Effect.sync(() =>
      existsSync(`${planFile}.calls`) ? readFileSync(`${planFile}.calls`, "utf8").split("\n").filter((line) => line !== "") : [])
  }
})
