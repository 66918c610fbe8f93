import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import { CurrentConfig } from "../config/EngineConfig.ts"
import { Images } from "../engine/images/Images.ts"
import { progressAnswer } from "./progressAnswer.ts"
import { platformText } from "./query/platformText.ts"
import { registryAuth } from "./registryAuth.ts"
import { BadRequest, NotImplemented } from "./RequestFailures.ts"
import type { Call } from "./Route.ts"
import { uploadedBody } from "./uploadedBody.ts"

/** `POST /images/create`: a pull, or with `fromSrc` the import of an archive. */
export const pullImage = Effect.fnUntraced(function*({ query }: Call) {
  const { headers } = yield* HttpServerRequest.HttpServerRequest
  const { user } = yield* CurrentConfig
  const images = yield* Images
  const platform = yield* platformText(query)
  const [reference, source] = [query.get("fromImage") ?? "", query.get("fromSrc") ?? ""]
  if (reference !== "") {
    return yield* progressAnswer(images.pull({
      reference,
      tag: query.get("tag") ?? "",
      platform,
      auth: registryAuth(headers["x-registry-auth"]),
      registries: { insecure: user.insecureRegistries, mirrors: user.registryMirrors }
    }))
  }
  if (source === "") return yield* new BadRequest({ message: "invalid reference format" })
  if (source !== "-") return yield* new NotImplemented({ message: "import from a URL is not built: send the archive" })
  return yield* progressAnswer(images.importRootfs(yield* uploadedBody, {
    repository: query.get("repo") ?? "",
    tag: query.get("tag") ?? "",
    message: query.get("message") ?? "",
    changes: query.getAll("changes"),
    platform
  }))
})
