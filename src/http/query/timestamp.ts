import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Timestamp from "../../model/Timestamp.ts"
import { BadRequest } from "../RequestFailures.ts"

const unix = /^(-?\d{1,12})(?:\.(\d{1,9}))?$/

/**
 * A time of the query in nanoseconds: Unix seconds with an optional fraction, which is what clients make of all
 * that a user may write, or RFC 3339. Absent or empty is `undefined`.
 */
export const timestamp = (query: URLSearchParams, name: string): Effect.Effect<bigint | undefined, BadRequest> => {
  const text = query.get(name)
  if (text === null || text === "") return Effect.undefined
  const match = unix.exec(text)
  if (match !== null) {
    return Effect.succeed(BigInt(match[1] ?? "0") * 1_000_000_000n + BigInt((match[2] ?? "").padEnd(9, "0")))
  }
  return Option.match(Timestamp.parse(text), {
    onNone: () => Effect.fail(new BadRequest({ message: `failed to parse value as time or duration: ${JSON.stringify(text)}` })),
    onSome: Effect.succeed
  })
}
