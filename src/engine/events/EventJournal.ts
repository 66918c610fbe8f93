import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Timestamp from "../../model/Timestamp.ts"
import { EventTable } from "../../store/EventTable.ts"
import { type EngineEvent, type EventQuery, Events, InvalidTimeRange } from "./Events.ts"
import { matchesEvent } from "./matchesEvent.ts"

const StoredEvent = Schema.fromJsonString(Schema.Struct({
  seq: Schema.Int,
  type: Schema.Literals(["container", "image", "network", "volume", "daemon", "engine"]),
  action: Schema.String,
  actorId: Schema.String,
  attributes: Schema.Record(Schema.String, Schema.String),
  timeNanos: Schema.BigIntFromString
}))
const encodeEvent = Schema.encodeSync(StoredEvent)

/** Keeps the last `keep` events, in memory and in the store. */
export const layer = (keep: number) =>
  Layer.effect(Events, Effect.gen(function*() {
    const table = yield* EventTable
    const stored = yield* Effect.forEach(yield* table.load, ({ event }) =>
      Effect.option(Schema.decodeUnknownEffect(StoredEvent)(event)))
    const ring: Array<EngineEvent> = stored.flatMap((event) => Option.isSome(event) ? [event.value] : [])
    let unsaved: Array<EngineEvent> = []
    // Rings carry no event, only "look again": a slow reader holds one slot and never the writer.
    const bell = yield* PubSub.sliding<void>(1)

    const lastSeq = () => ring.at(-1)?.seq ?? 0
    const append = (event: Omit<EngineEvent, "seq" | "timeNanos">, timeNanos: bigint) => {
      const numbered = { ...event, seq: lastSeq() + 1, timeNanos }
      ring.push(numbered)
      unsaved.push(numbered)
      if (ring.length >= 2 * keep) ring.splice(0, ring.length - keep)
    }

    const save = Effect.suspend(() => {
      const events = unsaved
      unsaved = []
      return events.length === 0 ? Effect.void : table.append(
        events.map((event) => ({ seq: event.seq, event: encodeEvent(event) })),
        lastSeq() - keep
      )
    }).pipe(Effect.catch((error) => Effect.logWarning("events were not stored", error)))
    yield* Effect.addFinalizer(() => save)
    const saving = yield* PubSub.subscribe(bell)
    yield* PubSub.take(saving).pipe(Effect.andThen(save), Effect.forever, Effect.forkScoped)

    const publish = Effect.fnUntraced(function*(event: Omit<EngineEvent, "seq" | "timeNanos">) {
      append(event, yield* Timestamp.now)
      yield* PubSub.publish(bell, undefined)
    }, Effect.uninterruptible)

    let listeners = 0
    const listen = Effect.acquireRelease(
      Effect.sync(() => {
        listeners++
      }),
      () => Effect.sync(() => {
        listeners--
      })
    )

    const after = (seq: number) =>
      Stream.unwrap(Effect.map(Effect.andThen(listen, PubSub.subscribe(bell)), (rings) =>
        Stream.paginate(seq, Effect.fnUntraced(function*(seen) {
          while (lastSeq() <= seen) yield* PubSub.take(rings)
          const oldest = ring[0]?.seq ?? 1
          const news = ring.slice(Math.max(0, seen + 1 - oldest))
          const lost = Math.max(0, oldest - seen - 1)
          const first = news[0]
          const told = lost > 0 && first !== undefined ? [lagged(first, lost), ...news] : news
          return [told, Option.some(news.at(-1)?.seq ?? seen)] as const
        }))))

    return Events.of({
      publish,
      subscribe: (query) => subscribe(query, { ring, lastSeq, after }),
      listeners: Effect.sync(() => listeners)
    })
  }))

interface Journal {
  readonly ring: ReadonlyArray<EngineEvent>
  readonly lastSeq: () => number
  readonly after: (seq: number) => Stream.Stream<EngineEvent>
}

const subscribe = Effect.fnUntraced(function*(query: EventQuery, { after, lastSeq, ring }: Journal) {
  const { afterSeq, filters, since, until } = query
  if (since !== undefined && until !== undefined && since > until) {
    return yield* new InvalidTimeRange({ since: Timestamp.format(since), until: Timestamp.format(until) })
  }
  const now = yield* Timestamp.now
  const begin = afterSeq ?? (since === undefined ? lastSeq() : firstSince(ring, since) - 1)
  const wanted = (event: EngineEvent) =>
    (since === undefined || event.timeNanos >= since) && (until === undefined || event.timeNanos <= until) &&
    matchesEvent(filters, event)
  if (until !== undefined && until <= now) {
    return Stream.fromIterable(ring.filter((event) => event.seq > begin && wanted(event)))
  }
  const events = Stream.filter(after(begin), wanted)
  return until === undefined ? events : Stream.interruptWhen(events, Effect.sleep(Duration.nanos(until - now)))
})

const firstSince = (ring: ReadonlyArray<EngineEvent>, since: bigint): number =>
  ring.find((event) => event.timeNanos >= since)?.seq ?? (ring.at(-1)?.seq ?? 0) + 1

/** In place of what a reader lost. */
const lagged = (next: EngineEvent, lost: number): EngineEvent => ({
  seq: next.seq - 1,
  type: "engine",
  action: "lagged",
  actorId: "",
  attributes: { lost: `${lost}` },
  timeNanos: next.timeNanos
})
