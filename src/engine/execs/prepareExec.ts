import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import type { Attachment } from "../containers/Attachment.ts"
import { now as containerNow } from "../containers/ContainerEntry.ts"
import { publishContainerEvent } from "../containers/containerEvents.ts"
import { OperationFailed, WrongState } from "../containers/ContainerFailures.ts"
import { parseDetachKeys } from "../containers/detachKeys.ts"
import { feedInput, type InputTarget } from "../containers/feedInput.ts"
import { requireRun } from "./createExec.ts"
import { changeExec, type ExecEntry, now } from "./ExecEntry.ts"
import { ExecIndex } from "./ExecIndex.ts"
import { prepareProcess } from "./execUser.ts"
import type { PreparedExec } from "./Execs.ts"
import { startExec } from "./startExec.ts"

/** Claims an exec for its start and attaches to it. */
export const prepareExec = Effect.fn("Execs.prepare")(function*(execId: string, options: {
  readonly tty: boolean | undefined
  readonly consoleSize: readonly [number, number] | undefined
}) {
  const exec = yield* (yield* ExecIndex).find(execId)
  const start = yield* claim(exec, options)
  const attachment = yield* attach(exec)
  return { view: now(exec), attachment, start } satisfies PreparedExec as PreparedExec
})

export const startDetachedExec = Effect.fn("Execs.startDetached")(function*(execId: string) {
  const exec = yield* (yield* ExecIndex).find(execId)
  yield* yield* claim(exec, { tty: undefined, consoleSize: undefined })
})

/** The only start of an exec, as an effect that needs nothing more. */
const claim = Effect.fnUntraced(function*(exec: ExecEntry, { consoleSize, tty }: {
  readonly tty: boolean | undefined
  readonly consoleSize: readonly [number, number] | undefined
}) {
  const { config, exitCode, running, started } = now(exec)
  if (started) {
    const what = running || exitCode === null ? "is already running" : "has already run"
    return yield* new WrongState({ containerId: exec.container.id, message: `exec command ${exec.id} ${what}` })
  }
  const run = yield* requireRun(exec.container)
  yield* changeExec(exec, {
    started: true,
    config: { ...config, tty: tty ?? config.tty, consoleSize: consoleSize ?? config.consoleSize }
  })
  const process = yield* prepareProcess(exec.container, run, now(exec).config).pipe(
    Effect.mapError(({ message }) => new OperationFailed({ operation: "exec", message }))
  )
  const context = yield* Effect.context<Effect.Services<ReturnType<typeof startExec>>>()
  return Effect.provideContext(startExec(exec, run, process), context)
})

const attach = Effect.fnUntraced(function*(exec: ExecEntry) {
  const { config } = now(exec)
  const keys = yield* Effect.orElseSucceed(parseDetachKeys(config.detachKeys), () => [])
  const events = yield* Effect.context<Effect.Services<ReturnType<typeof publishContainerEvent>>>()
  const live = yield* exec.hub.subscribe
  const wanted = { stdout: config.attachStdout || config.tty, stderr: config.attachStderr }
  return {
    tty: config.tty,
    // A client that reads too slowly was dropped; there is nobody to tell.
    output: live.pipe(Stream.filter((chunk) => wanted[chunk.stream]), Stream.catch(() => Stream.empty)),
    feed: (input) =>
      config.attachStdin
        ? feedInput(input, stdinOf(exec), config.tty ? keys : undefined).pipe(
          Effect.tap((end) => end === "detached"
            ? publishContainerEvent(containerNow(exec.container), "exec_detach", { execID: exec.id })
            : Effect.void),
          Effect.provideContext(events)
        )
        : Effect.as(Stream.runDrain(input), "ended" as const)
  } satisfies Attachment
})

/** On a terminal the end of input is a key; a client that leaves, also by its own detach keys, ends nothing. */
const stdinOf = (exec: ExecEntry): InputTarget => ({
  write: (bytes: Uint8Array) =>
    Effect.flatMap(startedProcess(exec), ({ io }) => io === undefined ? Effect.void : Effect.ignore(io.writeStdin(bytes))),
  end: Effect.suspend(() => now(exec).config.tty ? Effect.void : Effect.flatMap(startedProcess(exec), ({ handle, io }) =>
    Effect.andThen(io?.endStdin ?? Effect.void, Effect.ignore(handle.closeStdin))))
})

/** The exec's process, as soon as it was started. */
export const startedProcess = (exec: ExecEntry): Effect.Effect<NonNullable<ExecEntry["process"]>> =>
  Effect.suspend(() => exec.process !== undefined ? Effect.succeed(exec.process) : SubscriptionRef.changes(exec.view).pipe(
    Stream.filter(() => exec.process !== undefined),
    Stream.runHead,
    Effect.flatMap(() => exec.process === undefined ? Effect.never : Effect.succeed(exec.process))
  ))
