import * as Schema from "effect/Schema"
import { ResolvedRuntime } from "./ResolvedRuntime.ts"
import { RuntimeDefinition } from "./RuntimeDefinition.ts"

/** A runtime that containers may ask for by name. */
export const ConfiguredRuntime = Schema.Struct({
  /** As the user wrote it: what `/info` shows. Built-in runtimes have a path alone, or a type. */
  definition: RuntimeDefinition,
  resolved: ResolvedRuntime,
  /** Why it can't be used, in Docker's words: the answer (400) to each create and start that asks for it. */
  unusable: Schema.optionalKey(Schema.String)
})
export type ConfiguredRuntime = typeof ConfiguredRuntime.Type
