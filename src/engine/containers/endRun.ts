import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import type { ExitStatus } from "../../containerd/ExitStatus.ts"
import * as Timestamp from "../../model/Timestamp.ts"
import { Networks } from "../../network/Networks.ts"
import { surelyGone } from "../gone.ts"
import { publishEndpoints } from "./connectContainer.ts"
import { type ContainerEntry, now, type Run } from "./ContainerEntry.ts"
import { publishContainerEvent } from "./containerEvents.ts"
import { changeState, tellExit } from "./containerState.ts"
import { unmountSharedMemory } from "./sharedMemory.ts"
import { removeEntry } from "./removeContainer.ts"

/** How long what belongs before the exit may still come behind it, until everybody who waits is told all the same. */
const lastOutputLimit = Duration.seconds(2)

/**
 * Follows a run to its end and leaves nothing of it. Who waits is told as soon as the exit is seen and its output
 * read; task, network and pipes go behind that. Nobody can hold this up, so it takes no lock: a start or a removal
 * waits for `over`. RPC: 1.
 */
export const superviseRun = Effect.fn("Containers.superviseRun")(function*(entry: ContainerEntry, run: Run) {
  const exit = yield* run.task.exit
  yield* run.io.expectEnd
  yield* Effect.all([
    Effect.timeoutOption(run.io.drained, lastOutputLimit),
    Effect.timeoutOption(execsOver(entry), lastOutputLimit),
    Effect.timeoutOption(signalsTold(entry), lastOutputLimit)
  ], { concurrency: "unbounded" })
  yield* recordExit(entry, exit)
  yield* releaseRun(entry, run)
  if (now(entry).record.hostConfig.AutoRemove && !entry.restarting) yield* removeEntry(entry).pipe(entry.writer.withPermits(1))
})

/** Execs end with their container, and are told before it. */
const execsOver = (entry: ContainerEntry) =>
  Effect.suspend(() =>
    now(entry).execIds.length === 0
      ? Effect.void
      : SubscriptionRef.changes(entry.view).pipe(Stream.filter(({ execIds }) => execIds.length === 0), Stream.runHead, Effect.asVoid)
  )

/** The signal that ended the container is told before its end. */
const signalsTold = (entry: ContainerEntry) => entry.signalling.withPermits(1)(Effect.void)

/** Makes an exit known: state, event, waiters, in this order. */
export const recordExit = Effect.fnUntraced(function*(entry: ContainerEntry, exit: ExitStatus) {
  const finishedAt = exit.exitedAtNanos > 0n ? exit.exitedAtNanos : yield* Timestamp.now
  const before = now(entry)
  yield* Effect.ignore(
    changeState(entry, {
      status: "exited",
      pid: 0,
      exitCode: exit.code,
      finishedAt: Timestamp.format(finishedAt),
      endpoints: {}
    }),
    { log: "Error", message: `the exit of ${entry.id} could not be stored` }
  )
  yield* publishContainerEvent(before, "die", {
    exitCode: `${exit.code}`,
    execDuration: `${secondsBetween(before.state.startedAt, finishedAt)}`
  })
  yield* tellExit(entry, { statusCode: exit.code, error: undefined })
}, Effect.uninterruptible)

/** Unmakes what a run held. What cannot be unmade is said, and does not keep the rest. */
const releaseRun = Effect.fnUntraced(function*(entry: ContainerEntry, run: Run) {
  const networks = yield* Networks
  yield* Effect.all([
    tolerant(surelyGone(run.task.delete), `task of ${entry.id}`),
    tolerant(networks.detach(entry.id), `network of ${entry.id}`),
    tolerant(unmountSharedMemory(entry.id), `shared memory of ${entry.id}`)
  ], { concurrency: "unbounded" })
  yield* publishEndpoints("disconnect", entry.id, run.endpoints)
  // The shim is gone now, and with it the last one who could hold the pipes open.
  yield* Effect.timeoutOption(run.io.drained, "10 seconds")
  yield* entry.hub.endRun
  yield* run.io.removeFifos
  yield* Scope.close(run.scope, Exit.void)
  if (entry.run === run) entry.run = undefined
  yield* Deferred.succeed(run.over, undefined)
}, Effect.uninterruptible)

const tolerant = <A, E, R>(release: Effect.Effect<A, E, R>, what: string) =>
  Effect.ignore(release, { log: "Warn", message: `could not release the ${what}` })

const secondsBetween = (startedAt: string, finishedNanos: bigint): number => {
  const started = Timestamp.parse(startedAt)
  return started._tag === "None" ? 0 : Math.max(0, Number((finishedNanos - started.value) / 1_000_000_000n))
}
