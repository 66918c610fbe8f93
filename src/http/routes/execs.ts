import * as Effect from "effect/Effect"
import { Execs } from "../../engine/execs/Execs.ts"
import { createExec } from "../createExec.ts"
import { emptyAnswer, jsonAnswer } from "../jsonAnswer.ts"
import { terminalSize } from "../query/terminalSize.ts"
import { type Call, route } from "../Route.ts"
import { startExec } from "../startExec.ts"
import { execJson } from "../wire/execJson.ts"

const inspect = Effect.fnUntraced(function*({ params }: Call) {
  return jsonAnswer(execJson(yield* (yield* Execs).inspect(params.id ?? "")))
})

const resize = Effect.fnUntraced(function*({ params, query }: Call) {
  yield* (yield* Execs).resize(params.id ?? "", yield* terminalSize(query))
  return emptyAnswer(200)
})

const kill = Effect.fnUntraced(function*({ params, query }: Call) {
  yield* (yield* Execs).kill(params.id ?? "", query.get("signal") ?? "")
  return emptyAnswer(204)
})

/** Processes beside a container's own. `kill` is ours: Docker has no way to end one. */
export const execRoutes = [
  route("POST", "/containers/{id}/exec", createExec),
  route("POST", "/exec/{id}/start", startExec),
  route("POST", "/exec/{id}/resize", resize),
  route("POST", "/exec/{id}/kill", kill, { outlivesClient: true }),
  route("GET", "/exec/{id}/json", inspect)
]
