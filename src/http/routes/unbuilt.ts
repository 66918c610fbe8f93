import * as Effect from "effect/Effect"
import { jsonAnswer } from "../jsonAnswer.ts"
import { NoSwarm, NotImplemented } from "../RequestFailures.ts"
import { type Method, type Route, route } from "../Route.ts"

/** What Docker's API has and Gantry has not, with what to call it. */
const unbuilt: ReadonlyArray<readonly [what: string, ...routes: ReadonlyArray<`${Method} /${string}`>]> = [
  ["building images", "POST /build", "POST /build/prune", "POST /build/cancel", "POST /session", "POST /grpc"],
  ["committing a container", "POST /commit"],
  ["copying files", "GET /containers/{id}/archive", "HEAD /containers/{id}/archive", "PUT /containers/{id}/archive"],
  ["attaching by WebSocket", "GET /containers/{id}/attach/ws"],
  ["listing a container's changes", "GET /containers/{id}/changes"],
  ["exporting a container", "GET /containers/{id}/export"],
  ["container statistics", "GET /containers/{id}/stats"],
  ["checkpoints", "GET /containers/{id}/checkpoints", "POST /containers/{id}/checkpoints"],
  ["pushing images", "POST /images/{name...}/push"],
  ["searching images", "GET /images/search"],
  ["looking into registries", "GET /distribution/{name...}/json"],
  [
    "managing networks other than bridge, host and none", "POST /networks/create", "POST /networks/prune",
    "POST /networks/{id}/connect", "POST /networks/{id}/disconnect"
  ],
  ["managing volumes", "POST /volumes/create", "POST /volumes/prune", "PUT /volumes/{name}"]
]

const isMethod = (text: string | undefined): text is Method =>
  text === "GET" || text === "HEAD" || text === "POST" || text === "PUT" || text === "DELETE"
const isPath = (text: string | undefined): text is `/${string}` => text?.startsWith("/") ?? false

const refusing = (what: string, written: string): ReadonlyArray<Route<never>> => {
  const [method, path] = written.split(" ")
  if (!isMethod(method) || !isPath(path)) return []
  return [route(method, path, () => Effect.fail(new NotImplemented({ message: `${what} is not implemented` })))]
}

const swarmRoutes = (["swarm", "nodes", "services", "tasks", "secrets", "configs"] as const).flatMap((noun) =>
  (["GET", "POST", "DELETE"] as const).flatMap((method) => [
    route(method, `/${noun}`, () => Effect.fail(new NoSwarm())),
    route(method, `/${noun}/{rest...}`, () => Effect.fail(new NoSwarm()))
  ]))

/** Polite answers for what is not there. Routes that are built go before these. */
export const unbuiltRoutes: ReadonlyArray<Route<never>> = [
  ...unbuilt.flatMap(([what, ...routes]) => routes.flatMap((written) => refusing(what, written))),
  ...swarmRoutes,
  route("GET", "/plugins", () => Effect.sync(() => jsonAnswer([])))
]
