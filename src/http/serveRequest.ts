import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Scope from "effect/Scope"
import { CurrentConfig } from "../config/EngineConfig.ts"
import { LiveConfig } from "../config/LiveConfig.ts"
import { RequestTrace } from "../engine/RequestTrace.ts"
import { ApiVersion } from "./ApiVersion.ts"
import { commonHeaders } from "./commonHeaders.ts"
import { failureResponses, type RequestFailure } from "./failureResponses.ts"
import { HijackableRequest } from "./hijack/HijackableRequest.ts"
import { jsonAnswer } from "./jsonAnswer.ts"
import { malformedRequest } from "./malformedRequest.ts"
import { readTarget } from "./readTarget.ts"
import { PageNotFound } from "./RequestFailures.ts"
import { requestIds } from "./requestIds.ts"
import type { Route } from "./Route.ts"
import { routeTable } from "./routeTable.ts"

/** What a handler has beside the services that the server was built with. */
export type PerRequest = ApiVersion | CurrentConfig | HttpServerRequest.HttpServerRequest | Scope.Scope

type Answer<R> = Effect.Effect<HttpServerResponse.HttpServerResponse, RequestFailure, R>

/**
 * Answers requests: admits each under the configuration in force when it came, finds its route, and gives what
 * fails Docker's shape. Nothing but an interruption leaves it, so that every answer has the common headers.
 */
export const makeServeRequest = Effect.fnUntraced(function*<R>(routes: ReadonlyArray<Route<R>>) {
  const live = yield* LiveConfig
  // Without the scope of the server: what a handler acquires belongs to its request.
  const services = Context.omit(Scope.Scope)(yield* Effect.context<Exclude<R, PerRequest>>())
  // Of its own, made first and so closed last: what outlives its client is not the first to go when the server stops.
  const serverScope = yield* Scope.fork(yield* Effect.scope)
  const trace = yield* RequestTrace
  const find = routeTable(routes)
  const nextId = requestIds()

  const dispatch = Effect.fnUntraced(function*(request: HttpServerRequest.HttpServerRequest) {
    const malformed = malformedRequest(request)
    if (malformed !== undefined) return yield* malformed
    const config = yield* CurrentConfig
    const target = yield* Effect.fromResult(readTarget(request.url, config.user.minApiVersion))
    const match = find(request.method, target.segments)
    if (match === undefined) return yield* new PageNotFound()
    const { params, route } = match
    const answer = route.handle({ params, query: new URLSearchParams(target.query) }).pipe(
      Effect.provideService(ApiVersion, target.version)
    )
    return yield* route.outlivesClient ? carryOn(answer, serverScope) : Effect.interruptible(answer)
  })

  const answer = (request: HttpServerRequest.HttpServerRequest, id: string) =>
    Effect.flatMap(CurrentConfig, (config) =>
      dispatch(request).pipe(
        Effect.catchTags(failureResponses),
        Effect.catchCause((cause) => Cause.hasInterruptsOnly(cause) ? Effect.failCause(cause) : incident(id, cause)),
        Effect.map(HttpServerResponse.setHeaders({
          ...commonHeaders,
          "gantry-request-id": id,
          "gantry-config-revision": String(config.revision),
          ...endsConnection(request)
        }))
      ))

  return Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) => {
    const admitted = live.admit(answer(request, nextId()))
    if (request.headers["gantry-trace"] !== "1") return Effect.provideContext(admitted, services)
    const measure = trace.measure()
    return measure.under(admitted).pipe(
      Effect.map((answer) => HttpServerResponse.setHeader(answer, "gantry-rpc-count", String(measure.rpcCount()))),
      Effect.provideContext(services)
    )
  })
})

/** Runs the work in the server's scope: a client that goes away stops waiting for it, and no more. */
const carryOn = <R>(answer: Answer<R>, serverScope: Scope.Scope): Answer<R> =>
  Effect.flatMap(Effect.forkIn(Effect.interruptible(answer), serverScope), (fiber) =>
    Effect.interruptible(Fiber.join(fiber)))

const incident = (id: string, cause: Cause.Cause<unknown>) =>
  Effect.as(
    Effect.logError(`request ${id} died`, cause),
    jsonAnswer({ message: `internal error (incident ${id})`, code: "Incident", incident: id }, 500)
  )

/**
 * A hijackable request that is refused, or detached, gets an ordinary answer, but stdin may lie behind it: Effect
 * closes the connection then, and would announce keep-alive.
 */
const endsConnection = (request: HttpServerRequest.HttpServerRequest) => {
  const source = NodeHttpServerRequest.toIncomingMessage(request)
  return source instanceof HijackableRequest && source.upgrade ? { connection: "close" } : undefined
}
