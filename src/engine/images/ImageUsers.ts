import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

export interface ImageUser {
  readonly containerId: string
  readonly running: boolean
}

/** Which containers stand on an image. Images ask here before they remove or prune one. */
export class ImageUsers extends Context.Service<ImageUsers, {
  usersOf(imageId: string): Effect.Effect<ReadonlyArray<ImageUser>>
}>()("gantry/engine/ImageUsers") {}
