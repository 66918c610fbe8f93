import type { EngineEvent } from "../../engine/events/Events.ts"

const firstWithoutLegacyFields = 52
const firstWithImageCreate = 46

/** Whether clients of this version are told of it. */
export const isShown = ({ action, type }: EngineEvent, version: number): boolean =>
  version >= firstWithImageCreate || type !== "image" || action !== "create"

/**
 * One event as JSON. Its time in nanoseconds has more digits than a JavaScript number, so it is written as text; `seq`
 * is ours: a client that was cut off can go on behind it.
 */
export const eventJson = (event: EngineEvent, version: number): string => {
  const { action, actorId, attributes, seq, timeNanos, type } = event
  const body = JSON.stringify({
    ...(version < firstWithoutLegacyFields ? legacyFields(event) : undefined),
    Type: type,
    Action: action,
    Actor: { ID: actorId, Attributes: attributes },
    scope: "local",
    time: Number(timeNanos / 1_000_000_000n)
  })
  return `${body.slice(0, -1)},"timeNano":${timeNanos},"seq":${seq}}`
}

const legacyFields = ({ action, actorId, attributes, type }: EngineEvent): object | undefined => {
  if (type === "container") return { status: action, id: actorId, from: attributes.image ?? "" }
  return type === "image" ? { status: action, id: actorId } : undefined
}
