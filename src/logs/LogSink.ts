import type * as Effect from "effect/Effect"
import type { OutputChunk } from "./OutputChunk.ts"

/** Where the output of one run is kept. */
export interface LogSink {
  /** Takes a batch, in order. Waits while too much is not yet written; never fails: a log that cannot be written is reported, and the process goes on. */
  write(batch: ReadonlyArray<OutputChunk>): Effect.Effect<void>
  /** No more will come: keeps what has no newline yet, and returns once all is in the file. */
  readonly finish: Effect.Effect<void>
}
