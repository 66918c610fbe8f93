import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import { Containers } from "../engine/containers/Containers.ts"
import { ApiVersion } from "./ApiVersion.ts"
import { attachStreams } from "./hijack/attachStreams.ts"
import { hijack } from "./hijack/Hijack.ts"
import { streamType } from "./hijack/streamType.ts"
import { flag } from "./query/flag.ts"
import type { Call } from "./Route.ts"

/** Joins a client to a container's streams, also before the container is started. */
export const attachContainer = Effect.fnUntraced(function*({ params, query }: Call) {
  const version = yield* ApiVersion
  const request = yield* HttpServerRequest.HttpServerRequest
  const stdin = flag(query, "stdin")
  const attachment = yield* (yield* Containers).attach(params.id ?? "", {
    stdin,
    stdout: flag(query, "stdout"),
    stderr: flag(query, "stderr"),
    logs: flag(query, "logs"),
    stream: flag(query, "stream"),
    detachKeys: query.get("detachKeys") || undefined
  })
  return yield* hijack({ contentType: streamType(request, attachment.tty, version) }, (client) =>
    attachStreams(client, attachment, { stdin }))
})
