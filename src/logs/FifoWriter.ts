import { constants } from "node:fs"
import { Socket } from "node:net"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { FifoFailed } from "./FifoFailed.ts"
import { closeFile, openFile } from "./openFile.ts"

/** The process reads no more from its stdin, or our side of it was closed. */
export class StdinClosed extends Schema.TaggedError<StdinClosed>()("StdinClosed", {}) {
  override get message() {
    return "the process does not read its standard input"
  }
}

export interface FifoWriter {
  /** Returns when the bytes are in the pipe: a slow reader makes it wait. One write at a time. */
  write(bytes: Uint8Array): Effect.Effect<void, StdinClosed>
  /**
   * Call it once the reader is expected to have opened its end: from then on a write to a pipe that nobody reads
   * fails. Before, bytes wait in the pipe for the reader.
   */
  readonly handOver: Effect.Effect<void>
  /** Closes our side. Waits for a write that is under way; later ones fail. */
  readonly close: Effect.Effect<void>
}

/** Opens the pipe for writing without waiting for a reader. Closed with the scope, which also ends a waiting write. */
export const open = Effect.fnUntraced(function*(path: string): Effect.fn.Return<FifoWriter, FifoFailed, Scope.Scope> {
  const orFailed = Effect.mapError((cause: Error) => new FifoFailed({ operation: "open", path, cause }))
  const inside = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
  // A pipe can be opened for writing only while somebody reads it: until the real reader comes that is ourselves.
  const guard = yield* Scope.fork(inside)
  yield* holdOpen(path, constants.O_RDWR).pipe(Scope.provide(guard), orFailed)
  const { socket, closed } = yield* openSocket(path).pipe(Scope.provide(inside), orFailed)
  const oneAtATime = yield* Semaphore.make(1)

  const write = (bytes: Uint8Array) => Effect.callback<void, StdinClosed>((resume) => {
    if (socket.destroyed) return resume(Effect.fail(new StdinClosed()))
    socket.write(bytes, (error) => resume(error ? Effect.fail(new StdinClosed()) : Effect.void))
  })

  const readerIsThere = Effect.scoped(holdOpen(path, constants.O_WRONLY))
  const handOver = Effect.gen(function*() {
    yield* Scope.close(guard, Exit.void)
    // containerd's shim opens its end in the background. Ours keeps what is in the pipe meanwhile.
    yield* Effect.retry(readerIsThere, { schedule: Schedule.spaced("5 millis"), times: 200 })
  })

  return {
    write: (bytes) => Semaphore.withPermit(oneAtATime, write(bytes)),
    handOver: Effect.ignore(Semaphore.withPermit(oneAtATime, handOver)),
    close: Semaphore.withPermit(oneAtATime, Effect.suspend(() => {
      socket.destroy()
      return Effect.andThen(Deferred.await(closed), Scope.close(guard, Exit.void))
    }))
  }
})

const holdOpen = (path: string, flags: number) => Effect.acquireRelease(openFile(path, flags), closeFile)

const openSocket = Effect.fnUntraced(function*(path: string) {
  const closed = yield* Deferred.make<void>()
  const socket = yield* Effect.acquireRelease(
    Effect.map(openFile(path, constants.O_WRONLY), (fd) => {
      const socket = new Socket({ fd, readable: false, writable: true })
      // The write that failed says so itself.
      socket.on("error", () => {})
      socket.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
      return socket
    }),
    (socket) => Effect.suspend(() => {
      socket.destroy()
      return Deferred.await(closed)
    })
  )
  return { socket, closed }
})
