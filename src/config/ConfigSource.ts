import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { ConfigRejected } from "./ConfigRejected.ts"
import type { ConfigParts } from "./EngineConfig.ts"
import type { Origin } from "./mergeSources.ts"
import type { Change } from "./planReload.ts"
import type { UserConfig } from "./UserConfig.ts"

/** A configuration that could be put in force. */
export interface LoadedConfig extends ConfigParts {
  /** By key of `daemon.json`. */
  readonly origins: Readonly<Record<string, Origin>>
  readonly warnings: ReadonlyArray<string>
  readonly changes: ReadonlyArray<Change>
}

/** Where configurations come from: the flags that the process was given, and the file as it is now. */
export class ConfigSource extends Context.Service<ConfigSource, {
  /** What flags and file say now, measured against the configuration in force. Puts nothing in force. */
  load(from: UserConfig): Effect.Effect<LoadedConfig, ConfigRejected>
}>()("gantry/config/ConfigSource") {}
