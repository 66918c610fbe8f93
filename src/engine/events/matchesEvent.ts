import type { Filters } from "../../model/Filters.ts"
import type { EngineEvent } from "./Events.ts"

const byPrefix = ["health_status", "exec_create", "exec_start"]

/** Whether an event passes the filters of `/events`. Unknown keys are ignored, as dockerd does. */
export const matchesEvent = (filters: Filters, event: EngineEvent): boolean => {
  for (const [key, values] of filters) {
    if (values.length > 0 && !matchesKey(key, values, event)) return false
  }
  return true
}

const matchesKey = (key: string, values: ReadonlyArray<string>, event: EngineEvent): boolean => {
  switch (key) {
    case "type": return values.includes(event.type)
    case "scope": return values.includes("local")
    case "event": return values.some((value) => matchesAction(value, event.action))
    case "label": return values.every((value) => matchesLabel(value, event.attributes))
    case "container": case "network": case "volume": case "daemon":
      return event.type === key && values.some((value) =>
        event.actorId.startsWith(value) || (event.attributes["name"] ?? "").startsWith(value.replace(/^\//, "")))
    case "image": return values.some((value) => imageNames(event).includes(value))
    default: return true
  }
}

const matchesAction = (wanted: string, action: string): boolean =>
  wanted === action || (byPrefix.some((prefix) => wanted.startsWith(prefix)) && action.startsWith(wanted))

const matchesLabel = (wanted: string, attributes: EngineEvent["attributes"]): boolean => {
  const at = wanted.indexOf("=")
  return at < 0
    ? Object.hasOwn(attributes, wanted)
    : Object.hasOwn(attributes, wanted.slice(0, at)) && attributes[wanted.slice(0, at)] === wanted.slice(at + 1)
}

/** An image's id, name, and name without tag; for a container the same of its image. */
const imageNames = (event: EngineEvent): ReadonlyArray<string> => {
  if (event.type !== "image" && event.type !== "container") return []
  const name = event.attributes[event.type === "image" ? "name" : "image"] ?? ""
  const names = [name, name.replace(/:[^:/]+$/, "")]
  return event.type === "image" ? [event.actorId, event.actorId.replace(/:[^:/]+$/, ""), ...names] : names
}
