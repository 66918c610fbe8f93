import * as Schema from "effect/Schema"

/** No container has this id, name or id prefix. */
export class NoSuchContainer extends Schema.TaggedError<NoSuchContainer>()("NoSuchContainer", {
  reference: Schema.String
}) {}

/** More than one id begins so. */
export class AmbiguousContainer extends Schema.TaggedError<AmbiguousContainer>()("AmbiguousContainer", {
  prefix: Schema.String
}) {}

export class NameInUse extends Schema.TaggedError<NameInUse>()("NameInUse", {
  name: Schema.String,
  ownerId: Schema.String
}) {}

/** The request asks for what cannot be; `message` is Docker's text. */
export class InvalidRequest extends Schema.TaggedError<InvalidRequest>()("InvalidRequest", {
  message: Schema.String
}) {}

/** What is asked for is part of Docker's API but not built. */
export class NotBuilt extends Schema.TaggedError<NotBuilt>()("NotBuilt", { message: Schema.String }) {}

/** The container's state does not allow the operation; `message` is Docker's text. */
export class WrongState extends Schema.TaggedError<WrongState>()("WrongState", {
  containerId: Schema.String,
  message: Schema.String
}) {}

/** The OCI runtime, containerd or the network refused the start. `exitCode` is what `docker run` exits with. */
export class StartFailed extends Schema.TaggedError<StartFailed>()("StartFailed", {
  containerId: Schema.String,
  exitCode: Schema.Literals([126, 127, 128]),
  message: Schema.String
}) {}

/** Something below the engine failed in the middle of an operation; what was half made is undone. */
export class OperationFailed extends Schema.TaggedError<OperationFailed>()("OperationFailed", {
  operation: Schema.String,
  message: Schema.String
}) {}
