import * as Effect from "effect/Effect"
import { isRunning, now } from "./ContainerEntry.ts"
import { WrongState } from "./ContainerFailures.ts"
import { ContainerIndex } from "./ContainerIndex.ts"

/** A container whose namespace another one shares: it has to run. */
export const runningContainer = Effect.fnUntraced(function*(reference: string, namespace: "network" | "IPC" | "PID") {
  const other = yield* (yield* ContainerIndex).find(reference)
  if (isRunning(now(other))) return other
  return yield* new WrongState({
    containerId: other.id,
    message: `cannot join ${namespace} namespace of a non running container: container ${now(other).record.name} is ${
      now(other).state.status}`
  })
})
