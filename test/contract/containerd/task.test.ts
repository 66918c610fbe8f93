import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { processOf, prepared } from "./Fixture.ts"
import { TestContainerd } from "./TestContainerd.ts"

layer(TestContainerd.layer, { excludeTestServices: true, timeout: "60 seconds" })("Task", (it) => {
  it.effect("runs a program and tells its exit code, the same in the reply of delete", () =>
    Effect.gen(function*() {
      const { createTask } = yield* prepared(["sh", "-c", "exit 7"])
      const task = yield* createTask()
      yield* task.start
      const exit = yield* task.exit
      assert.strictEqual(exit.code, 7)
      assert.strictEqual(exit.witness, "wait")
      const reaped = yield* task.delete
      assert.strictEqual(reaped.code, 7)
      assert.strictEqual(reaped.exitedAtNanos, exit.exitedAtNanos)
    }))

  it.effect("executes a process beside, with an exit code of its own", () =>
    Effect.gen(function*() {
      const { createTask } = yield* prepared(["sleep", "100"])
      const task = yield* createTask()
      yield* task.start
      const process = yield* task.exec({ execId: "e1", spec: processOf(["sh", "-c", "exit 3"]) })
      const pid = yield* process.start
      assert.isAbove(pid, 0)
      assert.strictEqual((yield* process.exit).code, 3)
      assert.strictEqual((yield* process.delete).code, 3)
      yield* task.kill(9)
      assert.strictEqual((yield* task.exit).code, 137)
    }))
})
