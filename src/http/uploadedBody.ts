import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Stream from "effect/Stream"

/**
 * The body of a request as a stream of any length. One that breaks off means that the client is gone: the stream then
 * stands still, and the request is interrupted.
 */
export const uploadedBody: Effect.Effect<Stream.Stream<Uint8Array>, never, HttpServerRequest.HttpServerRequest> =
  Effect.map(HttpServerRequest.HttpServerRequest, (request) => Stream.catch(request.stream, () => Stream.never))
