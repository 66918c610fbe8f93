import * as Effect from "effect/Effect"
import { emptyAnswer, jsonAnswer } from "../jsonAnswer.ts"
import { flag } from "../query/flag.ts"
import { NoSuchVolume } from "../RequestFailures.ts"
import { type Call, route } from "../Route.ts"

const missing = ({ params }: Call) => Effect.fail(new NoSuchVolume({ name: params.name ?? "" }))

/** As long as none can be made there are no volumes, and that is what is told of them. */
export const volumeRoutes = [
  route("GET", "/volumes", () => Effect.sync(() => jsonAnswer({ Volumes: [], Warnings: null }))),
  route("GET", "/volumes/{name}", missing),
  route("DELETE", "/volumes/{name}", (call) =>
    flag(call.query, "force") ? Effect.sync(() => emptyAnswer(204)) : missing(call))
]
