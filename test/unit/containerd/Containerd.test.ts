import { create } from "@bufbuild/protobuf"
import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Containerd } from "../../../src/containerd/Containerd.ts"
import { Store } from "../../../src/containerd/generated/sandbox_pb.ts"
import { Tasks } from "../../../src/containerd/generated/tasks_pb.ts"
import * as RpcMeter from "../../../src/containerd/RpcMeter.ts"
import { type RpcHeaders, RpcTransport } from "../../../src/containerd/RpcTransport.ts"

/** Answers `Store/List` at once and nothing else ever; keeps the headers of every call. */
const transport = (seen: Array<RpcHeaders>, connected: boolean) =>
  Containerd.layer("space").pipe(Layer.provide(Layer.succeed(RpcTransport, {
    address: "/c.sock",
    connected: Effect.succeed(connected),
    unary: (method, _request, headers) => {
      seen.push(headers)
      return method.name === "List" && method.parent.typeName === Store.typeName
        ? Effect.sync(() => create(method.output))
        : Effect.never
    },
    serverStream: () => Effect.succeed(Effect.never),
    duplex: () => Effect.never
  })))

it.effect("sends the namespace with every call, and a lease when there is one", () => {
  const seen: Array<RpcHeaders> = []
  return Effect.gen(function*() {
    const containerd = yield* Containerd
    yield* containerd.unary(Store.method.list, {})
    yield* containerd.unary(Store.method.list, {}, { lease: "l" })
    assert.deepStrictEqual(seen, [
      { "containerd-namespace": "space" },
      { "containerd-namespace": "space", "containerd-lease": "l" }
    ])
  }).pipe(Effect.provide(transport(seen, true)))
})

it.effect("gives up a call that gets no answer, and says whether anybody was there", () =>
  Effect.gen(function*() {
    const kill = Effect.flatMap(Containerd, (containerd) => Effect.flip(containerd.unary(Tasks.method.kill, { containerId: "c" })))
    const there = yield* Effect.forkChild(Effect.provide(kill, transport([], true)))
    const away = yield* Effect.forkChild(Effect.provide(kill, transport([], false)))
    yield* TestClock.adjust("10 seconds")
    assert.strictEqual((yield* Fiber.join(there)).reason, "DeadlineExceeded")
    assert.strictEqual((yield* Fiber.join(away)).reason, "Unavailable")
  }))

it.effect("gives up also where nothing may be interrupted", () =>
  Effect.gen(function*() {
    const containerd = yield* Containerd
    const pending = yield* Effect.forkChild(Effect.uninterruptible(Effect.flip(containerd.unary(Tasks.method.kill, { containerId: "c" }))))
    yield* TestClock.adjust("10 seconds")
    assert.strictEqual((yield* Fiber.join(pending)).method, "Tasks/Kill")
  }).pipe(Effect.provide(transport([], true))))

it.effect("never gives up a held call, and counts it apart", () =>
  Effect.gen(function*() {
    const containerd = yield* Containerd
    const meter = RpcMeter.make()
    const waiting = yield* Effect.forkChild(
      Effect.provideService(containerd.unary(Tasks.method.wait, { containerId: "c" }, { held: true }), RpcMeter.RpcMeter, meter)
    )
    yield* TestClock.adjust("30 days")
    assert.isUndefined(waiting.pollUnsafe())
    assert.deepStrictEqual(meter, { count: 0, held: 1, calls: [] })
  }).pipe(Effect.provide(transport([], true))))
