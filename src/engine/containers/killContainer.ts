import * as Effect from "effect/Effect"
import { SIGKILL } from "../../model/Signal.ts"
import { isRunning, now } from "./ContainerEntry.ts"
import { WrongState } from "./ContainerFailures.ts"
import { ContainerIndex } from "./ContainerIndex.ts"
import { awaitExit, requireSignal, sendSignal } from "./signalContainer.ts"

/** After SIGKILL the answer waits for the exit, ten seconds at most. RPC: 1. */
export const killContainer = Effect.fn("Containers.kill")(function*(reference: string, signal: string) {
  const entry = yield* (yield* ContainerIndex).find(reference)
  const number = yield* requireSignal(signal === "" ? "KILL" : signal)
  const run = entry.run
  if (!isRunning(now(entry)) || run === undefined) {
    return yield* new WrongState({
      containerId: entry.id,
      message: `cannot kill container: ${reference}: container ${entry.id} is not running`
    })
  }
  yield* sendSignal(entry, run, number)
  if (number === SIGKILL) yield* Effect.timeoutOption(awaitExit(entry), "10 seconds")
})
