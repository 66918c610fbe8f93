import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import { Execs, type PreparedExec } from "../engine/execs/Execs.ts"
import { ApiVersion } from "./ApiVersion.ts"
import { jsonBody } from "./body/jsonBody.ts"
import { commonHeaders } from "./commonHeaders.ts"
import { attachStreams } from "./hijack/attachStreams.ts"
import { type Hijack, hijack } from "./hijack/Hijack.ts"
import { frames } from "./hijack/stdcopy.ts"
import { streamType } from "./hijack/streamType.ts"
import { emptyAnswer } from "./jsonAnswer.ts"
import type { Call } from "./Route.ts"
import { consoleSize } from "./versions/consoleSize.ts"
import { ExecStartBody } from "./wire/ExecBodies.ts"

const body = jsonBody(ExecStartBody, { whenEmpty: {} })

/** Starts an exec, detached or joined to the client. */
export const startExec = Effect.fnUntraced(function*({ params }: Call) {
  const version = yield* ApiVersion
  const request = yield* HttpServerRequest.HttpServerRequest
  const execs = yield* Execs
  const { ConsoleSize, Detach, Tty } = yield* body
  const id = params.id ?? ""
  if (Detach) {
    yield* execs.startDetached(id)
    return emptyAnswer(200)
  }
  const prepared = yield* execs.prepare(id, { tty: Tty, consoleSize: consoleSize(ConsoleSize, version) })
  const head = {
    contentType: streamType(request, prepared.attachment.tty, version),
    headers: canonicalHeaders
  }
  return yield* hijack(head, (client) => run(client, prepared))
})

/** Only once the client has its head: docker-py would lose output that comes in one piece with it. */
const run = (client: Hijack, { attachment, start, view }: PreparedExec) =>
  Effect.matchEffect(start, {
    onSuccess: () => attachStreams(client, attachment, { stdin: view.config.attachStdin }),
    onFailure: ({ message }) => Effect.ignore(client.write(failureText(message, attachment.tty)))
  })

const encoder = new TextEncoder()

/** There is no status any more: clients show it as if the process had said it. */
const failureText = (message: string, tty: boolean) => {
  const text = encoder.encode(`${message}\r\n`)
  return tty ? [text] as const : frames("stdout", text)
}

const canonicalHeaders: Readonly<Record<string, string>> = {
  "Api-Version": commonHeaders["api-version"],
  "Docker-Experimental": commonHeaders["docker-experimental"],
  "Ostype": commonHeaders.ostype,
  "Server": commonHeaders.server
}
