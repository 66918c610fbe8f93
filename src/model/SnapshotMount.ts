import * as Schema from "effect/Schema"

/** A mount as the snapshotter told it when it prepared a root file system. */
export const SnapshotMount = Schema.Struct({
  type: Schema.String,
  source: Schema.String,
  target: Schema.optionalKey(Schema.String),
  options: Schema.Array(Schema.String)
})
export type SnapshotMount = typeof SnapshotMount.Type
