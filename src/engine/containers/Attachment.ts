import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { OutputChunk } from "../../logs/OutputChunk.ts"

export type { OutputChunk }

/** A client's side of a container's or an exec's streams. */
export interface Attachment {
  /** With a terminal all output is on `stdout`, and is not framed. */
  readonly tty: boolean
  /** What the process writes, from the moment of attaching; ends with the run, once all was delivered. */
  readonly output: Stream.Stream<OutputChunk, never>
  /**
   * Gives a client's input to the process until it ends or the detach keys come. The end of input ends the process's
   * stdin where the container says so. A process that reads no more is no failure.
   */
  feed(input: Stream.Stream<Uint8Array>): Effect.Effect<"ended" | "detached">
}
