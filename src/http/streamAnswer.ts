import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Stream from "effect/Stream"
import { ServerStop } from "./ServerStop.ts"

const nothing = new Uint8Array(0)

/**
 * An answer that lasts as long as its stream: the head goes out at once, since an empty piece flushes it. Ends when
 * the server is about to stop.
 */
export const streamAnswer = Effect.fnUntraced(function*<E>(
  body: Stream.Stream<Uint8Array, E>,
  contentType: string
) {
  const stop = yield* ServerStop
  return HttpServerResponse.stream(
    Stream.concat(Stream.succeed(nothing), Stream.interruptWhen(body, stop.await)),
    { status: 200, contentType }
  )
})
