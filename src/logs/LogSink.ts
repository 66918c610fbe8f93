import type * as Effect from "effect/Effect"
import type { OutputChunk } from "./OutputChunk.ts"

/** Where the output of one run is kept. */
export interface LogSink {
  /**
   * Takes a batch, in order. Waits until it is in the file (in mode non-blocking: not at all). Never fails: output that
   * cannot be kept is reported, and the process goes on.
   */
  write(batch: ReadonlyArray<OutputChunk>): Effect.Effect<void>
  /** No more will come: keeps what has no newline yet, and returns once all is in the file. */
  readonly finish: Effect.Effect<void>
}
