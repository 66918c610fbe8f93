import * as Schema from "effect/Schema"
import { EndpointState } from "./EndpointSettings.ts"
import { ResolvedRuntime } from "./ResolvedRuntime.ts"

export const ContainerStatus = Schema.Literals(["created", "running", "paused", "restarting", "removing", "exited", "dead"])
export type ContainerStatus = typeof ContainerStatus.Type

/** What a container is, as against what was asked. Times are RFC 3339 with nanoseconds. */
export const ContainerState = Schema.Struct({
  status: ContainerStatus,
  /** Host pid of init; 0 when none runs. */
  pid: Schema.Int,
  exitCode: Schema.Int,
  error: Schema.String,
  oomKilled: Schema.Boolean,
  startedAt: Schema.String,
  finishedAt: Schema.String,
  /** Counts the runs: which FIFOs, task and exit belong together. 0 before the first start. */
  generation: Schema.Int,
  restartCount: Schema.Int,
  /** A client ended it: a restart policy leaves it alone. */
  stoppedByHand: Schema.Boolean,
  /** Endpoints by network name; empty unless it runs. */
  endpoints: Schema.Record(Schema.String, EndpointState),
  /** What containerd's record of it was last given; `null`: containerd has none. */
  registered: Schema.NullOr(Schema.Struct({
    runtime: ResolvedRuntime,
    /** SHA-256 of the OCI specification. */
    specDigest: Schema.String
  }))
})
export type ContainerState = typeof ContainerState.Type
