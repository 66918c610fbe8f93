import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import { CurrentConfig } from "../../config/EngineConfig.ts"
import { System } from "../../engine/system/System.ts"
import * as Timestamp from "../../model/Timestamp.ts"
import { ApiVersion } from "../ApiVersion.ts"
import { checkCredentials } from "../checkCredentials.ts"
import { eventStream } from "../eventStream.ts"
import { jsonAnswer } from "../jsonAnswer.ts"
import { flag } from "../query/flag.ts"
import { type Call, route } from "../Route.ts"
import { infoShapes } from "../versions/infoShapes.ts"
import { diskUsageJson } from "../wire/diskUsageJson.ts"
import { infoJson } from "../wire/infoJson.ts"
import { versionJson } from "../wire/versionJson.ts"

const version = Effect.gen(function*() {
  const { user } = yield* CurrentConfig
  return jsonAnswer(versionJson(yield* (yield* System).versions, user.minApiVersion))
})

const info = Effect.gen(function*() {
  const version = yield* ApiVersion
  const config = yield* CurrentConfig
  const body = infoJson(yield* (yield* System).info, config, Timestamp.format(yield* Timestamp.now))
  return jsonAnswer(
    infoShapes.reduce<Readonly<Record<string, unknown>>>((body, { adapt, below }) => version < below ? adapt(body) : body, body)
  )
})

const diskUsage = Effect.fnUntraced(function*({ query }: Call) {
  const version = yield* ApiVersion
  const usage = yield* (yield* System).diskUsage
  return jsonAnswer(diskUsageJson(usage, {
    version, nowNanos: yield* Timestamp.now, types: query.getAll("type"), verbose: flag(query, "verbose")
  }))
})

/** What the engine counted since it started, in Prometheus' words. */
const metrics = Effect.map(PrometheusMetrics.format(), (text) =>
  HttpServerResponse.text(text, { contentType: "text/plain; version=0.0.4; charset=utf-8" }))

/** The engine and the machine as a whole. */
export const systemRoutes = [
  route("GET", "/version", () => version),
  route("GET", "/info", () => info),
  route("POST", "/auth", checkCredentials),
  route("GET", "/events", eventStream),
  route("GET", "/system/df", diskUsage),
  route("GET", "/gantry/metrics", () => metrics)
]
