import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf"
import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Layer, Option, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import { Containerd } from "../../../src/containerd/Containerd.ts"
import { ContainerdError, type ContainerdReason } from "../../../src/containerd/ContainerdError.ts"
import type { Notice } from "../../../src/containerd/EventFeed.ts"
import { operationOf } from "../../../src/containerd/operationOf.ts"
import { watchExit } from "../../../src/containerd/watchExit.ts"

type Answer = Effect.Effect<Readonly<Record<string, unknown>>, ContainerdError>

const fails = (operation: string, reason: ContainerdReason): Answer =>
  Effect.fail(new ContainerdError({ method: operation, reason, message: "" }))

/** Answers each operation with what the test wants, in turn; the last answer stays. */
const containerd = (answers: Record<string, Array<Answer>>) =>
  Layer.succeed(Containerd, {
    address: "",
    namespace: "test",
    unary: (method, _request) => {
      const left = answers[operationOf(method)] ?? []
      const answer = left.length > 1 ? left.shift() : left[0]
      return Effect.map(answer ?? Effect.never, (reply) => create(method.output, shape(method.output, reply)))
    },
    serverStream: () => Stream.never,
    duplex: () => Effect.never
  })

// The reply's fields are the test's own words.
const shape = <D extends DescMessage>(_: D, reply: Readonly<Record<string, unknown>>) => reply as MessageInitShape<D>

const exited = (pid: number, code: number): Notice => ({
  _tag: "Exited",
  containerId: "c",
  execId: "",
  pid,
  exit: { code, exitedAtNanos: 5n, witness: "event" },
  atNanos: 5n
})

const watching = Effect.gen(function*() {
  const notices = yield* Queue.unbounded<Notice>()
  const exit = yield* watchExit("c", 10, notices)
  return { notices, exit }
})

it.effect("believes the held Wait, and no event that comes later", () =>
  Effect.gen(function*() {
    const { exit, notices } = yield* watching
    yield* Queue.offer(notices, exited(10, 137))
    assert.deepStrictEqual(yield* exit, { code: 0, exitedAtNanos: 0n, witness: "wait" })
  }).pipe(Effect.provide(containerd({ "Tasks/Wait": [Effect.succeed({ exitStatus: 0 })] }))))

it.effect("ignores the exit of an earlier run", () =>
  Effect.gen(function*() {
    const reply = yield* Deferred.make<Readonly<Record<string, unknown>>>()
    yield* Effect.gen(function*() {
      const { exit, notices } = yield* watching
      yield* Queue.offer(notices, exited(9, 137))
      yield* TestClock.adjust("10 seconds")
      yield* Deferred.succeed(reply, { exitStatus: 3 })
      assert.strictEqual((yield* exit).code, 3)
    }).pipe(Effect.provide(containerd({
      "Tasks/Wait": [Deferred.await(reply)],
      "Tasks/Get": [fails("Tasks/Get", "NotFound")]
    })))
  }))

it.effect("asks before it believes an event while the Wait stays open", () =>
  Effect.gen(function*() {
    const { exit, notices } = yield* watching
    yield* Queue.offer(notices, exited(10, 4))
    yield* TestClock.adjust("2 seconds")
    assert.deepStrictEqual(yield* exit, { code: 4, exitedAtNanos: 5n, witness: "event" })
  }).pipe(Effect.provide(containerd({ "Tasks/Wait": [Effect.never], "Tasks/Get": [fails("Tasks/Get", "NotFound")] }))))

it.effect("does not take the word of an event for a task that runs", () =>
  Effect.gen(function*() {
    const { exit, notices } = yield* watching
    yield* Queue.offer(notices, exited(10, 4))
    yield* TestClock.adjust("10 seconds")
    assert.isTrue(Option.isNone(yield* Effect.timeoutOption(exit, 0)))
  }).pipe(Effect.provide(containerd({
    "Tasks/Wait": [Effect.never],
    "Tasks/Get": [Effect.succeed({ process: { pid: 10, status: 2 } })]
  }))))

it.effect("waits anew when the connection broke", () =>
  Effect.gen(function*() {
    const { exit } = yield* watching
    yield* TestClock.adjust("1 second")
    assert.strictEqual((yield* exit).code, 7)
  }).pipe(Effect.provide(containerd({
    "Tasks/Wait": [fails("Tasks/Wait", "Unavailable"), fails("Tasks/Wait", "Unavailable"), Effect.succeed({ exitStatus: 7 })]
  }))))

it.effect("says 255 for a task that was forgotten over a break, unless an event knows better", () =>
  Effect.gen(function*() {
    const answers = () => ({ "Tasks/Wait": [fails("Tasks/Wait", "Unavailable"), fails("Tasks/Wait", "NotFound")] })
    const silent = yield* Effect.provide(watching, containerd(answers()))
    const told = yield* Effect.provide(watching, containerd(answers()))
    yield* Queue.offer(told.notices, exited(10, 6))
    yield* TestClock.adjust("5 seconds")
    assert.strictEqual((yield* silent.exit).code, 255)
    assert.strictEqual((yield* told.exit).code, 6)
  }))

it.effect("says 137 for a task whose shim died", () =>
  Effect.gen(function*() {
    const { exit } = yield* watching
    yield* TestClock.adjust("5 seconds")
    assert.strictEqual((yield* exit).code, 137)
  }).pipe(Effect.provide(containerd({ "Tasks/Wait": [fails("Tasks/Wait", "Unknown"), fails("Tasks/Wait", "NotFound")] }))))

it.effect("takes a list's word for a task of the same pid that stopped", () =>
  Effect.gen(function*() {
    const { exit, notices } = yield* watching
    const stopped = (pid: number, code: number) =>
      ({ containerId: "c", pid, status: "stopped", exit: { code, exitedAtNanos: 1n, witness: "list" } }) as const
    yield* Queue.offer(notices, { _tag: "Relisted", tasks: [stopped(9, 1)] })
    yield* Queue.offer(notices, { _tag: "Relisted", tasks: [stopped(10, 2)] })
    assert.strictEqual((yield* exit).code, 2)
  }).pipe(Effect.provide(containerd({ "Tasks/Wait": [Effect.never] }))))

it.effect("asks for a task that a list leaves out, and only believes that it is not there", () =>
  Effect.gen(function*() {
    const watched = (answer: Answer) =>
      Effect.gen(function*() {
        const { exit, notices } = yield* watching
        yield* Queue.offer(notices, { _tag: "Relisted", tasks: [] })
        yield* TestClock.adjust("10 seconds")
        return yield* Effect.timeoutOption(exit, 0)
      }).pipe(Effect.provide(containerd({ "Tasks/Wait": [Effect.never], "Tasks/Get": [answer] })))
    assert.isTrue(Option.isNone(yield* watched(fails("Tasks/Get", "DeadlineExceeded"))))
    assert.strictEqual(Option.getOrThrow(yield* watched(fails("Tasks/Get", "NotFound"))).code, 255)
  }))
