import * as Schema from "effect/Schema"

/** A mount of a container as inspect shows it (`Mounts[]`), resolved at create. */
export const MountPoint = Schema.Struct({
  Type: Schema.Literals(["bind", "volume", "tmpfs"]),
  /** A volume's name. */
  Name: Schema.optionalKey(Schema.String),
  /** Absolute path on the host; empty for tmpfs. */
  Source: Schema.String,
  Destination: Schema.String,
  Driver: Schema.optionalKey(Schema.String),
  /** The options as they were written: `ro,z`. */
  Mode: Schema.String,
  RW: Schema.Boolean,
  Propagation: Schema.String
})
export type MountPoint = typeof MountPoint.Type
