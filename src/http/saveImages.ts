import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Stream from "effect/Stream"
import { Images } from "../engine/images/Images.ts"
import { ApiVersion } from "./ApiVersion.ts"
import { startedStream } from "./startedStream.ts"
import { platformObject } from "./query/platformObject.ts"
import type { Call } from "./Route.ts"

const firstWithPlatform = 48

/** Gives images as one archive. One that breaks off cuts the connection: a part of it must not look like the whole. */
export const saveImages = Effect.fnUntraced(function*({ params, query }: Call) {
  const version = yield* ApiVersion
  const platform = version < firstWithPlatform ? undefined : yield* platformObject(query)
  const references = params.name === undefined ? query.getAll("names") : [params.name]
  const { first, rest } = yield* startedStream((yield* Images).save(references, platform))
  return HttpServerResponse.stream(Stream.concat(Stream.fromIterable(first), rest), { contentType: "application/x-tar" })
})
