import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { route } from "../Route.ts"

const headers = {
  "cache-control": "no-cache, no-store, must-revalidate",
  "pragma": "no-cache",
  "swarm": "inactive"
}

/** What clients ask first. All that it tells is in the headers. */
export const pingRoutes = [
  route("HEAD", "/_ping", () =>
    Effect.sync(() => HttpServerResponse.empty({ status: 200, headers: { ...headers, "content-length": "0" } }))),
  route("GET", "/_ping", () => Effect.sync(() => HttpServerResponse.text("OK", { headers })))
]
