import * as Schema from "effect/Schema"
import { ConfiguredRuntime } from "../model/ConfiguredRuntime.ts"

/** A parsed address pool: networks take prefixes of `size` bits out of `base`/`prefixLength`. */
export const AddressPool = Schema.Struct({
  base: Schema.String,
  prefixLength: Schema.Int,
  size: Schema.Int,
  version: Schema.Literals([4, 6])
})
export type AddressPool = typeof AddressPool.Type

/** What follows from the user's part on this machine: found out once, before the configuration is in force. */
export const DerivedConfig = Schema.Struct({
  /** By name; the built-in ones included. */
  runtimes: Schema.Record(Schema.String, ConfiguredRuntime),
  /** One of `runtimes`. */
  defaultRuntime: Schema.String,
  /** Below `exec-root`; the OCI runtimes' own state (`Options.root`) has a directory for each name in it. */
  runtimeRoot: Schema.String,
  systemdCgroup: Schema.Boolean,
  /** `host` or `private`. */
  defaultCgroupnsMode: Schema.String,
  /** Never empty. */
  addressPools: Schema.Array(AddressPool),
  /** containerd's name for what `storage-driver` asks for. */
  snapshotter: Schema.String,
  /** The text of the profile that `seccomp-profile` points at; absent for `builtin` and `unconfined`. */
  seccompProfile: Schema.optionalKey(Schema.String)
})
export type DerivedConfig = typeof DerivedConfig.Type
