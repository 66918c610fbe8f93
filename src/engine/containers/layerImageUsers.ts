import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ImageUsers } from "../images/ImageUsers.ts"
import { isRunning, now } from "./ContainerEntry.ts"
import { ContainerIndex } from "./ContainerIndex.ts"

/** Which containers stand on an image. */
export const layerImageUsers = Layer.effect(ImageUsers, Effect.map(ContainerIndex, ({ byId }) =>
  ImageUsers.of({
    usersOf: (imageId) => Effect.sync(() => {
      const users = []
      for (const entry of byId.values()) {
        const view = now(entry)
        if (view.record.imageId === imageId) users.push({ containerId: entry.id, running: isRunning(view) })
      }
      return users
    })
  })))
