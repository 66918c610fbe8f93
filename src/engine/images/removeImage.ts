import * as Effect from "effect/Effect"
import * as ImageReference from "../../model/ImageReference.ts"
import { Events } from "../events/Events.ts"
import { ImageConflict } from "./ImageFailures.ts"
import { type IndexedImage, ImageIndex } from "./ImageIndex.ts"
import { danglingName, isDangling, referenceOf, shortId } from "./imageNames.ts"
import type { RemovedImage } from "./Images.ts"
import { type ImageUser, ImageUsers } from "./ImageUsers.ts"
import { publishImageEvent } from "./publishImageEvent.ts"
import { type ResolvedImage, resolveImage } from "./resolveImage.ts"

/** Takes a name from an image, or the image away with all its names: Docker's rules, on what is said about the users. */
export const removeImage = Effect.fn("Images.remove")(function*(asked: string, force: boolean) {
  const index = yield* ImageIndex
  const resolved = yield* resolveImage(yield* index.images, asked)
  const { image, reference } = resolved
  const users = yield* (yield* ImageUsers).usersOf(image.id)
  const same = sameNames(resolved)

  if (reference === undefined) {
    yield* refuse(image, users, { force, manyNames: same.length !== image.names.length })
    return yield* removeWhole(image)
  }
  if (same.length !== image.names.length) return yield* untag(image, same)
  const [user] = users
  if (user === undefined) return yield* removeWhole(image)
  if (!force) {
    return yield* conflict(image, ImageReference.familiar(reference), true,
      `container ${shortId(user.containerId)} is using its referenced image ${shortId(image.id)}`)
  }
  // Its containers still show it, so it stays, without name.
  yield* index.put(danglingName(image.id), image.tree.target, { known: true })
  return yield* untag(image, same)
})

/** The image with all its names; nobody asks again whether that may be. */
export const removeWhole = Effect.fnUntraced(function*(image: IndexedImage) {
  const index = yield* ImageIndex
  const events = yield* Events
  yield* index.remove(image.names.map(({ name }) => name))
  const names = familiarNames(image.names.map(({ name }) => name))
  for (const name of names) yield* publishImageEvent(events, "untag", image.view, name)
  yield* publishImageEvent(events, "delete", image.view, image.id)
  return [...names.map((untagged) => ({ untagged })), { deleted: image.id }] satisfies ReadonlyArray<RemovedImage>
})

const untag = Effect.fnUntraced(function*(image: IndexedImage, names: ReadonlyArray<string>) {
  const index = yield* ImageIndex
  const events = yield* Events
  yield* index.remove(names)
  const untagged = familiarNames(names)
  for (const name of untagged) yield* publishImageEvent(events, "untag", image.view, name)
  return untagged.map((name) => ({ untagged: name })) satisfies ReadonlyArray<RemovedImage>
})

const familiarNames = (names: ReadonlyArray<string>) =>
  names.flatMap((name) => {
    const reference = referenceOf(name)
    return reference === undefined ? isDangling(name) ? [] : [name] : [ImageReference.familiar(reference)]
  })

const refuse = (
  image: IndexedImage,
  users: ReadonlyArray<ImageUser>,
  { force, manyNames }: { readonly force: boolean; readonly manyNames: boolean }
) => {
  const running = users.find((user) => user.running)
  const [stopped] = users
  const id = shortId(image.id)
  if (running !== undefined) {
    return conflict(image, id, false, `image is being used by running container ${shortId(running.containerId)}`)
  }
  if (stopped !== undefined && !force) {
    return conflict(image, id, true, `image is being used by stopped container ${shortId(stopped.containerId)}`)
  }
  return manyNames && !force
    ? conflict(image, id, true, "image is referenced in multiple repositories")
    : Effect.void
}

const conflict = (image: IndexedImage, told: string, forceable: boolean, reason: string) =>
  Effect.fail(
    new ImageConflict({
      imageId: image.id,
      forceable,
      message: `conflict: unable to delete ${told} (${forceable ? "must" : "cannot"} be forced) - ${reason}`
    })
  )

/**
 * The names that go together with the one asked for (an id stands for the first): the same repository and tag, and
 * the repository's digests if it has no other tag. A digest stands for all names of its repository.
 */
const sameNames = ({ image, reference }: ResolvedImage): ReadonlyArray<string> => {
  const all = image.names.map(({ name }) => ({ name, reference: referenceOf(name) }))
  const wanted = reference ?? all.find((each) => each.reference !== undefined)?.reference
  if (wanted === undefined) return all.map(({ name }) => name)
  const repository = ImageReference.canonicalName(wanted)
  const inRepository = all.filter((each) =>
    each.reference !== undefined && ImageReference.canonicalName(each.reference) === repository)
  const tags = new Set(inRepository.flatMap((each) => each.reference?.tag ?? []))
  const alone = wanted.tag === undefined || tags.size === 0 || tags.size === 1 && tags.has(wanted.tag)
  const dangling = all.filter(({ name }) => isDangling(name))
  return [...inRepository.filter((each) => alone || each.reference?.tag === wanted.tag), ...dangling].map(({ name }) => name)
}
