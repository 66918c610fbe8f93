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
  systemdCgroup: Schema.Boolean
})
export type ResolvedRuntime = typeof ResolvedRuntime.Type
