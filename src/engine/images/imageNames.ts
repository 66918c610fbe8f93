import * as Result from "effect/Result"
import * as ImageReference from "../../model/ImageReference.ts"

const danglingPrefix = "gantry-dangling@"
const workPrefix = "gantry-work/"

/** Under this name containerd keeps an image that lost its last one. */
export const danglingName = (imageId: string): string => `${danglingPrefix}${imageId}`

export const isDangling = (name: string): boolean => name.startsWith(danglingPrefix)

/** Under this one what an operation fetches, until the operation names it. Nobody gets to see it. */
export const workName = (operationId: string): string => `${workPrefix}${operationId}`

export const isWork = (name: string): boolean => name.startsWith(workPrefix)

/** What a record's name says; `undefined` for ours, and for what other clients of containerd made up. */
export const referenceOf = (name: string): ImageReference.ImageReference | undefined =>
  isDangling(name) || isWork(name) ? undefined : Result.getOrUndefined(ImageReference.parse(name))

/** The first twelve digits, as people are shown them. */
export const shortId = (id: string): string => id.replace(/^sha256:/, "").slice(0, 12)
