import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Database, type StoreFailed } from "./Database.ts"

export const IntentKind = Schema.Literals(["container.create", "container.remove"])
const Intent = Schema.Struct({ target: Schema.String, kind: IntentKind })
export type Intent = typeof Intent.Type

/**
 * What an operation is about to make or unmake, written before its first step. All names below follow from the
 * target's id, so an intent that outlived its engine is enough to finish the work or to undo it.
 */
export class IntentTable extends Context.Service<IntentTable, {
  readonly all: Effect.Effect<ReadonlyArray<Intent>, StoreFailed>
  put(intent: Intent): Effect.Effect<void, StoreFailed>
  drop(target: string): Effect.Effect<void, StoreFailed>
}>()("gantry/store/IntentTable") {
  static readonly layer = Layer.effect(this, Effect.gen(function*() {
    const db = yield* Database
    return IntentTable.of({
      all: Effect.flatMap(db.all("SELECT target, kind FROM intents"), (rows) =>
        Effect.orDie(Schema.decodeUnknownEffect(Schema.Array(Intent))(rows))),
      put: ({ kind, target }) => db.run("INSERT OR REPLACE INTO intents (target, kind) VALUES (?, ?)", target, kind),
      drop: (target) => db.run("DELETE FROM intents WHERE target = ?", target)
    })
  }))
}
