import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as ImageReference from "../../model/ImageReference.ts"
import { InvalidRequest } from "../containers/ContainerFailures.ts"
import { Events } from "../events/Events.ts"
import { ImageIndex } from "./ImageIndex.ts"
import { publishImageEvent } from "./publishImageEvent.ts"
import { resolveImage } from "./resolveImage.ts"

/** Gives an image one more name; whoever had it before keeps its content. RPC: 1 to 4. */
export const tagImage = Effect.fn("Images.tag")(function*(source: string, repository: string, tag: string) {
  const index = yield* ImageIndex
  const name = yield* nameToGive(repository, tag)
  const { image } = yield* resolveImage(yield* index.images, source)
  yield* index.put(ImageReference.canonical(name), image.tree.target, { known: true })
  yield* publishImageEvent(yield* Events, "tag", image.view, ImageReference.familiar(name))
})

/** A repository and a tag that an image may be given as its name. */
export const nameToGive = (repository: string, tag: string): Effect.Effect<ImageReference.ImageReference, InvalidRequest> => {
  const parsed = ImageReference.parse(repository)
  if (Result.isFailure(parsed)) return refuse(parsed.failure.message)
  const reference = parsed.success
  if (reference.digest !== undefined) return refuse("refusing to create a tag with a digest reference")
  if (tag !== "" && !ImageReference.isTag(tag)) return refuse("invalid tag format")
  if (ImageReference.familiarName(reference) === "sha256") {
    return refuse("refusing to create an ambiguous tag using digest algorithm as name")
  }
  return Effect.succeed(ImageReference.withDefaultTag(tag === "" ? reference : { ...reference, tag }))
}

const refuse = (message: string) => Effect.fail(new InvalidRequest({ message }))
