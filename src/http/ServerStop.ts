import * as Context from "effect/Context"
import type * as Latch from "effect/Latch"

/**
 * Opens when the server is about to stop. Connections that would stay open for as long as their client likes end
 * with it, so that the stop does not have to cut them.
 */
export class ServerStop extends Context.Service<ServerStop, Latch.Latch>()("gantry/http/ServerStop") {}
