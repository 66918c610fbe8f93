import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Database, type StoreFailed } from "./Database.ts"

/** What was read of images' content, by its name. */
export class ImageMetadataTable extends Context.Service<ImageMetadataTable, {
  readonly load: Effect.Effect<ReadonlyArray<readonly [key: string, value: string]>, StoreFailed>
  put(key: string, value: string): Effect.Effect<void, StoreFailed>
  remove(keys: ReadonlyArray<string>): Effect.Effect<void, StoreFailed>
}>()("gantry/store/ImageMetadataTable") {
  static readonly layer = Layer.effect(this, Effect.gen(function*() {
    const db = yield* Database
    return ImageMetadataTable.of({
      load: Effect.map(db.all("SELECT key, value FROM image_metadata"), (rows) =>
        rows.map((row) => [String(row["key"]), String(row["value"])] as const)),
      put: (key, value) => db.run("INSERT OR REPLACE INTO image_metadata (key, value) VALUES (?, ?)", key, value),
      remove: (keys) => db.batch(keys.map((key) => ["DELETE FROM image_metadata WHERE key = ?", key] as const))
    })
  }))
}
