import * as Effect from "effect/Effect"
import { BadRequest } from "../RequestFailures.ts"

/** A whole number of the query; absent or empty is `undefined`. */
export const integer = (query: URLSearchParams, name: string): Effect.Effect<number | undefined, BadRequest> => {
  const text = query.get(name)
  if (text === null || text === "") return Effect.undefined
  const value = Number(text)
  return /^[+-]?\d+$/.test(text) && Number.isSafeInteger(value)
    ? Effect.succeed(value)
    : Effect.fail(new BadRequest({ message: `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax` }))
}
