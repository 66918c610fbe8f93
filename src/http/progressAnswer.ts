import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Stream from "effect/Stream"
import type { ProgressRecord } from "../engine/images/ProgressRecord.ts"
import { startedStream } from "./startedStream.ts"

const encoder = new TextEncoder()

/**
 * A stream of progress, as pull and load give it: the head goes out with the first record, so that what fails
 * before has a status; what fails later is the last record.
 */
export const progressAnswer = Effect.fnUntraced(function*<E extends { readonly message: string }>(
  progress: Stream.Stream<ProgressRecord, E>
) {
  const { first, rest } = yield* startedStream(progress)
  const all = Stream.concat(Stream.succeed(encode(first)), Stream.mapArray(rest, (batch) => [encode(batch)]))
  return HttpServerResponse.stream(
    Stream.catchCause(all, (cause) =>
      Cause.hasInterruptsOnly(cause) ? Stream.failCause(cause) : Stream.succeed(encodeFailure(cause))),
    { contentType: "application/json" }
  )
})

const encode = (records: ReadonlyArray<unknown>): Uint8Array =>
  encoder.encode(records.map((record) => `${JSON.stringify(record)}\r\n`).join(""))

/** Old clients read `error`, newer ones `errorDetail`. */
const encodeFailure = (cause: Cause.Cause<{ readonly message: string }>): Uint8Array => {
  const squashed = Cause.squash(cause)
  const message = squashed instanceof Error ? squashed.message : String(squashed)
  return encode([{ errorDetail: { message }, error: message }])
}
