import type { Events } from "../events/Events.ts"
import type { ImageView } from "./ImageView.ts"

export type ImageAction = "pull" | "load" | "save" | "import" | "tag" | "untag" | "delete"

/** An image's event carries its labels beside its name; its actor is the image, but for a pull, where it is the name. */
export const publishImageEvent = (
  events: Events["Service"],
  action: ImageAction,
  image: ImageView,
  name: string,
  actorId: string = image.id
) =>
  events.publish({
    type: "image",
    action,
    actorId,
    attributes: { ...image.shown?.config.config?.Labels, name }
  })
