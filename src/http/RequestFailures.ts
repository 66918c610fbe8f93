import * as Schema from "effect/Schema"

/** The request cannot be understood; `message` is Docker's text. */
export class BadRequest extends Schema.TaggedError<BadRequest>()("BadRequest", { message: Schema.String }) {}

/** A JSON body is longer than we read. */
export class BodyTooLarge extends Schema.TaggedError<BodyTooLarge>()("BodyTooLarge", { bytesMax: Schema.Int }) {}

/** There is no such route. */
export class PageNotFound extends Schema.TaggedError<PageNotFound>()("PageNotFound", {}) {}

/** The prefix names a version that is too old or too new. */
export class UnsupportedVersion extends Schema.TaggedError<UnsupportedVersion>()("UnsupportedVersion", {
  message: Schema.String,
  /** Clients below 1.24 do not read JSON errors. */
  plain: Schema.Boolean
}) {}

/** Docker's API has this route, Gantry has not. */
export class NotImplemented extends Schema.TaggedError<NotImplemented>()("NotImplemented", { message: Schema.String }) {}

/** What only a swarm manager answers. */
export class NoSwarm extends Schema.TaggedError<NoSwarm>()("NoSwarm", {}) {}

/** There is no volume of this name. */
export class NoSuchVolume extends Schema.TaggedError<NoSuchVolume>()("NoSuchVolume", { name: Schema.String }) {}

/** `bridge`, `host` and `none` stay. */
export class PredefinedNetwork extends Schema.TaggedError<PredefinedNetwork>()("PredefinedNetwork", {
  name: Schema.String
}) {}

/** A container cannot be renamed to this. */
export class NewNameInUse extends Schema.TaggedError<NewNameInUse>()("NewNameInUse", {
  name: Schema.String,
  ownerId: Schema.String
}) {}
