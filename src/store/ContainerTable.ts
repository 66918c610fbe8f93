import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { ContainerRecord } from "../model/ContainerRecord.ts"
import { ContainerState } from "../model/ContainerState.ts"
import { Database, type StoreFailed } from "./Database.ts"

export interface StoredContainer {
  readonly record: ContainerRecord
  readonly state: ContainerState
}

const Record = Schema.fromJsonString(ContainerRecord)
const State = Schema.fromJsonString(ContainerState)
const Stored = Schema.Struct({ record: Record, state: State })

const insert = "INSERT INTO containers (id, record, state) VALUES (?, ?, ?)"

/** Each container's record and state. An intent for the same id is dropped in the same transaction that commits it. */
export class ContainerTable extends Context.Service<ContainerTable, {
  /** Every row that still makes sense; one that does not is named, and stops nobody else's. */
  readonly load: Effect.Effect<
    { readonly containers: ReadonlyArray<StoredContainer>; readonly unreadable: ReadonlyArray<string> },
    StoreFailed
  >
  /** Commits a new container and drops its create intent. */
  commit(container: StoredContainer): Effect.Effect<void, StoreFailed>
  putRecord(record: ContainerRecord): Effect.Effect<void, StoreFailed>
  putState(id: string, state: ContainerState): Effect.Effect<void, StoreFailed>
  /** Forgets the container, its execs and its intent. */
  remove(id: string): Effect.Effect<void, StoreFailed>
}>()("gantry/store/ContainerTable") {
  static readonly layer = Layer.effect(this, Effect.gen(function*() {
    const db = yield* Database
    return ContainerTable.of({
      load: Effect.gen(function*() {
        const rows = yield* db.all("SELECT id, record, state FROM containers")
        const decoded = yield* Effect.forEach(rows, (row) =>
          Effect.map(Effect.result(Schema.decodeUnknownEffect(Stored)(row)), (result) => ({ id: String(row["id"]), result })))
        return {
          containers: decoded.flatMap(({ result }) => Result.isSuccess(result) ? [result.success] : []),
          unreadable: decoded.flatMap(({ id, result }) => Result.isFailure(result) ? [id] : [])
        }
      }),
      commit: ({ record, state }) =>
        db.batch([
          [insert, record.id, JSON.stringify(record), JSON.stringify(state)],
          ["DELETE FROM intents WHERE target = ?", record.id]
        ]),
      putRecord: (record) => db.run("UPDATE containers SET record = ? WHERE id = ?", JSON.stringify(record), record.id),
      putState: (id, state) => db.run("UPDATE containers SET state = ? WHERE id = ?", JSON.stringify(state), id),
      remove: (id) =>
        db.batch([
          ["DELETE FROM execs WHERE container_id = ?", id],
          ["DELETE FROM containers WHERE id = ?", id],
          ["DELETE FROM intents WHERE target = ?", id]
        ])
    })
  }))
}
