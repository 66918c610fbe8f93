import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Database, type StoreFailed } from "./Database.ts"

/** Single values by name: the engine's id, for one. */
export class MetaTable extends Context.Service<MetaTable, {
  /** The value under `key`; where there is none, `initial` is stored and given. */
  getOrPut(key: string, initial: string): Effect.Effect<string, StoreFailed>
}>()("gantry/store/MetaTable") {
  static readonly layer = Layer.effect(this, Effect.gen(function*() {
    const db = yield* Database
    return MetaTable.of({
      getOrPut: (key, initial) =>
        db.run("INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)", key, initial).pipe(
          Effect.andThen(db.all("SELECT value FROM meta WHERE key = ?", key)),
          Effect.map((rows) => String(rows[0]?.["value"] ?? initial))
        )
    })
  }))
}
