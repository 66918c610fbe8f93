import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { ConfiguredRuntime } from "../model/ConfiguredRuntime.ts"
import type { ResolvedRuntime } from "../model/ResolvedRuntime.ts"
import { isShimName } from "./runtimeRules.ts"

/** Docker's answer is 400, at create and at start. */
export class UnknownRuntime extends Schema.TaggedError<UnknownRuntime>()("UnknownRuntime", { name: Schema.String }) {
  override get message() {
    return `unknown or invalid runtime name: ${this.name}`
  }
}

/** Docker's answer is 400: the runtime is configured, but can't be executed. */
export class RuntimeUnusable extends Schema.TaggedError<RuntimeUnusable>()("RuntimeUnusable", {
  name: Schema.String,
  message: Schema.String
}) {}

/** The runtimes of one configuration (`EngineConfig.derived`). */
export interface ConfiguredRuntimes {
  readonly runtimes: Readonly<Record<string, ConfiguredRuntime>>
  readonly defaultRuntime: string
}

/** What a container gets that asks for `name`; "" asks for the default. */
export const lookupRuntime = (
  name: string,
  { defaultRuntime, runtimes }: ConfiguredRuntimes
): Result.Result<ResolvedRuntime, UnknownRuntime | RuntimeUnusable> => {
  const asked = name === "" ? defaultRuntime : name
  const configured = Object.hasOwn(runtimes, asked) ? runtimes[asked] : undefined
  if (configured?.unusable !== undefined) {
    return Result.fail(new RuntimeUnusable({ name: asked, message: configured.unusable }))
  }
  if (configured !== undefined) return Result.succeed(configured.resolved)
  return isShimName(asked)
    ? Result.succeed({ name: asked, shim: asked, systemdCgroup: false })
    : Result.fail(new UnknownRuntime({ name: asked }))
}
