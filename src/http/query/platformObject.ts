import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Platform } from "../../model/Platform.ts"
import { text } from "../../model/zero.ts"
import { BadRequest } from "../RequestFailures.ts"

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.Struct({ os: text, architecture: text, variant: text })))

/** `platform={"os":…,"architecture":…}`, as all image routes but pull have it. Absent or empty is `undefined`. */
export const platformObject = (query: URLSearchParams): Effect.Effect<Platform | undefined, BadRequest> => {
  const written = query.get("platform")
  if (written === null || written === "") return Effect.undefined
  const read = decode(written)
  if (Result.isFailure(read)) return Effect.fail(new BadRequest({ message: "failed to parse platform: invalid JSON" }))
  const { architecture, os, variant } = read.success
  return os === "" || architecture === ""
    ? Effect.fail(new BadRequest({ message: "both OS and Architecture must be provided" }))
    : Effect.succeed({ os, architecture, ...(variant === "" ? {} : { variant }) })
}
