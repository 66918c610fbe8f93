import type * as Schema from "effect/Schema"

/** A value as Go's `%v` prints it, which is how Docker's messages show settings. */
export const goText = (value: Schema.Json): string => {
  if (value === null) return "<nil>"
  if (typeof value !== "object") return String(value)
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `map[${entries.map(([name, inner]) => `${name}:${goText(inner)}`).join(" ")}]`
}
