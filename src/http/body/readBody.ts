import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import { BadRequest, BodyTooLarge } from "../RequestFailures.ts"

export const bytesMax = 4 * 1024 * 1024
const decoder = new TextDecoder("utf-8", { fatal: true })

/** Reads a body that is meant to be JSON, as text. Fails when it is too long or is no UTF-8. */
export const readBody = Effect.fnUntraced(function*(request: HttpServerRequest.HttpServerRequest) {
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) return yield* new BodyTooLarge({ bytesMax })
  const bytes = yield* request.arrayBuffer.pipe(
    Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(bytesMax)),
    Effect.catchTag("HttpServerError", (error) =>
      Effect.fail(
        error.reason._tag === "RequestParseError" && error.reason.reason === "BodyTooLarge"
          ? new BodyTooLarge({ bytesMax })
          : new BadRequest({ message: "invalid JSON: got EOF while reading request body" })
      ))
  )
  return yield* Effect.try({
    try: () => decoder.decode(bytes),
    catch: () => new BadRequest({ message: "invalid JSON: request body is not valid UTF-8" })
  })
})
