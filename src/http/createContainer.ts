import * as Effect from "effect/Effect"
import { Containers, type CreateRequest } from "../engine/containers/Containers.ts"
import { ApiVersion } from "./ApiVersion.ts"
import { jsonBody } from "./body/jsonBody.ts"
import { jsonAnswer } from "./jsonAnswer.ts"
import { platformText } from "./query/platformText.ts"
import { BadRequest } from "./RequestFailures.ts"
import type { Call } from "./Route.ts"
import { adaptCreate, type CreateDraft } from "./versions/CreateDraft.ts"
import { createRules } from "./versions/createRules.ts"
import { CreateBody } from "./wire/CreateBody.ts"
import { zeroHostConfig } from "./wire/zeroHostConfig.ts"

const body = jsonBody(CreateBody, {
  textOrList: ["Cmd", "Entrypoint"],
  check: (body) => saysSomething(body) ? undefined : "config cannot be empty in order to create a container"
})
const firstWithPlatform = 41

/** Makes a container of what a client of some version asked for. */
export const createContainer = Effect.fnUntraced(function*({ query }: Call) {
  const version = yield* ApiVersion
  const draft = adaptCreate(createRules, version, draftOf(yield* body))
  if (typeof draft === "string") return yield* new BadRequest({ message: draft })
  const request: CreateRequest = {
    name: query.get("name") || undefined,
    platform: version < firstWithPlatform ? undefined : yield* platformText(query),
    config: draft.config,
    hostConfig: draft.hostConfig,
    endpoints: draft.endpoints
  }
  const { id, warnings } = yield* (yield* Containers).create(request)
  return jsonAnswer({ Id: id, Warnings: [...draft.warnings, ...warnings] }, 201)
})

const draftOf = ({ HostConfig, MacAddress, NetworkingConfig, ...config }: CreateBody): CreateDraft => ({
  config,
  hostConfig: HostConfig ?? zeroHostConfig,
  endpoints: NetworkingConfig?.EndpointsConfig ?? {},
  containerMac: MacAddress,
  warnings: []
})

/** Go's decoder makes no configuration at all of a body that has none of its fields. */
const saysSomething = (body: unknown): boolean =>
  typeof body !== "object" || body === null ||
  Object.keys(body).some((name) => name !== "HostConfig" && name !== "NetworkingConfig")
