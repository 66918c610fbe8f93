import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** A container cannot be made as asked. `message` is what the client reads, in Docker's words where it has some. */
export class InvalidHostConfig extends Schema.TaggedError<InvalidHostConfig>()("InvalidHostConfig", {
  message: Schema.String
}) {}

export const invalid = (message: string): Effect.Effect<never, InvalidHostConfig> =>
  Effect.fail(new InvalidHostConfig({ message }))

/** The first reason, in order, why something cannot be; `undefined` entries are no reason. */
export const refuseFirst = (
  reasons: Iterable<string | undefined>
): Effect.Effect<void, InvalidHostConfig> => {
  for (const reason of reasons) if (reason !== undefined) return invalid(reason)
  return Effect.void
}
