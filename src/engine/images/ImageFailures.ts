import * as Schema from "effect/Schema"

/** No image here has this name or id. `reference` is the familiar name, with its tag. */
export class NoSuchImage extends Schema.TaggedError<NoSuchImage>()("NoSuchImage", { reference: Schema.String }) {}

/** More than one image's id begins so. */
export class AmbiguousImage extends Schema.TaggedError<AmbiguousImage>()("AmbiguousImage", { prefix: Schema.String }) {}

/** The image is here, but not for this platform. `message` is Docker's text. */
export class NoSuchPlatform extends Schema.TaggedError<NoSuchPlatform>()("NoSuchPlatform", {
  reference: Schema.String,
  message: Schema.String
}) {}

/** The image cannot be removed; `forceable` tells whether force would help. `message` is Docker's text. */
export class ImageConflict extends Schema.TaggedError<ImageConflict>()("ImageConflict", {
  imageId: Schema.String,
  forceable: Schema.Boolean,
  message: Schema.String
}) {}

/**
 * A registry did not give the image. Before the first record of the stream it decides the status: `denied` and
 * `not-found` are 404, `forbidden` is 403, the rest is 500. `message` is Docker's text.
 */
export class PullFailed extends Schema.TaggedError<PullFailed>()("PullFailed", {
  reference: Schema.String,
  reason: Schema.Literals(["denied", "not-found", "no-platform", "forbidden", "unreachable", "broken"]),
  message: Schema.String
}) {}

/** An archive is not an image, or not a whole one. `message` is Docker's text where there is one. */
export class BadArchive extends Schema.TaggedError<BadArchive>()("BadArchive", { message: Schema.String }) {}

/** A registry does not take the credentials. */
export class LoginDenied extends Schema.TaggedError<LoginDenied>()("LoginDenied", { message: Schema.String }) {}
