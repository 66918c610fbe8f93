import * as Effect from "effect/Effect"
import { Containers } from "../engine/containers/Containers.ts"
import type { HostConfig } from "../model/HostConfig.ts"
import { ApiVersion } from "./ApiVersion.ts"
import { jsonBody } from "./body/jsonBody.ts"
import { jsonAnswer } from "./jsonAnswer.ts"
import type { Call } from "./Route.ts"
import { updateRules } from "./versions/updateRules.ts"
import { omitEmpty } from "./wire/omitEmpty.ts"
import { UpdateBody } from "./wire/UpdateBody.ts"

const body = jsonBody(UpdateBody)
const anyField: ReadonlySet<string> = new Set(Object.keys(UpdateBody.fields))

/** Changes a container's limits and restart policy. */
export const updateContainer = Effect.fnUntraced(function*({ params }: Call) {
  const version = yield* ApiVersion
  const asked = updateRules.reduce(
    (body, { adapt, below }) => version < below ? adapt(body) : body,
    yield* body
  )
  const { warnings } = yield* (yield* Containers).update(params.id ?? "", changesOf(asked))
  return jsonAnswer({ Warnings: warnings })
})

/** What differs from Go's zero value was asked for; a limit of processes below one is none. */
const changesOf = ({ RestartPolicy, ...resources }: UpdateBody): Partial<HostConfig> => ({
  ...omitEmpty(resources, anyField),
  ...(resources.PidsLimit === null ? {} : { PidsLimit: Math.max(resources.PidsLimit, 0) }),
  ...(RestartPolicy.Name === "" ? {} : { RestartPolicy })
})
