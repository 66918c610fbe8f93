import * as Effect from "effect/Effect"
import { CurrentConfig } from "../../config/EngineConfig.ts"
import { System } from "../../engine/system/System.ts"
import { jsonAnswer } from "../jsonAnswer.ts"
import { route } from "../Route.ts"
import { versionJson } from "../wire/versionJson.ts"

const version = Effect.gen(function*() {
  const { user } = yield* CurrentConfig
  return jsonAnswer(versionJson(yield* (yield* System).versions, user.minApiVersion))
})

/** What the engine and the machine are. */
export const systemRoutes = [
  route("GET", "/version", () => version)
]
