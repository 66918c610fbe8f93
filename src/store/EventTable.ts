import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Database, type StoreFailed } from "./Database.ts"

export interface StoredEvent {
  readonly seq: number
  readonly event: string
}

/** The last events, encoded, by sequence number. */
export class EventTable extends Context.Service<EventTable, {
  readonly load: Effect.Effect<ReadonlyArray<StoredEvent>, StoreFailed>
  /** Adds events and forgets those up to and with `forgetTo`. */
  append(events: ReadonlyArray<StoredEvent>, forgetTo: number): Effect.Effect<void, StoreFailed>
}>()("gantry/store/EventTable") {
  static readonly layer = Layer.effect(this, Effect.gen(function*() {
    const db = yield* Database
    return EventTable.of({
      load: Effect.map(db.all("SELECT seq, event FROM events ORDER BY seq"), (rows) =>
        rows.map((row) => ({ seq: Number(row["seq"]), event: String(row["event"]) }))),
      append: (events, forgetTo) =>
        db.batch([
          ...events.map(({ event, seq }) => ["INSERT INTO events (seq, event) VALUES (?, ?)", seq, event] as const),
          ["DELETE FROM events WHERE seq <= ?", forgetTo]
        ])
    })
  }))
}
