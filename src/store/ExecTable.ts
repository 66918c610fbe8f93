import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Database, type StoreFailed } from "./Database.ts"

export interface StoredExec {
  readonly id: string
  readonly containerId: string
  /** Encoded by the engine. */
  readonly exec: string
}

/** Execs that run now, so that an engine that comes back finds them again. */
export class ExecTable extends Context.Service<ExecTable, {
  readonly load: Effect.Effect<ReadonlyArray<StoredExec>, StoreFailed>
  put(exec: StoredExec): Effect.Effect<void, StoreFailed>
  remove(id: string): Effect.Effect<void, StoreFailed>
}>()("gantry/store/ExecTable") {
  static readonly layer = Layer.effect(this, Effect.gen(function*() {
    const db = yield* Database
    return ExecTable.of({
      load: Effect.map(db.all("SELECT id, container_id, exec FROM execs"), (rows) =>
        rows.map((row) => ({ id: String(row["id"]), containerId: String(row["container_id"]), exec: String(row["exec"]) }))),
      put: ({ containerId, exec, id }) =>
        db.run("INSERT OR REPLACE INTO execs (id, container_id, exec) VALUES (?, ?, ?)", id, containerId, exec),
      remove: (id) => db.run("DELETE FROM execs WHERE id = ?", id)
    })
  }))
}
