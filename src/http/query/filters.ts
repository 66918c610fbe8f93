import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Filters } from "../../model/Filters.ts"
import { BadRequest } from "../RequestFailures.ts"

const none: Filters = new Map()

/** `{"label":["a=b"]}`, or as older clients write it `{"label":{"a=b":true}}`. */
const Written = Schema.fromJsonString(
  Schema.NullOr(Schema.Record(
    Schema.String,
    Schema.NullOr(Schema.Union([Schema.Array(Schema.String), Schema.Record(Schema.String, Schema.Boolean)]))
  ))
)
const decode = Schema.decodeUnknownResult(Written)

export const filters = (query: URLSearchParams): Effect.Effect<Filters, BadRequest> => {
  const text = query.get("filters")
  if (text === null || text === "") return Effect.succeed(none)
  const written = decode(text)
  if (Result.isFailure(written)) return Effect.fail(new BadRequest({ message: "invalid filter" }))
  return Effect.succeed(
    new Map(Object.entries(written.success ?? {}).map(([key, values]) => [key, valuesOf(values ?? [])]))
  )
}

const valuesOf = (values: ReadonlyArray<string> | Readonly<Record<string, boolean>>): ReadonlyArray<string> =>
  isList(values) ? values : Object.keys(values).filter((value) => values[value] === true)

const isList = (values: unknown): values is ReadonlyArray<string> => Array.isArray(values)
