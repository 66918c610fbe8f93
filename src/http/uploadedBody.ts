import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Stream from "effect/Stream"

/** Time in which we wait for bytes and none come; the time that we take for those that came does not count. */
const noProgress = "120 seconds"

/**
 * The body of a request as a stream of any length. One that breaks off means that the client is gone: the stream then
 * stands still, and the request is interrupted. One that comes to a halt is broken off.
 */
export const uploadedBody: Effect.Effect<Stream.Stream<Uint8Array>, never, HttpServerRequest.HttpServerRequest> =
  Effect.map(HttpServerRequest.HttpServerRequest, (request) => {
    const breakOff = Effect.andThen(
      Effect.logWarning(`an upload made no progress for ${noProgress}: its connection is closed`),
      Effect.sync(() => void NodeHttpServerRequest.toIncomingMessage(request).socket.destroy())
    )
    return request.stream.pipe(
      Stream.catch(() => Stream.never),
      Stream.timeoutOrElse({ duration: noProgress, orElse: () => Stream.fromEffect(Effect.andThen(breakOff, Effect.never)) })
    )
  })
