import * as Effect from "effect/Effect"
import { BadRequest } from "../RequestFailures.ts"

/** `h` and `w`: rows and columns. */
export const terminalSize = (
  query: URLSearchParams
): Effect.Effect<{ readonly height: number; readonly width: number }, BadRequest> =>
  Effect.all({ height: dimension("height", query.get("h")), width: dimension("width", query.get("w")) })

const dimensionMax = 0xffff_ffff

const dimension = (name: string, text: string | null): Effect.Effect<number, BadRequest> => {
  const shown = JSON.stringify(text ?? "")
  if (text !== null && /^\d+$/.test(text) && Number(text) <= dimensionMax) return Effect.succeed(Number(text))
  const why = text === null || text === "" ? "value is empty" : "invalid syntax"
  return Effect.fail(new BadRequest({ message: `invalid resize ${name} ${shown}: ${why}` }))
}
