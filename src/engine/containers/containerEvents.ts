import * as Effect from "effect/Effect"
import { Events } from "../events/Events.ts"
import type { ContainerView } from "./ContainerView.ts"

/** Publishes an event of a container: its labels, image and name, and what belongs to the action. */
export const publishContainerEvent = (
  { record }: ContainerView,
  action: string,
  attributes: Readonly<Record<string, string>> = {}
) =>
  Effect.flatMap(Events, (events) =>
    events.publish({
      type: "container",
      action,
      actorId: record.id,
      attributes: { ...record.config.Labels, image: record.config.Image, name: record.name, ...attributes }
    }))
