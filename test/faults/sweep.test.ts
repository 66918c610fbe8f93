import { afterAll, assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { startFaultyEngine } from "../support/faults.ts"
import { expectClean } from "../support/fsck.ts"
import { clientOf, countCalls, none, operations, removed, statusOf } from "./operations.ts"

const told: Array<string> = []
afterAll(() => console.log(told.join("\n")))

for (const [what, operation] of Object.entries(operations)) {
  it.live(`a call of ${what} that fails leaves nothing behind, and the next try succeeds`, () =>
    Effect.gen(function*() {
      const faulty = yield* startFaultyEngine()
      const calls = yield* countCalls(faulty, operation)
      assert.isAbove(calls.length, 0)
      for (const when of ["before", "after"] as const) {
        for (const nth of calls.keys()) {
          const point = `${what}: ${when} call ${nth + 1} of ${calls.length}`
          const name = yield* operation.prepare(faulty)
          yield* faulty.plan({ operations: operation.operations, nth: nth + 1, when, how: "error" })
          const answer = yield* operation.run(faulty, name)
          if (answer.status >= 400) assert.isString(Object(answer.json).message, point)
          const struck = (yield* faulty.calls)[nth]
          yield* faulty.plan(none)
          yield* expectClean(faulty.engine).pipe(Effect.catchDefect((defect) => Effect.die(new Error(`${point} (${struck}), ${answer.status}: ${defect}`))))
          const again = answer.status < 400 ? answer : yield* operation.run(faulty, name)
          // A removal may have been done although its answer was an error.
          const done = again.status < 400 || (what.startsWith("remove") && again.status === 404)
          assert.isTrue(done, `${point} (${struck}), again: ${JSON.stringify(again.json)}`)
          yield* operation.verify(faulty, name)
          yield* expectClean(faulty.engine)
          told.push(`${point} (${struck}): ${answer.status} ${answer.status >= 400 ? Object(answer.json).message : ""}`)
          yield* removed(faulty, name)
        }
      }
    }), 300_000)
}

it.live("an engine that is killed in a create, between snapshot and commit, undoes it when it is back", () =>
  Effect.gen(function*() {
    const faulty = yield* startFaultyEngine()
    const { create } = clientOf(faulty)
    for (const operation of ["Snapshots/Prepare", "Store/Create"]) {
      yield* faulty.plan({ operations: [operation], nth: 1, when: "after", how: "kill" })
      yield* Effect.exit(create("half"))
      yield* faulty.engine.died
      yield* faulty.plan(none)
      yield* faulty.engine.start
      yield* clientOf(faulty).call("DELETE", "/containers/nobody")
      yield* expectClean(faulty.engine)
      assert.strictEqual(yield* statusOf(faulty, "half"), "absent")
      assert.strictEqual((yield* create("half")).status, 201)
      yield* removed(faulty, "half")
    }
  }), 120_000)
