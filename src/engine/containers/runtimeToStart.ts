import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { CurrentConfig } from "../../config/EngineConfig.ts"
import type { ContainerRecord } from "../../model/ContainerRecord.ts"
import { lookupRuntime } from "../../runtimes/lookupRuntime.ts"
import { Runtimes } from "../../runtimes/Runtimes.ts"
import { InvalidRequest } from "./ContainerFailures.ts"

/**
 * The runtime of a start: what the container's runtime name means now; if it is configured no more, what it meant when
 * the container last used it. Checked, wrapper script included.
 */
export const runtimeToStart = Effect.fnUntraced(function*(record: ContainerRecord) {
  const { derived } = yield* CurrentConfig
  const configured = lookupRuntime(record.runtime.name, derived)
  if (Result.isFailure(configured) && configured.failure._tag === "UnknownRuntime") {
    yield* Effect.logWarning(
      `Runtime ${record.runtime.name} of container ${record.id} is not configured any more; it starts as it did before`
    )
  }
  const resolved = Result.isFailure(configured) && configured.failure._tag === "UnknownRuntime"
    ? record.runtime
    : yield* Effect.mapError(Effect.fromResult(configured), ({ message }) => new InvalidRequest({ message }))
  const launch = yield* (yield* Runtimes).ready(resolved).pipe(
    Effect.mapError(({ message }) => new InvalidRequest({ message }))
  )
  return { resolved, launch }
})
