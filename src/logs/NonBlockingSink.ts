import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import type { LogSink } from "./LogSink.ts"
import { byteLengthOf, type OutputChunk } from "./OutputChunk.ts"
import { OutputInbox } from "./OutputInbox.ts"

const newline = 10

export interface NonBlockingSink extends LogSink {
  /** How many bytes were left out for want of room. */
  readonly droppedBytes: Effect.Effect<number>
}

/**
 * The log mode `non-blocking`: a batch is taken at once and written later. What comes while more than `bytesMax` waits
 * is left out. Where something is missing a line ends early, so that no two lines run into one.
 */
export const make = (sink: LogSink, bytesMax: number): Effect.Effect<NonBlockingSink, never, Scope.Scope> =>
  Effect.gen(function*() {
    const inbox = new OutputInbox()
    const stdout = new Gap()
    const stderr = new Gap()
    let waitingBytes = 0
    let droppedBytes = 0

    const accept = (chunk: OutputChunk) => {
      const gap = chunk.stream === "stdout" ? stdout : stderr
      if (waitingBytes + chunk.bytes.length > bytesMax && waitingBytes > 0) {
        droppedBytes += chunk.bytes.length
        return gap.open()
      }
      const bytes = gap.close(chunk.bytes)
      droppedBytes += Math.max(0, chunk.bytes.length - bytes.length)
      if (bytes.length === 0) return
      waitingBytes += bytes.length
      inbox.add({ stream: chunk.stream, bytes })
    }

    const pump = Effect.gen(function*() {
      for (let batch = yield* inbox.take; batch.length > 0; batch = yield* inbox.take) {
        yield* sink.write(batch)
        waitingBytes -= byteLengthOf(batch)
      }
      yield* sink.finish
    })
    const writing = yield* Effect.acquireRelease(Effect.forkDetach(pump), (fiber) =>
      Effect.andThen(Effect.sync(() => inbox.end()), Fiber.await(fiber)))

    return {
      write: (batch) => Effect.sync(() => batch.forEach(accept)),
      finish: Effect.andThen(Effect.sync(() => inbox.end()), Fiber.join(writing)),
      droppedBytes: Effect.sync(() => droppedBytes)
    }
  })

/** Whether something is missing just before what comes next in a stream. */
class Gap {
  private missing = false
  private withinLine = false

  open() {
    this.missing = true
  }

  /** What is kept of the bytes after a gap: whole lines only, after the end of the line that was broken off. */
  close(bytes: Uint8Array): Uint8Array {
    if (!this.missing) {
      this.withinLine = bytes.at(-1) !== newline
      return bytes
    }
    const from = bytes.indexOf(newline) + 1
    if (from === 0) return bytes.subarray(0, 0)
    const kept = this.withinLine ? bytes.subarray(from - 1) : bytes.subarray(from)
    this.missing = false
    if (kept.length > 0) this.withinLine = kept.at(-1) !== newline
    return kept
  }
}
