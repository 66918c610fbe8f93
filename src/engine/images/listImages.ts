import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { Filters } from "../../model/Filters.ts"
import { matchesGlob } from "../../model/matchesGlob.ts"
import * as Timestamp from "../../model/Timestamp.ts"
import * as ImageReference from "../../model/ImageReference.ts"
import { InvalidRequest } from "../containers/ContainerFailures.ts"
import type { IndexedImage } from "./ImageIndex.ts"
import type { ImageView } from "./ImageView.ts"
import { parseUntil } from "./parseUntil.ts"
import { resolveImage } from "./resolveImage.ts"

const listKeys = ["dangling", "label", "label!", "before", "since", "reference", "until"]

/** The images that pass the filters, newest first; with `reference`, only the names that match. */
export const listImages = Effect.fnUntraced(function*(images: ReadonlyMap<string, IndexedImage>, filters: Filters) {
  yield* checkKeys(filters, listKeys)
  const dangling = yield* flagOf(filters, "dangling")
  const before = yield* createdOf(images, filters.get("before"))
  const since = yield* createdOf(images, filters.get("since"))
  const until = yield* parseUntil(filters.get("until"))
  const kept = [...images.values()].map(({ view }) => view).filter((view) =>
    (dangling === undefined || isDanglingView(view) === dangling) &&
    passesLabels(view, filters) &&
    (before === undefined || createdNanos(view) < before) &&
    (since === undefined || createdNanos(view) > since) &&
    (until === undefined || createdNanos(view) < until))
  return kept.flatMap((view) => withMatchingNames(view, filters.get("reference") ?? []))
    .toSorted((a, b) => compare(createdNanos(b), createdNanos(a)) || compare(b.lastTagTimeNanos, a.lastTagTimeNanos))
})

export const checkKeys = (filters: Filters, known: ReadonlyArray<string>) => {
  const foreign = [...filters.keys()].find((key) => !known.includes(key))
  return foreign === undefined ? Effect.void : Effect.fail(new InvalidRequest({ message: `invalid filter '${foreign}'` }))
}

/** A filter that is true or false, as Go reads them; absent is neither. */
export const flagOf = (filters: Filters, key: string): Effect.Effect<boolean | undefined, InvalidRequest> => {
  const values = filters.get(key) ?? []
  if (values.length === 0) return Effect.undefined
  if (values.every((value) => ["1", "t", "true", "TRUE", "True", "T"].includes(value))) return Effect.succeed(true)
  if (values.every((value) => ["0", "f", "false", "FALSE", "False", "F"].includes(value))) return Effect.succeed(false)
  return Effect.fail(new InvalidRequest({ message: `invalid filter '${key}=[${values.join(" ")}]'` }))
}

export const isDanglingView = (view: ImageView): boolean => view.repoTags.length === 0 && view.repoDigests.length === 0

export const passesLabels = (view: ImageView, filters: Filters): boolean => {
  const labels = view.shown?.config.config?.Labels ?? {}
  const matches = (wanted: string) => {
    const at = wanted.indexOf("=")
    return at < 0
      ? Object.hasOwn(labels, wanted)
      : Object.hasOwn(labels, wanted.slice(0, at)) && labels[wanted.slice(0, at)] === wanted.slice(at + 1)
  }
  return (filters.get("label") ?? []).every(matches) && !(filters.get("label!") ?? []).some(matches)
}

export const createdNanos = (view: ImageView): bigint => Option.getOrElse(Timestamp.parse(view.created), () => 0n)

const createdOf = Effect.fnUntraced(function*(
  images: ReadonlyMap<string, IndexedImage>,
  references: ReadonlyArray<string> | undefined
) {
  const [reference] = references ?? []
  return reference === undefined ? undefined : createdNanos((yield* resolveImage(images, reference)).image.view)
})

const withMatchingNames = (view: ImageView, patterns: ReadonlyArray<string>): ReadonlyArray<ImageView> => {
  if (patterns.length === 0) return [view]
  const matches = (familiar: string) => {
    const name = Result.match(ImageReference.parse(familiar), { onFailure: () => familiar, onSuccess: ImageReference.familiarName })
    return patterns.some((pattern) => matchesGlob(pattern, familiar) || matchesGlob(pattern, name))
  }
  const repoTags = view.repoTags.filter(matches)
  const repositories = new Set(repoTags.map((tag) => tag.slice(0, tag.lastIndexOf(":"))))
  const repoDigests = view.repoDigests.filter((each) => matches(each) || repositories.has(each.slice(0, each.indexOf("@"))))
  return repoTags.length + repoDigests.length === 0 ? [] : [{ ...view, repoTags, repoDigests }]
}

const compare = (a: bigint, b: bigint) => a < b ? -1 : a > b ? 1 : 0
