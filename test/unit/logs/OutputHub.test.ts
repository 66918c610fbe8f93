import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as OutputHub from "../../../src/logs/OutputHub.ts"

const chunk = (text: string) => ({ stream: "stdout" as const, bytes: Buffer.from(text) })
const megabyte = { stream: "stdout" as const, bytes: Buffer.alloc(1024 * 1024 + 1) }
const texts = <E>(stream: Stream.Stream<{ readonly bytes: Uint8Array }, E>) =>
  Effect.map(Stream.runCollect(stream), (chunks) => chunks.map(({ bytes }) => Buffer.from(bytes).toString()))

describe("OutputHub", () => {
  it.effect("gives a subscriber all since it subscribed, and ends with the run", () =>
    Effect.gen(function*() {
      const hub = yield* OutputHub.make
      yield* hub.publish([chunk("nobody")])
      const first = yield* hub.subscribe
      yield* hub.publish([chunk("a"), chunk("b")])
      const second = yield* hub.subscribe
      yield* hub.publish([chunk("c")])
      yield* hub.endRun
      const nextRun = yield* hub.subscribe
      yield* hub.publish([chunk("d")])
      yield* hub.endRun
      assert.deepStrictEqual(yield* texts(first), ["a", "b", "c"])
      assert.deepStrictEqual(yield* texts(second), ["c"])
      assert.deepStrictEqual(yield* texts(nextRun), ["d"])
    }))

  it.effect("wakes a subscriber that waits", () =>
    Effect.gen(function*() {
      const hub = yield* OutputHub.make
      const waiting = yield* Effect.forkChild(texts(yield* hub.subscribe))
      yield* Effect.yieldNow
      yield* hub.publish([chunk("a")])
      yield* Effect.yieldNow
      yield* hub.publish([chunk("b")])
      yield* hub.endRun
      assert.deepStrictEqual(yield* Fiber.join(waiting), ["a", "b"])
    }))

  it.effect("presses back until the slow one has taken", () =>
    Effect.gen(function*() {
      const hub = yield* OutputHub.make
      const slow = yield* hub.subscribe
      const publishing = yield* Effect.forkChild(hub.publish([megabyte]))
      yield* TestClock.adjust("29 seconds")
      assert.strictEqual(publishing.pollUnsafe(), undefined)
      const taking = yield* Effect.forkChild(Stream.runCount(slow))
      yield* Fiber.join(publishing)
      yield* hub.endRun
      assert.strictEqual(yield* Fiber.join(taking), 1)
    }))

  it.effect("drops the one that presses back for 30 seconds, and only that one", () =>
    Effect.gen(function*() {
      const hub = yield* OutputHub.make
      const stuck = yield* hub.subscribe
      const quick = yield* Effect.forkChild(Stream.runCount(yield* hub.subscribe))
      const publishing = yield* Effect.forkChild(hub.publish([megabyte]))
      yield* TestClock.adjust("30 seconds")
      yield* Fiber.join(publishing)
      yield* hub.publish([megabyte])
      yield* hub.endRun
      assert.strictEqual(yield* Fiber.join(quick), 2)
      assert.strictEqual((yield* Effect.flip(Stream.runCount(stuck)))._tag, "SubscriberTooSlow")
    }))

  it.effect("forgets a subscriber whose scope closes, also while it presses back", () =>
    Effect.gen(function*() {
      const hub = yield* OutputHub.make
      const scope = yield* Scope.make()
      yield* Scope.provide(hub.subscribe, scope)
      const publishing = yield* Effect.forkChild(hub.publish([megabyte]))
      yield* Effect.yieldNow
      yield* Scope.close(scope, Exit.void)
      yield* Fiber.join(publishing)
    }))
})
