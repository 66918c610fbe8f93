import * as Effect from "effect/Effect"
import { NetworkCatalog, NetworkNotFound } from "../../engine/networks/NetworkCatalog.ts"
import { jsonAnswer } from "../jsonAnswer.ts"
import { filters } from "../query/filters.ts"
import { PredefinedNetwork } from "../RequestFailures.ts"
import { type Call, route } from "../Route.ts"
import { networkJson, networkRowJson } from "../wire/networkJson.ts"

const list = Effect.fnUntraced(function*({ query }: Call) {
  const networks = yield* (yield* NetworkCatalog).list(yield* filters(query))
  return jsonAnswer(networks.map(networkRowJson))
})

const inspect = Effect.fnUntraced(function*({ params, query }: Call) {
  const reference = params.id ?? ""
  const network = yield* (yield* NetworkCatalog).inspect(reference)
  const scope = query.get("scope") || "local"
  if (scope !== "local") return yield* new NetworkNotFound({ reference })
  return jsonAnswer(networkJson(network))
})

/** All networks there are have been there from the start. */
const remove = Effect.fnUntraced(function*({ params }: Call) {
  const { network } = yield* (yield* NetworkCatalog).inspect(params.id ?? "")
  return yield* new PredefinedNetwork({ name: network.name })
})

/** `/networks`: what can be looked at. */
export const networkRoutes = [
  route("GET", "/networks", list),
  route("GET", "/networks/", list),
  route("GET", "/networks/{id}", inspect),
  route("DELETE", "/networks/{id}", remove)
]
