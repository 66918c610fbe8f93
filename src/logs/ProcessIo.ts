import { rm, rmdir } from "node:fs"
import { join } from "node:path"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { FifoPool } from "./FifoPool.ts"
import type { FifoFailed } from "./FifoFailed.ts"
import * as FifoReader from "./FifoReader.ts"
import * as FifoWriter from "./FifoWriter.ts"
import type { LogSink } from "./LogSink.ts"
import { nodeCall } from "./nodeCall.ts"
import type { OutputChunk } from "./OutputChunk.ts"
import type { OutputHub } from "./OutputHub.ts"
import { OutputInbox } from "./OutputInbox.ts"

export interface ProcessIoOptions {
  /** For the pipes of this run alone, on the pool's file system. */
  readonly directory: string
  readonly tty: boolean
  /** Whether the process has a stdin. */
  readonly stdin: boolean
  readonly hub: OutputHub
  readonly sink?: LogSink | undefined
}

/** The pipes of one run of a process. */
export interface ProcessIo {
  /** What containerd is told; "" where there is none. With a terminal there is no stderr. */
  readonly paths: { readonly stdin: string; readonly stdout: string; readonly stderr: string }
  /** Returns when the bytes are in the pipe. */
  writeStdin(bytes: Uint8Array): Effect.Effect<void, FifoWriter.StdinClosed>
  /** Closes our side of stdin. The process sees its end only after containerd's CloseIO as well. */
  readonly endStdin: Effect.Effect<void>
  /**
   * containerd has the process: its shim holds its ends of the pipes. From now on a write to a stdin that the shim has
   * let go of fails instead of waiting. The shim does so when the process is deleted: while it lives, one that closed
   * its stdin and one that is slow look the same. Optional.
   */
  readonly taken: Effect.Effect<void>
  /**
   * The process is gone, or was never made: ends outputs that nobody holds open. Those still held, by the shim that
   * has yet to copy the rest or by a child of the process, are waited for.
   */
  readonly expectEnd: Effect.Effect<void>
  /** All outputs ended, all subscribers were told, and the log has it all. */
  readonly drained: Effect.Effect<void>
  readonly removeFifos: Effect.Effect<void>
}

/**
 * Makes and opens the pipes of a process that is about to be made. All that is read goes to the log first and then to
 * the hub. Closing the scope closes our ends and leaves the pipes: the process may live on. The sink has to outlive it.
 */
export const open = Effect.fn("ProcessIo.open")(
  function*(options: ProcessIoOptions): Effect.fn.Return<ProcessIo, FifoFailed, FifoPool | Scope.Scope> {
    const pool = yield* FifoPool
    const paths = pathsOf(options)
    yield* pool.place(Object.values(paths).filter((path) => path !== ""))
    return yield* connect(options, paths)
  }
)

/** Opens the pipes of a process that an earlier engine started. Outputs that nobody writes to any more end at once. */
export const reopen = Effect.fn("ProcessIo.reopen")(
  function*(options: ProcessIoOptions): Effect.fn.Return<ProcessIo, FifoFailed, Scope.Scope> {
    const io = yield* connect(options, pathsOf(options))
    yield* io.taken
    yield* io.expectEnd
    return io
  }
)

const pathsOf = ({ directory, tty, stdin }: ProcessIoOptions): ProcessIo["paths"] => ({
  stdin: stdin ? join(directory, "stdin") : "",
  stdout: join(directory, "stdout"),
  stderr: tty ? "" : join(directory, "stderr")
})

const connect = Effect.fnUntraced(function*(options: ProcessIoOptions, paths: ProcessIo["paths"]) {
  const scope = yield* Effect.scope
  const inbox = new OutputInbox()
  const drained = yield* Deferred.make<void>()
  yield* deliverFrom(inbox, options, drained)
  const readers = yield* Effect.forEach(outputsOf(paths), ({ stream, path }) => readInto(inbox, stream, path))
  yield* Effect.forkScoped(
    Effect.andThen(Effect.forEach(readers, (reader) => reader.ended), Effect.sync(() => inbox.end()))
  )
  const writer = paths.stdin === "" ? undefined : yield* FifoWriter.open(paths.stdin)

  return {
    paths,
    writeStdin: (bytes: Uint8Array) =>
      writer === undefined ? Effect.fail(new FifoWriter.StdinClosed()) : writer.write(bytes),
    endStdin: writer === undefined ? Effect.void : writer.close,
    taken: writer === undefined ? Effect.void : Effect.asVoid(Effect.forkIn(writer.handOver, scope)),
    expectEnd: Effect.forEach(readers, (reader) => reader.expectEnd, { discard: true }),
    drained: Deferred.await(drained),
    removeFifos: removeFifos(options.directory, paths)
  }
})

/** Hands on what comes in until its end. When the scope closes before, what was read by then still goes to the log. */
const deliverFrom = (inbox: OutputInbox, { sink, hub }: ProcessIoOptions, drained: Deferred.Deferred<void>) => {
  const write = (batch: ReadonlyArray<OutputChunk>) => sink === undefined ? Effect.void : sink.write(batch)
  const finish = sink === undefined ? Effect.void : sink.finish
  // Interrupted nowhere between taking a batch and having it in the log.
  const next = Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(restore(inbox.take), (batch) =>
      batch.length === 0
        ? Effect.as(Effect.andThen(finish, Deferred.succeed(drained, undefined)), false)
        : Effect.as(Effect.andThen(write(batch), restore(hub.publish(batch))), true)))
  const pump = Effect.gen(function*() {
    while (yield* next);
  })
  return Effect.acquireRelease(
    Effect.forkDetach(pump),
    // Registered before the readers, so that it runs when these are closed.
    (fiber) => Effect.andThen(Fiber.interrupt(fiber), Effect.suspend(() =>
      Deferred.isDoneUnsafe(drained) ? Effect.void : Effect.andThen(write(inbox.takeNow()), finish)))
  )
}

const outputsOf = (paths: ProcessIo["paths"]) =>
  [{ stream: "stdout", path: paths.stdout } as const, { stream: "stderr", path: paths.stderr } as const]
    .filter((output) => output.path !== "")

const readInto = (inbox: OutputInbox, stream: OutputChunk["stream"], path: string) =>
  FifoReader.open(path, (bytes, resume) => {
    const room = inbox.add({ stream, bytes })
    if (!room) inbox.whenRoom(resume)
    return room
  })

const removeFifos = (directory: string, paths: ProcessIo["paths"]) =>
  Effect.forEach(Object.values(paths).filter((path) => path !== ""), (path) =>
    Effect.ignore(nodeCall((done) => rm(path, { force: true }, done))), { discard: true }).pipe(
      // What else is in the directory is not ours, and keeps it.
      Effect.andThen(Effect.ignore(nodeCall((done) => rmdir(directory, done))))
    )
