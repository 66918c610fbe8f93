import * as Context from "effect/Context"
import type { DerivedConfig } from "./DerivedConfig.ts"
import type { UserConfig } from "./UserConfig.ts"

/** What a configuration says, before it is in force. */
export interface ConfigParts {
  /** What flags and `daemon.json` say, defaults filled in. */
  readonly user: UserConfig
  /** What follows from it: runtimes resolved, pools parsed. */
  readonly derived: DerivedConfig
}

/** All that can be set, resolved and validated: one value, never changed in place. */
export interface EngineConfig extends ConfigParts {
  /** Counts the configurations that were in force, from 1. */
  readonly revision: number
  /** SHA-256 of the user part. */
  readonly digest: string
}

/** The configuration that one unit of work (a request, a health check) was admitted under. */
export class CurrentConfig extends Context.Service<CurrentConfig, EngineConfig>()("gantry/config/CurrentConfig") {}
