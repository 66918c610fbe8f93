import * as Effect from "effect/Effect"
import { Execs } from "../engine/execs/Execs.ts"
import { ApiVersion } from "./ApiVersion.ts"
import { jsonBody } from "./body/jsonBody.ts"
import { jsonAnswer } from "./jsonAnswer.ts"
import { BadRequest } from "./RequestFailures.ts"
import type { Call } from "./Route.ts"
import { consoleSize } from "./versions/consoleSize.ts"
import { ExecCreateBody } from "./wire/ExecBodies.ts"

const body = jsonBody(ExecCreateBody, { textOrList: ["Cmd"] })

/** Makes an exec, which is started by a request of its own. */
export const createExec = Effect.fnUntraced(function*({ params }: Call) {
  const version = yield* ApiVersion
  const asked = yield* body
  const cmd = asked.Cmd ?? []
  if (cmd.length === 0) return yield* new BadRequest({ message: "No exec command specified" })
  const id = yield* (yield* Execs).create(params.id ?? "", {
    cmd,
    env: asked.Env ?? [],
    user: asked.User,
    workingDir: asked.WorkingDir,
    privileged: asked.Privileged,
    tty: asked.Tty,
    attachStdin: asked.AttachStdin,
    attachStdout: asked.AttachStdout,
    attachStderr: asked.AttachStderr,
    detachKeys: asked.DetachKeys,
    consoleSize: consoleSize(asked.ConsoleSize, version)
  })
  return jsonAnswer({ Id: id }, 201)
})
