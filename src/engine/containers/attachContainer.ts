import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import * as Timestamp from "../../model/Timestamp.ts"
import type { Attachment, OutputChunk } from "./Attachment.ts"
import { type ContainerEntry, isRunning, now, type Run } from "./ContainerEntry.ts"
import { publishContainerEvent } from "./containerEvents.ts"
import { WrongState } from "./ContainerFailures.ts"
import { ContainerIndex } from "./ContainerIndex.ts"
import type { AttachOptions } from "./Containers.ts"
import { parseDetachKeys } from "./detachKeys.ts"
import { feedInput, type InputTarget } from "./feedInput.ts"

export const attachContainer = Effect.fn("Containers.attach")(function*(reference: string, options: AttachOptions) {
  const entry = yield* (yield* ContainerIndex).find(reference)
  const { record, state } = now(entry)
  if (state.status === "paused") {
    return yield* wrongState(entry.id, `container ${reference} is paused, unpause the container before attach`)
  }
  if (state.status === "restarting") {
    return yield* wrongState(entry.id, `container ${reference} is restarting, wait until the container is running`)
  }
  const keys = yield* parseDetachKeys(options.detachKeys)
  const events = yield* Effect.context<Effect.Services<ReturnType<typeof publishContainerEvent>>>()
  const attachedAt = yield* Timestamp.now
  const live = options.stream ? yield* entry.hub.subscribe : Stream.empty
  const output = Stream.concat(options.logs ? replay(entry, attachedAt) : Stream.empty, live).pipe(
    Stream.filter((chunk) => options[chunk.stream]),
    // A client that reads too slowly was dropped; there is nobody to tell.
    Stream.catch(() => Stream.empty)
  )
  yield* publishContainerEvent(now(entry), "attach")
  return {
    tty: record.config.Tty,
    output,
    feed: (input) =>
      options.stdin && record.config.OpenStdin
        ? feedInput(input, stdinOf(entry), record.config.Tty ? keys : undefined).pipe(
          Effect.tap((end) => end === "detached" ? publishContainerEvent(now(entry), "detach") : Effect.void),
          Effect.provideContext(events)
        )
        : Effect.as(Stream.runDrain(input), "ended" as const)
  } satisfies Attachment
})

/** What the log holds from before the client came. */
const replay = (entry: ContainerEntry, before: bigint): Stream.Stream<OutputChunk> =>
  entry.log.read({ stdout: true, stderr: true, follow: false, since: undefined, until: before, tail: undefined }, Effect.void).pipe(
    Stream.map(({ line, stream }) => ({ stream, bytes: line })),
    Stream.catchCause((cause) => Stream.fromEffectDrain(Effect.logWarning("log not replayed", cause)))
  )

/** The container's stdin, whenever it runs. The end of input ends it only where the container says so. */
const stdinOf = (entry: ContainerEntry): InputTarget => ({
  write: (bytes) => Effect.flatMap(currentRun(entry), (run) => Effect.ignore(run.io.writeStdin(bytes))),
  end: Effect.suspend(() => {
    const { StdinOnce, Tty } = now(entry).record.config
    return StdinOnce && !Tty ? Effect.flatMap(currentRun(entry), endStdin) : Effect.void
  })
})

const endStdin = (run: Run) => Effect.andThen(run.io.endStdin, Effect.ignore(run.task.closeStdin))

/** The run that input goes to: the present one, or the next if none was started yet. */
const currentRun = (entry: ContainerEntry): Effect.Effect<Run> =>
  Effect.suspend(() => entry.run !== undefined && isRunning(now(entry)) ? Effect.succeed(entry.run) : nextRun(entry))

const nextRun = (entry: ContainerEntry): Effect.Effect<Run> =>
  SubscriptionRef.changes(entry.view).pipe(
    Stream.filter((view) => isRunning(view) && entry.run !== undefined),
    Stream.runHead,
    Effect.flatMap(() => entry.run === undefined ? Effect.never : Effect.succeed(entry.run))
  )

const wrongState = (containerId: string, message: string) => Effect.fail(new WrongState({ containerId, message }))
