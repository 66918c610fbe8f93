import { constants } from "node:fs"
import { Socket } from "node:net"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { FifoFailed } from "./FifoFailed.ts"
import { closeFile, openFile } from "./openFile.ts"

export interface FifoReader {
  /** The last writer is gone and everything was delivered. */
  readonly ended: Effect.Effect<void>
  /**
   * Says that no new writer will come. If there is none now either, the end is seen once the pipe is empty; a writer
   * that still holds it is waited for. Without this a pipe that nobody opened for writing never ends.
   */
  readonly expectEnd: Effect.Effect<void>
}

// Shared by all readers: a read and its callback are one step on one thread, and the callback copies.
const readBuffer = Buffer.allocUnsafeSlow(65_536)

/**
 * Reads a named pipe until its end. Opening never waits, and a pipe whose writer is yet to come shows no early end.
 * `onChunk` owns the bytes it gets; it answers false to be given no more until it calls `resume`.
 */
export const open = Effect.fnUntraced(function*(
  path: string,
  onChunk: (bytes: Uint8Array, resume: () => void) => boolean
): Effect.fn.Return<FifoReader, FifoFailed, Scope.Scope> {
  const ended = yield* Deferred.make<void>()
  yield* Effect.acquireRelease(
    Effect.map(openFile(path, constants.O_RDONLY), (fd) => {
      const resume = () => {
        socket.resume()
      }
      const socket: Socket = new Socket({
        fd, readable: true, writable: false,
        onread: {
          buffer: readBuffer,
          callback: (length, buffer) => onChunk(Buffer.from(buffer.subarray(0, length)), resume)
        }
      })
      // A read error ends the pipe as its end would; `close` follows either.
      socket.on("error", () => {})
      socket.on("close", () => Deferred.doneUnsafe(ended, Effect.void))
      return socket
    }),
    (socket) => Effect.suspend(() => {
      socket.destroy()
      return Deferred.await(ended)
    })
  ).pipe(Effect.mapError((cause) => new FifoFailed({ operation: "open", path, cause })))
  return {
    ended: Deferred.await(ended),
    // A writer that comes and leaves makes the kernel report the end, unless another one is there.
    expectEnd: Effect.ignore(Effect.flatMap(openFile(path, constants.O_WRONLY), closeFile))
  }
})
