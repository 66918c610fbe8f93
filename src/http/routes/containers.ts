import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import { Containers } from "../../engine/containers/Containers.ts"
import { Images } from "../../engine/images/Images.ts"
import * as Timestamp from "../../model/Timestamp.ts"
import { ApiVersion } from "../ApiVersion.ts"
import { attachContainer } from "../attachContainer.ts"
import { containerLogs } from "../containerLogs.ts"
import { createContainer } from "../createContainer.ts"
import { emptyAnswer, jsonAnswer, jsonBytes } from "../jsonAnswer.ts"
import { filters } from "../query/filters.ts"
import { flag } from "../query/flag.ts"
import { integer } from "../query/integer.ts"
import { terminalSize } from "../query/terminalSize.ts"
import { BadRequest, NewNameInUse } from "../RequestFailures.ts"
import { type Call, route } from "../Route.ts"
import { updateContainer } from "../updateContainer.ts"
import { waitContainer } from "../waitContainer.ts"
import { inspectJson } from "../wire/inspectJson.ts"
import { type Listed, listJson } from "../wire/listJson.ts"

const list = Effect.fnUntraced(function*({ query }: Call) {
  const version = yield* ApiVersion
  const limit = (yield* integer(query, "limit")) ?? 0
  const views = yield* (yield* Containers).list({ all: flag(query, "all"), limit, filters: yield* filters(query) })
  const images = yield* Images
  const now = yield* Timestamp.now
  const listed: Array<Listed> = []
  for (const view of views) {
    listed.push({ view, image: yield* images.nameFor(view.record.imageId, view.record.config.Image) })
  }
  if (flag(query, "size")) return jsonBytes(listJson(yield* Effect.forEach(listed, measured, { concurrency: 8 }), now, version))
  return jsonBytes(listJson(listed, now, version))
})

/** One that was removed meanwhile is listed as it was, with nothing on the disk. */
const measured = Effect.fnUntraced(function*(listed: Listed) {
  const size = yield* (yield* Containers).size(listed.view.record.id).pipe(
    Effect.orElseSucceed(() => ({ writableBytes: 0, rootfsBytes: 0 }))
  )
  return { ...listed, size }
})

const inspect = Effect.fnUntraced(function*({ params, query }: Call) {
  const version = yield* ApiVersion
  const containers = yield* Containers
  const inspection = yield* containers.inspect(params.id ?? "")
  const size = flag(query, "size") ? yield* containers.size(inspection.view.record.id) : undefined
  return jsonBytes(inspectJson(inspection, version, size))
})

/** Longer bodies than `{}` and `null` with some blanks were a way to configure a container, once. */
const startBodyBytesMax = 7

const start = Effect.fnUntraced(function*({ params }: Call) {
  const { headers } = yield* HttpServerRequest.HttpServerRequest
  if (headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > startBodyBytesMax) {
    return yield* new BadRequest({
      message: "starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24"
    })
  }
  const outcome = yield* (yield* Containers).start(params.id ?? "")
  return emptyAnswer(outcome === "started" ? 204 : 304)
})

const remove = Effect.fnUntraced(function*({ params, query }: Call) {
  yield* (yield* Containers).remove(params.id ?? "", { force: flag(query, "force"), volumes: flag(query, "v") })
  return emptyAnswer(204)
})

const signalFrom = 42

const stopOptions = Effect.fnUntraced(function*(query: URLSearchParams) {
  const version = yield* ApiVersion
  return {
    signal: version < signalFrom ? undefined : query.get("signal") || undefined,
    timeoutSeconds: yield* integer(query, "t")
  }
})

const stop = Effect.fnUntraced(function*({ params, query }: Call) {
  const outcome = yield* (yield* Containers).stop(params.id ?? "", yield* stopOptions(query))
  return emptyAnswer(outcome === "stopped" ? 204 : 304)
})

const restart = Effect.fnUntraced(function*({ params, query }: Call) {
  yield* (yield* Containers).restart(params.id ?? "", yield* stopOptions(query))
  return emptyAnswer(204)
})

const kill = Effect.fnUntraced(function*({ params, query }: Call) {
  yield* (yield* Containers).kill(params.id ?? "", query.get("signal") ?? "")
  return emptyAnswer(204)
})

const pause = Effect.fnUntraced(function*({ params }: Call) {
  yield* (yield* Containers).pause(params.id ?? "")
  return emptyAnswer(204)
})

const unpause = Effect.fnUntraced(function*({ params }: Call) {
  yield* (yield* Containers).unpause(params.id ?? "")
  return emptyAnswer(204)
})

const rename = Effect.fnUntraced(function*({ params, query }: Call) {
  const name = (query.get("name") ?? "").replace(/^\//, "")
  if (name === "") return yield* new BadRequest({ message: "Neither old nor new names may be empty" })
  yield* (yield* Containers).rename(params.id ?? "", name).pipe(
    Effect.catchTag("NameInUse", ({ name, ownerId }) => Effect.fail(new NewNameInUse({ name, ownerId })))
  )
  return emptyAnswer(204)
})

const resize = Effect.fnUntraced(function*({ params, query }: Call) {
  yield* (yield* Containers).resize(params.id ?? "", yield* terminalSize(query))
  return emptyAnswer(200)
})

const top = Effect.fnUntraced(function*({ params, query }: Call) {
  const { processes, titles } = yield* (yield* Containers).top(params.id ?? "", query.get("ps_args") ?? "")
  return jsonAnswer({ Titles: titles, Processes: processes })
})

const prune = Effect.fnUntraced(function*({ query }: Call) {
  const { reclaimedBytes, removed } = yield* (yield* Containers).prune(yield* filters(query))
  return jsonAnswer({ ContainersDeleted: removed.length === 0 ? null : removed, SpaceReclaimed: reclaimedBytes })
})

/** `/containers`: decode, call one engine operation, encode. Nothing is decided here. */
export const containerRoutes = [
  route("GET", "/containers/json", list),
  route("POST", "/containers/create", createContainer),
  route("POST", "/containers/prune", prune, { outlivesClient: true }),
  route("GET", "/containers/{id}/json", inspect),
  route("POST", "/containers/{id}/start", start, { outlivesClient: true }),
  route("POST", "/containers/{id}/attach", attachContainer),
  route("POST", "/containers/{id}/wait", waitContainer),
  route("POST", "/containers/{id}/stop", stop, { outlivesClient: true }),
  route("POST", "/containers/{id}/restart", restart, { outlivesClient: true }),
  route("POST", "/containers/{id}/kill", kill, { outlivesClient: true }),
  route("POST", "/containers/{id}/pause", pause, { outlivesClient: true }),
  route("POST", "/containers/{id}/unpause", unpause, { outlivesClient: true }),
  route("POST", "/containers/{id}/rename", rename, { outlivesClient: true }),
  route("POST", "/containers/{id}/update", updateContainer, { outlivesClient: true }),
  route("POST", "/containers/{id}/resize", resize),
  route("GET", "/containers/{id}/logs", containerLogs),
  route("GET", "/containers/{id}/top", top),
  route("DELETE", "/containers/{id}", remove, { outlivesClient: true })
]
