import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Effect from "effect/Effect"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { HijackServer } from "./hijack/HijackServer.ts"
import { clearStaleSocket } from "./listen/clearStaleSocket.ts"
import { giveToGroup } from "./listen/giveToGroup.ts"
import { ListenFailed } from "./listen/ListenFailed.ts"
import { prepareSocketDirectory } from "./listen/prepareSocketDirectory.ts"
import { allRoutes } from "./routes/allRoutes.ts"
import { makeServeRequest } from "./serveRequest.ts"
import { ServerStop } from "./ServerStop.ts"

export interface HttpServerOptions {
  /** Where to listen: `unix:///run/gantry/gantry.sock`. */
  readonly hosts: ReadonlyArray<string>
  /** Whose members may use the sockets; empty: the owner alone. */
  readonly group: string
}

/** Node's 511 would refuse the 512th client that connects at once. */
const backlog = 4096
/** What still runs then is interrupted. Connections without end have been told to end before. */
const gracefulShutdownTimeout = "500 millis"

/** Serves Docker's API for as long as the layer lives. */
export const layer = ({ group, hosts }: HttpServerOptions) =>
  Layer.effectDiscard(Effect.gen(function*() {
    const stop = yield* Latch.make()
    const answer = yield* makeServeRequest(allRoutes).pipe(Effect.provideService(ServerStop, stop))
    for (const host of hosts) yield* listen(host, group, answer)
    yield* Effect.addFinalizer(() => stop.open)
  }))

const listen = Effect.fn("Http.listen")(function*(
  host: string,
  group: string,
  answer: Effect.Effect<
    HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest | Scope.Scope
  >
) {
  const path = yield* socketPath(host)
  yield* prepareSocketDirectory(path)
  yield* clearStaleSocket(path)
  const server = yield* Effect.mapError(
    NodeHttpServer.make(() => new HijackServer(), { path, backlog, gracefulShutdownTimeout }),
    ({ cause }) => new ListenFailed({ host, message: cause instanceof Error ? cause.message : String(cause) })
  )
  yield* server.serve(answer)
  if (group !== "") yield* giveToGroup(path, group)
  yield* Effect.logInfo(`API listens on ${host}`)
})

const socketPath = (host: string): Effect.Effect<string, ListenFailed> => {
  const path = host.startsWith("unix://") ? host.slice("unix://".length) : ""
  if (path.startsWith("/")) return Effect.succeed(path)
  const message = /^(tcp|fd|npipe):\/\//.test(host)
    ? `${host.split(":")[0]} sockets are not built: use unix://`
    : `invalid bind address (${host}): want unix:///path`
  return Effect.fail(new ListenFailed({ host, message }))
}
