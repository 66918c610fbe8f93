import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { EventFeed } from "../../../src/containerd/EventFeed.ts"
import { prepared, processOf } from "./Fixture.ts"
import { TestContainerd } from "./TestContainerd.ts"

/** The kinds of event about a container, up to the one named. */
const until = (containerId: string, last: string) =>
  Effect.gen(function*() {
    const feed = yield* EventFeed
    yield* feed.ready
    const events = yield* feed.subscribe
    return yield* events.pipe(
      Stream.filter((event) => "containerId" in event && event.containerId === containerId),
      Stream.map((event) => event._tag),
      Stream.takeUntil((tag) => tag === last),
      Stream.runCollect,
      Effect.forkChild({ startImmediately: true })
    )
  })

layer(TestContainerd.layer, { excludeTestServices: true, timeout: "60 seconds" })("EventFeed", (it) => {
  it.effect("tells a life in order", () =>
    Effect.gen(function*() {
      const { id, createTask } = yield* prepared(["sleep", "100"])
      const told = yield* until(id, "Exited")
      const task = yield* createTask()
      yield* task.start
      yield* task.pause
      yield* task.resume
      yield* task.kill(9)
      assert.deepStrictEqual(yield* Fiber.join(told), ["Started", "Paused", "Resumed", "Exited"])
    }))

  it.effect("tells of an exec as of one", () =>
    Effect.gen(function*() {
      const { id, createTask } = yield* prepared(["sleep", "100"])
      const told = yield* until(id, "Exited")
      const task = yield* createTask()
      yield* task.start
      const exec = yield* task.exec({ execId: "e", spec: processOf(["true"]) })
      yield* exec.start
      yield* exec.exit
      assert.deepStrictEqual(yield* Fiber.join(told), ["Started", "ExecStarted", "Exited"])
    }))

  it.effect("tells when the kernel ran out of a container's memory", () =>
    Effect.gen(function*() {
      const { id, createTask } = yield* prepared(["sh", "-c", "x=0123456789; while :; do x=$x$x; done"], {
        resources: { memory: { limit: 30_000_000, swap: 30_000_000 } }
      })
      const told = yield* until(id, "OutOfMemory")
      const task = yield* createTask()
      yield* task.start
      assert.strictEqual((yield* task.exit).code, 137)
      assert.include(yield* Fiber.join(told), "OutOfMemory")
    }))
})
