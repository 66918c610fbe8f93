import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type {
  AmbiguousContainer, InvalidRequest, NameInUse, NoSuchContainer, NotBuilt, OperationFailed, StartFailed, WrongState
} from "../engine/containers/ContainerFailures.ts"
import type { InvalidTimeRange } from "../engine/events/Events.ts"
import type { ExecStartFailed, NoSuchExec } from "../engine/execs/Execs.ts"
import type {
  AmbiguousImage, BadArchive, ImageConflict, LoginDenied, NoSuchImage, NoSuchPlatform, PullFailed
} from "../engine/images/ImageFailures.ts"
import type { NetworkNotFound } from "../engine/networks/NetworkCatalog.ts"
import { jsonAnswer } from "./jsonAnswer.ts"
import type {
  BadRequest, BodyTooLarge, NewNameInUse, NoSuchVolume, NoSwarm, NotImplemented, PageNotFound, PredefinedNetwork,
  UnsupportedVersion
} from "./RequestFailures.ts"

/** All that a handler may fail with. */
export type RequestFailure =
  | AmbiguousContainer
  | AmbiguousImage
  | BadArchive
  | BadRequest
  | BodyTooLarge
  | ExecStartFailed
  | ImageConflict
  | InvalidRequest
  | InvalidTimeRange
  | LoginDenied
  | NameInUse
  | NetworkNotFound
  | NewNameInUse
  | NoSuchContainer
  | NoSuchExec
  | NoSuchImage
  | NoSuchPlatform
  | NoSuchVolume
  | NoSwarm
  | NotBuilt
  | NotImplemented
  | OperationFailed
  | PageNotFound
  | PredefinedNetwork
  | PullFailed
  | StartFailed
  | UnsupportedVersion
  | WrongState

const answer = (status: number, failure: RequestFailure, message: string) =>
  Effect.succeed(jsonAnswer({ message, code: failure._tag }, status))

const nameConflict = ({ name, ownerId }: NameInUse | NewNameInUse): string =>
  `Conflict. The container name "/${name}" is already in use by container "${ownerId}". ` +
  "You have to remove (or rename) that container to be able to reuse that name."

const pullStatus = {
  "broken": 500, "denied": 404, "forbidden": 403, "no-platform": 404, "not-found": 404, "unreachable": 500
} satisfies Record<PullFailed["reason"], number>

/** The one place where a failure becomes a status and Docker's words; a tag left out does not compile. */
export const failureResponses = {
  AmbiguousContainer: (e) => answer(400, e, `multiple IDs found with provided prefix: ${e.prefix}`),
  AmbiguousImage: (e) => answer(400, e, `multiple IDs found with provided prefix: ${e.prefix}`),
  BadArchive: (e) => answer(400, e, e.message),
  BadRequest: (e) => answer(400, e, e.message),
  BodyTooLarge: (e) => answer(413, e, `request body is larger than ${e.bytesMax} bytes`),
  ExecStartFailed: (e) => answer(400, e, e.message),
  ImageConflict: (e) => answer(409, e, e.message),
  InvalidRequest: (e) => answer(400, e, e.message),
  InvalidTimeRange: (e) =>
    answer(400, e, `\`since\` time (${e.since}) cannot be after \`until\` time (${e.until})`),
  LoginDenied: (e) => answer(401, e, e.message),
  NameInUse: (e) => answer(409, e, nameConflict(e)),
  NetworkNotFound: (e) => answer(404, e, `network ${e.reference} not found`),
  NewNameInUse: (e) => answer(409, e, `Error when allocating new name: ${nameConflict(e)}`),
  NoSuchContainer: (e) => answer(404, e, `No such container: ${e.reference}`),
  NoSuchExec: (e) => answer(404, e, `No such exec instance: ${e.execId}`),
  NoSuchImage: (e) => answer(404, e, `No such image: ${e.reference}`),
  NoSuchPlatform: (e) => answer(404, e, e.message),
  NoSuchVolume: (e) => answer(404, e, `get ${e.name}: no such volume`),
  NoSwarm: (e) =>
    answer(503, e, "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect " +
      "this node to swarm and try again."),
  NotBuilt: (e) => answer(501, e, e.message),
  NotImplemented: (e) => answer(501, e, e.message),
  OperationFailed: (e) => answer(500, e, e.message),
  PageNotFound: (e) => answer(404, e, "page not found"),
  PredefinedNetwork: (e) => answer(403, e, `${e.name} is a pre-defined network and cannot be removed`),
  PullFailed: (e) => answer(pullStatus[e.reason], e, e.message),
  StartFailed: (e) => answer(e.exitCode === 128 ? 500 : 400, e, e.message),
  UnsupportedVersion: (e) =>
    e.plain
      ? Effect.succeed(HttpServerResponse.text(`${e.message}\n`, { status: 400, contentType: "text/plain" }))
      : answer(400, e, e.message),
  WrongState: (e) => answer(409, e, e.message)
} satisfies { readonly [F in RequestFailure as F["_tag"]]: (failure: F) => ReturnType<typeof answer> }
