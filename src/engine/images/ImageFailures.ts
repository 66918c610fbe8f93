import * as Schema from "effect/Schema"

/** No image here has this name or id. `reference` is the familiar name, with its tag. */
export class NoSuchImage extends Schema.TaggedError<NoSuchImage>()("NoSuchImage", { reference: Schema.String }) {}
