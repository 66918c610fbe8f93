import * as Schema from "effect/Schema"

/**
 * A runtime as a container uses it, independent of any configuration that comes later.
 * `scriptDigest` names the wrapper script that `binary` is; the path follows from it.
 */
export const ResolvedRuntime = Schema.Struct({
  /** The name under which it was asked for. */
  name: Schema.String,
  /** containerd's shim, such as `io.containerd.runc.v2`. */
  shim: Schema.String,
  /** Absolute path of the OCI runtime or of its wrapper script; absent for shims that bring their own. */
  binary: Schema.optionalKey(Schema.String),
  scriptDigest: Schema.optionalKey(Schema.String),
  /** The OCI runtime that the script leads to. */
  program: Schema.optionalKey(Schema.String),
  /** The words that the script runs: from them it is written anew if it was tampered with. */
  scriptWords: Schema.optionalKey(Schema.Array(Schema.String)),
  systemdCgroup: Schema.Boolean,
  /** What a shim other than runc's gets as its options: `TypeUrl`, `ConfigPath`, `ConfigBody`. */
  options: Schema.optionalKey(Schema.Record(Schema.String, Schema.Json))
})
export type ResolvedRuntime = typeof ResolvedRuntime.Type
