import * as Effect from "effect/Effect"
import type { Filters } from "../../model/Filters.ts"
import type { Network } from "../../model/Network.ts"
import { InvalidRequest } from "../containers/ContainerFailures.ts"
import { checkKeys, flagOf } from "../images/listImages.ts"

const keys = ["dangling", "driver", "id", "label", "name", "scope", "type"]

/** What a list's filters let through: each key must match, of its values any. */
export const networkMatch = Effect.fnUntraced(function*(filters: Filters) {
  yield* checkKeys(filters, keys)
  const dangling = yield* flagOf(filters, "dangling")
  const foreign = (filters.get("type") ?? []).find((type) => type !== "builtin" && type !== "custom")
  if (foreign !== undefined) return yield* new InvalidRequest({ message: `invalid filter: 'type'='${foreign}'` })
  const any = (key: string, matches: (value: string) => boolean) => {
    const values = filters.get(key) ?? []
    return values.length === 0 || values.some(matches)
  }
  return ({ driver, id, name, predefined }: Network): boolean =>
    // Nobody made the predefined ones, so that nobody can forget them.
    (dangling === undefined || !dangling) &&
    any("driver", (value) => value === driver) &&
    any("id", (value) => id.includes(value)) &&
    any("name", (value) => name.includes(value)) &&
    any("scope", (value) => value === "local") &&
    any("type", (value) => value === (predefined ? "builtin" : "custom")) &&
    // They have no labels either.
    any("label", () => false)
})
