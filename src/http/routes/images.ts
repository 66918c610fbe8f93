import * as Effect from "effect/Effect"
import { Images, type RemovedImage } from "../../engine/images/Images.ts"
import { ApiVersion } from "../ApiVersion.ts"
import { emptyAnswer, jsonAnswer } from "../jsonAnswer.ts"
import { progressAnswer } from "../progressAnswer.ts"
import { pullImage } from "../pullImage.ts"
import { filters } from "../query/filters.ts"
import { flag } from "../query/flag.ts"
import { platformObject } from "../query/platformObject.ts"
import { BadRequest } from "../RequestFailures.ts"
import { type Call, route } from "../Route.ts"
import { saveImages } from "../saveImages.ts"
import { uploadedBody } from "../uploadedBody.ts"
import { imageInspectShapes, imageRowShapes, shapeImage } from "../versions/imageShapes.ts"
import { imageInspectJson, imageRowJson } from "../wire/imageJson.ts"

const firstWithPlatform = { history: 48, inspect: 49, load: 48 }

const list = Effect.fnUntraced(function*({ query }: Call) {
  const version = yield* ApiVersion
  const rows = yield* (yield* Images).list({
    all: flag(query, "all"),
    filters: yield* filters(query),
    sharedSize: flag(query, "shared-size")
  })
  const manifests = flag(query, "manifests")
  return jsonAnswer(rows.map((row) => shapeImage(imageRowShapes, version, imageRowJson(row, manifests))))
})

const inspect = Effect.fnUntraced(function*({ params, query }: Call) {
  const version = yield* ApiVersion
  const manifests = flag(query, "manifests")
  const platform = version < firstWithPlatform.inspect ? undefined : yield* platformObject(query)
  if (manifests && platform !== undefined) {
    return yield* new BadRequest({ message: "conflicting options: manifests and platform options cannot both be set" })
  }
  const image = yield* (yield* Images).inspect(params.name ?? "", platform)
  return jsonAnswer(shapeImage(imageInspectShapes, version, imageInspectJson(image, manifests)))
})

const history = Effect.fnUntraced(function*({ params, query }: Call) {
  const version = yield* ApiVersion
  const platform = version < firstWithPlatform.history ? undefined : yield* platformObject(query)
  const rows = yield* (yield* Images).history(params.name ?? "", platform)
  return jsonAnswer(rows.map(({ comment, createdBy, createdSeconds, id, sizeBytes, tags }) => ({
    Id: id, Created: createdSeconds, CreatedBy: createdBy, Tags: tags.length === 0 ? null : tags, Size: sizeBytes, Comment: comment
  })))
})

const tag = Effect.fnUntraced(function*({ params, query }: Call) {
  yield* (yield* Images).tag(params.name ?? "", query.get("repo") ?? "", query.get("tag") ?? "")
  return emptyAnswer(201)
})

const removedJson = (removed: RemovedImage) =>
  "untagged" in removed ? { Untagged: removed.untagged } : { Deleted: removed.deleted }

const remove = Effect.fnUntraced(function*({ params, query }: Call) {
  const options = { force: flag(query, "force"), noPrune: flag(query, "noprune") }
  return jsonAnswer((yield* (yield* Images).remove(params.name ?? "", options)).map(removedJson))
})

const prune = Effect.fnUntraced(function*({ query }: Call) {
  const { reclaimedBytes, removed } = yield* (yield* Images).prune(yield* filters(query))
  return jsonAnswer({
    ImagesDeleted: removed.length === 0 ? null : removed.map(removedJson),
    SpaceReclaimed: reclaimedBytes
  })
})

const load = Effect.fnUntraced(function*({ query }: Call) {
  const version = yield* ApiVersion
  const platform = version < firstWithPlatform.load ? undefined : yield* platformObject(query)
  const options = { quiet: flag(query, "quiet"), ...(platform === undefined ? {} : { platform }) }
  return yield* progressAnswer((yield* Images).load(yield* uploadedBody, options))
})

/** `/images`. Names hold slashes and colons: what is asked of an image stands behind its name. */
export const imageRoutes = [
  route("GET", "/images/json", list),
  route("POST", "/images/create", pullImage),
  route("POST", "/images/load", load),
  route("POST", "/images/prune", prune, { outlivesClient: true }),
  route("GET", "/images/get", saveImages),
  route("GET", "/images/{name...}/get", saveImages),
  route("GET", "/images/{name...}/json", inspect),
  route("GET", "/images/{name...}/history", history),
  route("POST", "/images/{name...}/tag", tag),
  route("DELETE", "/images/{name...}", remove, { outlivesClient: true })
]
