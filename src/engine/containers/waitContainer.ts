import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { ContainerIndex } from "./ContainerIndex.ts"
import { isRunning, now } from "./ContainerEntry.ts"
import type { WaitCondition, WaitResult } from "./Containers.ts"

/** Registers at once: an exit that comes between the two effects is not missed. */
export const waitContainer = Effect.fn("Containers.wait")(function*(reference: string, condition: WaitCondition) {
  const entry = yield* (yield* ContainerIndex).find(reference)
  const { state } = now(entry)
  if (condition === "removed") return Deferred.await(entry.removed)
  if (condition === "not-running" && !isRunning(now(entry)) && state.status !== "restarting") {
    return Effect.succeed<WaitResult>({ statusCode: state.exitCode, error: state.error === "" ? undefined : state.error })
  }
  return Deferred.await(entry.nextExit)
})
