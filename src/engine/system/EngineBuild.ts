import * as Context from "effect/Context"

/** What this engine was built from and runs on. */
export class EngineBuild extends Context.Service<EngineBuild, {
  readonly version: string
  /** Empty when not known. */
  readonly commit: string
  /** RFC 3339, or empty. */
  readonly buildTime: string
  readonly nodeVersion: string
}>()("gantry/engine/EngineBuild") {}
