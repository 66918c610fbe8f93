import * as Schema from "effect/Schema"

/** Why a configuration can't be put in force. `keys` are the names in `daemon.json` that it is about. */
export class ConfigRejected extends Schema.TaggedError<ConfigRejected>()("ConfigRejected", {
  message: Schema.String,
  keys: Schema.Array(Schema.String)
}) {}

/** The same failure, told with where it was found. */
export const prefixed = (prefix: string) => ({ keys, message }: ConfigRejected) =>
  new ConfigRejected({ message: `${prefix}: ${message}`, keys })
