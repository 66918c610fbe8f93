import * as Schema from "effect/Schema"

/** A runtime as `daemon.json` (`runtimes`) or `--add-runtime` names it. */
export const RuntimeDefinition = Schema.Struct({
  /** An OCI runtime: an absolute path, or a name on PATH. */
  path: Schema.optionalKey(Schema.String),
  runtimeArgs: Schema.optionalKey(Schema.Array(Schema.String)),
  /** One of containerd's shims, by name or absolute path; excludes `path`. */
  runtimeType: Schema.optionalKey(Schema.String),
  /** The shim's own options. */
  options: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json))
})
export type RuntimeDefinition = typeof RuntimeDefinition.Type
