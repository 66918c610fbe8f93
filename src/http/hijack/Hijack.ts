import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import * as NodeSocket from "@effect/platform-node/NodeSocket"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Schema from "effect/Schema"
import * as Socket from "effect/socket/Socket"
import * as Stream from "effect/Stream"
import type { Socket as Connection } from "node:net"
import { closeGently } from "./closeGently.ts"
import { HijackableRequest } from "./HijackableRequest.ts"
import { BadRequest } from "../RequestFailures.ts"
import { ServerStop } from "../ServerStop.ts"
import { type Head, sendHead } from "./sendHead.ts"

export class ClientGone extends Schema.TaggedError<ClientGone>()("ClientGone", { cause: Schema.Defect() }) {}

/** A connection that has left HTTP. */
export interface Hijack {
  /** What the client sends, early bytes first. Ends when the client closes its half, or is gone. One reader. */
  readonly input: Stream.Stream<Uint8Array>
  /** Sends the chunks as one piece; waits while the client is slow. At most one buffer is held. */
  write(chunks: NonEmptyReadonlyArray<Uint8Array>): Effect.Effect<void, ClientGone>
}

/**
 * Takes the connection from HTTP, runs `use` on it and closes it. The head goes out before `use` starts, so what
 * can fail with a status must have failed before. The response is for logs and spans: nobody receives it.
 * Interrupted when the client is gone before `use` is done; ends early when the server is about to stop.
 */
export const hijack = Effect.fnUntraced(
  function*<R>(head: Head, use: (connection: Hijack) => Effect.Effect<void, never, R>) {
    const request = yield* HttpServerRequest.HttpServerRequest
    const stop = yield* ServerStop
    const source = NodeHttpServerRequest.toIncomingMessage(request)
    if (!(source instanceof HijackableRequest)) return yield* Effect.die("not a route that can be hijacked")
    yield* Effect.mapError(request.arrayBuffer, () => new BadRequest({ message: "request body was cut off" }))
    const conn = yield* Effect.acquireRelease(
      Effect.sync(() => sendHead(source, head)),
      (conn) => Effect.sync(() => conn.destroy())
    )
    yield* Effect.ignore(onConnection(conn, (connection) => Effect.raceFirst(use(connection), stop.await)))
    return HttpServerResponse.empty({ status: source.upgradeAsked ? 101 : 200 })
  },
  Effect.scoped
)

const onConnection = Effect.fnUntraced(function*<R>(
  conn: Connection,
  use: (connection: Hijack) => Effect.Effect<void, never, R>
) {
  const socket = yield* NodeSocket.fromDuplex(Effect.succeed(conn))
  const pull = yield* Socket.readerBytes(socket)
  const { writeAll } = yield* socket.writer
  const input = Stream.fromPull(Effect.succeed(Effect.catch(pull, () => Cause.done())))
  yield* use({
    input,
    write: (chunks) => Effect.mapError(writeAll(chunks), (cause) => new ClientGone({ cause }))
  })
  yield* closeGently(conn, input)
})
