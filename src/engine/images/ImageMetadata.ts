import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ImageMetadataTable } from "../../store/ImageMetadataTable.ts"

/**
 * What once was read of immutable content: manifests and configurations by digest, sizes of snapshots by chain id.
 * With it a start needs no content to be read again. Losing it costs time, nothing else.
 */
export class ImageMetadata extends Context.Service<ImageMetadata, {
  get(key: string): string | undefined
  put(key: string, value: string): Effect.Effect<void>
  /** Forgets all but these. */
  keepOnly(keys: ReadonlySet<string>): Effect.Effect<void>
}>()("gantry/engine/ImageMetadata") {
  /** For as long as the process lives. */
  static readonly layerMemory = Layer.sync(this, () => {
    const values = new Map<string, string>()
    return {
      get: (key) => values.get(key),
      put: (key, value) => Effect.sync(() => void values.set(key, value)),
      keepOnly: (keys) => Effect.sync(() => prune(values, keys))
    }
  })

  /** In the store. */
  static readonly layer = Layer.effect(this, Effect.gen(function*() {
    const table = yield* ImageMetadataTable
    const values = new Map(yield* table.load)
    const unharmed = Effect.ignore({ log: "Warn" })
    return {
      get: (key) => values.get(key),
      put: (key, value) => {
        if (values.get(key) === value) return Effect.void
        values.set(key, value)
        return unharmed(table.put(key, value))
      },
      keepOnly: (keys) => unharmed(table.remove(prune(values, keys)))
    }
  }))
}

const prune = (values: Map<string, string>, keys: ReadonlySet<string>): ReadonlyArray<string> => {
  const gone = [...values.keys()].filter((key) => !keys.has(key))
  for (const key of gone) values.delete(key)
  return gone
}
