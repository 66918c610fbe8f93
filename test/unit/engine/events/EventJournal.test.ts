import { assert, it, layer } from "@effect/vitest"
import { Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import * as EventJournal from "../../../../src/engine/events/EventJournal.ts"
import { Events } from "../../../../src/engine/events/Events.ts"
import { Database } from "../../../../src/store/Database.ts"
import { EventTable } from "../../../../src/store/EventTable.ts"

const journal = (keep: number) =>
  EventJournal.layer(keep).pipe(Layer.provideMerge(EventTable.layer), Layer.provide(Database.layer(":memory:")))

const happen = (action: string, attributes: Record<string, string> = {}) =>
  Effect.flatMap(Events, (events) => events.publish({ type: "container", action, actorId: "c1", attributes }))

const everything = { since: undefined, until: undefined, afterSeq: undefined, filters: new Map() }
const actions = (events: ReadonlyArray<{ readonly action: string }>) => events.map((event) => event.action)

layer(journal(10))("events", (it) => {
  it.effect("go to a reader in order, from the moment of its subscription on", () =>
    Effect.gen(function*() {
      const events = yield* Events
      yield* happen("create")
      const stream = yield* events.subscribe(everything)
      yield* happen("start")
      yield* happen("die")
      assert.deepStrictEqual(actions(yield* Stream.runCollect(Stream.take(stream, 2))), ["start", "die"])
    }))

  it.effect("since a time are replayed, and until a time they end", () =>
    Effect.gen(function*() {
      const events = yield* Events
      yield* TestClock.adjust("1 minute")
      yield* happen("pause")
      const stream = yield* events.subscribe({ ...everything, since: 60_000_000_000n, until: 120_000_000_000n })
      const reader = yield* Effect.forkChild(Stream.runCollect(stream))
      yield* happen("unpause")
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(actions(yield* Fiber.join(reader)), ["pause", "unpause"])
    }))

  it.effect("are filtered by action, and by label", () =>
    Effect.gen(function*() {
      const events = yield* Events
      const filters = new Map([["event", ["exec_start"]], ["label", ["a=b"]]])
      const stream = yield* events.subscribe({ ...everything, filters })
      yield* happen("exec_start: sh", { a: "c" })
      yield* happen("exec_die", { a: "b" })
      yield* happen("exec_start: ls", { a: "b" })
      assert.deepStrictEqual(actions(yield* Stream.runCollect(Stream.take(stream, 1))), ["exec_start: ls"])
    }))

  it.effect("refuse a range that ends before it begins", () =>
    Effect.gen(function*() {
      const events = yield* Events
      const error = yield* Effect.flip(events.subscribe({ ...everything, since: 2n, until: 1n }))
      assert.strictEqual(error._tag, "InvalidTimeRange")
    }))
})

it.effect("tells a reader that was too slow how many events it lost", () =>
  Effect.gen(function*() {
    const events = yield* Events
    const stream = yield* events.subscribe(everything)
    for (let i = 0; i < 10; i++) yield* happen(`e${i}`)
    const seen = yield* Stream.runCollect(Stream.take(stream, 2))
    assert.strictEqual(seen[0]?.action, "lagged")
    assert.strictEqual(seen[1]?.seq, Number(seen[0]?.attributes["lost"]) + 1)
  }).pipe(Effect.provide(journal(2))))

it.effect("are kept in the store, and numbered on from there", () =>
  Effect.gen(function*() {
    const append = happen("create").pipe(Effect.andThen(happen("start")))
    yield* append.pipe(Effect.provide(EventJournal.layer(10)), Effect.scoped)
    const table = yield* EventTable
    assert.deepStrictEqual((yield* table.load).map((event) => event.seq), [1, 2])
    const stream = Effect.gen(function*() {
      const events = yield* Events
      const all = yield* events.subscribe({ ...everything, afterSeq: 0 })
      yield* happen("die")
      return yield* Stream.runCollect(Stream.take(all, 3))
    })
    const seen = yield* stream.pipe(Effect.provide(EventJournal.layer(10)), Effect.scoped)
    assert.deepStrictEqual(seen.map(({ action, seq }) => [seq, action]), [[1, "create"], [2, "start"], [3, "die"]])
  }).pipe(Effect.provide(EventTable.layer.pipe(Layer.provideMerge(Database.layer(":memory:"))))))
