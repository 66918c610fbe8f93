import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Stream from "effect/Stream"
import { Events } from "../engine/events/Events.ts"
import { ApiVersion } from "./ApiVersion.ts"
import { filters } from "./query/filters.ts"
import { integer } from "./query/integer.ts"
import { timestamp } from "./query/timestamp.ts"
import type { Call } from "./Route.ts"
import { streamAnswer } from "./streamAnswer.ts"
import { eventJson, isShown } from "./wire/eventJson.ts"

const encoder = new TextEncoder()
const firstWithJsonLines = 52
const recordSeparator = "\x1e"

/** Tells what happens, for as long as the client listens. */
export const eventStream = Effect.fnUntraced(function*({ query }: Call) {
  const version = yield* ApiVersion
  const { headers } = yield* HttpServerRequest.HttpServerRequest
  const contentType = typeFor(headers.accept, version)
  const before = contentType === "application/json-seq" ? recordSeparator : ""
  const events = yield* (yield* Events).subscribe({
    since: yield* timestamp(query, "since"),
    until: yield* timestamp(query, "until"),
    afterSeq: yield* integer(query, "from"),
    filters: yield* filters(query)
  })
  return yield* streamAnswer(
    Stream.mapArray(events, (batch) => {
      const lines = batch.filter((event) => isShown(event, version)).map((event) => `${before}${eventJson(event, version)}\n`)
      return [encoder.encode(lines.join(""))]
    }),
    contentType
  )
})

/** Exactly what the client names, if it is one of ours; wildcards name nothing. */
const typeFor = (accept: string | undefined, version: number): string => {
  if (version < firstWithJsonLines) return "application/json"
  const named = (accept ?? "").split(",").map((range) => range.split(";")[0]?.trim() ?? "")
  return ["application/x-ndjson", "application/json-seq"].find((type) => named.includes(type)) ?? "application/jsonl"
}
