import * as Effect from "effect/Effect"
import type { Platform } from "../../model/Platform.ts"
import { BadRequest } from "../RequestFailures.ts"

const part = /^[A-Za-z0-9_.-]+$/

/** `platform=os/arch[/variant]`, as create and pull have it. Absent or empty is `undefined`. */
export const platformText = (query: URLSearchParams): Effect.Effect<Platform | undefined, BadRequest> => {
  const text = query.get("platform")
  if (text === null || text === "") return Effect.undefined
  const [os = "", architecture = "", variant, ...more] = text.toLowerCase().split("/")
  const parts = [os, architecture, ...(variant === undefined ? [] : [variant])]
  return more.length > 0 || !parts.every((text) => part.test(text))
    ? Effect.fail(new BadRequest({ message: `"${text}": unknown operating system or architecture: invalid argument` }))
    : Effect.succeed({ os, architecture, ...(variant === undefined ? {} : { variant }) })
}
