import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as ImageReference from "../../model/ImageReference.ts"
import { AmbiguousImage, NoSuchImage } from "./ImageFailures.ts"
import type { IndexedImage } from "./ImageIndex.ts"

export interface ResolvedImage {
  readonly image: IndexedImage
  /** The name it was asked for by; absent when that was an id or a part of one. */
  readonly reference: ImageReference.ImageReference | undefined
}

const idPattern = /^(?:sha256:)?([a-f0-9]{1,64})$/

/** Finds an image by name, by id, or by the beginning of its id. A name goes before an id that begins so. */
export const resolveImage = (
  images: ReadonlyMap<string, IndexedImage>,
  asked: string
): Effect.Effect<ResolvedImage, NoSuchImage | AmbiguousImage> => {
  const id = idPattern.exec(asked)?.[1]
  const parsed = Result.map(ImageReference.parse(asked), ImageReference.withDefaultTag)
  if (Result.isSuccess(parsed)) {
    const image = byName(images, parsed.success)
    if (image !== undefined) return Effect.succeed({ image, reference: parsed.success })
  }
  if (id !== undefined) {
    const found = byPrefix(images, id)
    const [image] = found
    if (found.length > 1) return Effect.fail(new AmbiguousImage({ prefix: asked }))
    if (image !== undefined) return Effect.succeed({ image, reference: undefined })
  }
  const told = Result.isSuccess(parsed) && !asked.startsWith("sha256:") ? ImageReference.familiar(parsed.success) : asked
  return Effect.fail(new NoSuchImage({ reference: told }))
}

const byName = (images: ReadonlyMap<string, IndexedImage>, reference: ImageReference.ImageReference) => {
  if (reference.digest === undefined) {
    const name = ImageReference.canonical(reference)
    return find(images, (image) => image.names.some((record) => record.name === name))
  }
  const image = images.get(reference.digest)
  const repository = ImageReference.canonicalName(reference)
  const named = image?.names.some(({ name }) =>
    name.startsWith(`${repository}:`) || name.startsWith(`${repository}@`)) ?? false
  return named ? image : undefined
}

const byPrefix = (images: ReadonlyMap<string, IndexedImage>, prefix: string): ReadonlyArray<IndexedImage> => {
  const exact = images.get(`sha256:${prefix}`)
  return exact !== undefined ? [exact] : [...images.values()].filter(({ id }) => id.startsWith(`sha256:${prefix}`))
}

const find = <K, A>(map: ReadonlyMap<K, A>, wanted: (value: A) => boolean): A | undefined => {
  for (const value of map.values()) if (wanted(value)) return value
  return undefined
}
