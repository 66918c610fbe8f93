import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Attachment, OutputChunk } from "../../engine/containers/Attachment.ts"
import type { Hijack } from "./Hijack.ts"
import { frames } from "./stdcopy.ts"

/**
 * Joins a process to a client. The client's end of input ends stdin and nothing else; the end of all output ends
 * the whole, whatever the client holds open; so do the detach keys. A client that is gone ends it too.
 */
export const attachStreams = Effect.fnUntraced(
  function*(client: Hijack, attachment: Attachment, options: { readonly stdin: boolean }) {
    const output = Stream.runForEachArray(attachment.output, (chunks) => client.write(pieces(chunks, attachment.tty)))
    if (!options.stdin) return yield* output
    const detached = Effect.flatMap(attachment.feed(client.input), (end) =>
      end === "detached" ? Effect.void : Effect.never)
    yield* Effect.raceFirst(output, detached)
  },
  Effect.catchTag("ClientGone", () => Effect.void)
)

/** With a terminal there is one stream, and nothing to tell apart. */
const pieces = (
  [first, ...rest]: NonEmptyReadonlyArray<OutputChunk>,
  tty: boolean
): NonEmptyReadonlyArray<Uint8Array> =>
  tty
    ? [first.bytes, ...rest.map((chunk) => chunk.bytes)]
    : [...frames(first.stream, first.bytes), ...rest.flatMap((chunk) => frames(chunk.stream, chunk.bytes))]
