import * as Schema from "effect/Schema"

/** The API cannot be served on this address. */
export class ListenFailed extends Schema.TaggedError<ListenFailed>()("ListenFailed", {
  host: Schema.String,
  message: Schema.String
}) {}
