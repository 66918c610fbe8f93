import { afterAll, assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { startFaultyEngine } from "../support/faults.ts"
import { expectClean } from "../support/fsck.ts"
import { clientOf, countCalls, none, operations, outcomes, removed, statusOf } from "./operations.ts"

const told: Array<string> = []
afterAll(() => console.log(told.join("\n")))

for (const [what, operation] of Object.entries(operations)) {
  it.live(`an engine that is killed at a call of ${what} leaves nothing behind once it is back`, () =>
    Effect.gen(function*() {
      const faulty = yield* startFaultyEngine()
      const calls = yield* countCalls(faulty, operation)
      for (const when of ["before", "after"] as const) {
        for (const nth of calls.keys()) {
          const name = yield* operation.prepare(faulty)
          yield* faulty.plan({ operations: operation.operations, nth: nth + 1, when, how: "kill" })
          // Whoever asked gets no answer, or is told so.
          yield* Effect.exit(operation.run(faulty, name))
          yield* faulty.engine.died
          const struck = (yield* faulty.calls)[nth]
          const point = `${what}: killed ${when} call ${nth + 1} of ${calls.length} (${struck})`
          yield* faulty.plan(none)
          yield* faulty.engine.start
          // An answer to a removal of nothing comes once all is restored.
          yield* clientOf(faulty).call("DELETE", "/containers/nobody")
          yield* expectClean(faulty.engine).pipe(Effect.catchDefect((defect) => Effect.die(new Error(`${point}: ${defect}`))))
          const status = yield* statusOf(faulty, name)
          assert.include(outcomes[what] ?? [], status, point)
          told.push(`${point}: ${status}`)
          yield* removed(faulty, name)
        }
      }
    }), 300_000)
}
