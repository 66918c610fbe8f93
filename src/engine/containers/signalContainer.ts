import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { ContainerdError } from "../../containerd/ContainerdError.ts"
import { parseSignal, SIGKILL, SIGTERM } from "../../model/Signal.ts"
import { type ContainerEntry, isRunning, now, type Run } from "./ContainerEntry.ts"
import { publishContainerEvent } from "./containerEvents.ts"
import { InvalidRequest, OperationFailed } from "./ContainerFailures.ts"
import { changeState } from "./containerState.ts"
import type { ContainerView } from "./ContainerView.ts"

/** The signal that ends the container gently: its own, else SIGTERM. */
export const stopSignalOf = ({ record }: ContainerView): number =>
  Option.getOrElse(parseSignal(record.config.StopSignal), () => SIGTERM)

export const requireSignal = (text: string): Effect.Effect<number, InvalidRequest> =>
  Option.match(parseSignal(text), {
    onNone: () => Effect.fail(new InvalidRequest({ message: `invalid signal: ${text}` })),
    onSome: Effect.succeed
  })

/**
 * Sends a signal to init and tells so. One that is meant to end a paused container thaws it too, or it would never be
 * handled. A process that is gone by now is no failure: its exit is on its way.
 */
export const sendSignal = Effect.fnUntraced(function*(entry: ContainerEntry, run: Run, signal: number) {
  const view = now(entry)
  if (!view.state.stoppedByHand) yield* storeQuietly(changeState(entry, { stoppedByHand: true }))
  yield* Effect.gen(function*() {
    yield* run.task.kill(signal).pipe(
      Effect.catchIf(isGone, () => Effect.void),
      Effect.mapError((error) => new OperationFailed({ operation: "kill", message: error.message }))
    )
    yield* publishContainerEvent(view, "kill", { signal: `${signal}` })
  }).pipe(entry.signalling.withPermits(1))
  const ends = signal === SIGKILL || signal === stopSignalOf(view)
  if (view.state.status === "paused" && ends) yield* Effect.ignore(run.task.resume)
})

/** Whether the container is over: its exit is told, or there is nothing that could exit. */
export const awaitExit = (entry: ContainerEntry) =>
  Effect.suspend(() => isRunning(now(entry)) ? Effect.asVoid(Deferred.await(entry.nextExit)) : Effect.void)

const isGone = (error: ContainerdError) =>
  error.reason === "NotFound" || /process already finished|not running/.test(error.message)

/** A state that could not be stored must not keep a container from being stopped. */
const storeQuietly = <A, E, R>(change: Effect.Effect<A, E, R>) => Effect.ignore(change, { log: "Warn" })
